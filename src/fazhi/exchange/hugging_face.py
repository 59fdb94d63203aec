"""Hugging Face `datasets` with typed features: a Parquet file, or a folder as `save_to_disk` writes it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import datasets
from datasets import Dataset

from fazhi.annotations.documents import GoldDocument
from fazhi.corpus import FEATURES, load_dataset
from fazhi.errors import AnnotationError
from fazhi.exchange.drafts import Draft, DraftSpan
from fazhi.exchange.sources import meta_of
from fazhi.files import beside, new_folder


def write(documents: Iterable[GoldDocument], path: Path) -> list[str]:
    """Write a Parquet file where the path ends so, else a folder."""
    found = Dataset.from_list([document.to_dict() for document in documents], features=FEATURES)
    if path.suffix == ".parquet":
        with beside(path) as file:
            found.to_parquet(str(file))
    else:
        with new_folder(path) as folder:
            found.save_to_disk(str(folder))
    return []


def read(path: Path) -> Iterator[Draft]:
    """The reports of a Parquet file or a saved folder with the columns of `fazhi.corpus.FEATURES`."""
    if path.suffix == ".parquet":
        try:
            found = Dataset.from_parquet(str(path)).cast(FEATURES)
        except (OSError, ValueError, KeyError, TypeError, datasets.exceptions.DatasetsError) as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
            raise AnnotationError(
                f"no labelled reports ({reason})", file=path, fix=f"it needs the columns {', '.join(FEATURES)}"
            ) from None
    else:
        found = load_dataset(str(path))
    for number, row in enumerate(found, 1):
        spans = tuple(DraftSpan(str(i), s["label"], s["start"], s["end"]) for i, s in enumerate(row["spans"]))
        links = tuple((str(q), str(m)) for q, m in row["links"])
        yield Draft(row["id"], row["text"], spans, links, meta_of(row["meta"]), path, f"row {number}")
