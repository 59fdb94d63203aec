"""Labelled reports as training data: through Hugging Face `datasets` with typed features to spaCy examples."""

import random
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import datasets
from datasets import Dataset, Features, List, Value
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from fazhi.annotations.documents import GoldDocument, read_gold
from fazhi.clauses import segments
from fazhi.codec import encode_units
from fazhi.cues import clipped, roles
from fazhi.docs import CONTEXT, ROLES, WITHOUT_CLAUSES, facts, set_sections, to_doc
from fazhi.errors import AnnotationError, FazhiWarning
from fazhi.labels import CLAUSE, LAYERS
from fazhi.sections import sections, without_clauses, without_item_marks
from fazhi.types import CharSpan, LabeledSpan
from fazhi.windows import passages

FEATURES = Features(
    {
        "id": Value("string"),
        "text": Value("string"),
        "spans": List({"start": Value("int32"), "end": Value("int32"), "label": Value("string")}),
        "links": List(List(Value("int32"))),
        "meta": {
            "origin": Value("string"),
            "issuer": Value("string"),
            "year": Value("int32"),
            "group": Value("string"),
        },
    }
)


def load_dataset(source: str, split: str = "train") -> Dataset:
    """Labelled reports as a typed dataset.

    Args:
        source: A gold file or folder (JSONL), a folder written by `Dataset.save_to_disk`, or the name of a dataset
            that `datasets.load_dataset` knows, with the columns of `FEATURES`.
        split: The split of a named dataset.

    Raises:
        AnnotationError: if the data cannot be found, or has other columns or types.
    """
    path = Path(source)
    if path.suffix == ".jsonl" or (path.is_dir() and any(path.glob("*.jsonl"))):
        return Dataset.from_list([document.to_dict() for document in read_gold(path)], features=FEATURES)
    try:
        data = datasets.load_from_disk(source) if path.is_dir() else datasets.load_dataset(source, split=split)
        if isinstance(data, datasets.DatasetDict):
            data = data[split]
        return data.cast(FEATURES)
    except (OSError, ValueError, KeyError, TypeError, ConnectionError, datasets.exceptions.DatasetsError) as error:
        raise AnnotationError(
            f"no labelled reports could be loaded ({str(error).strip().splitlines()[0][:200]})",
            file=source,
            fix="give a gold *.jsonl file or folder, a saved dataset, or a dataset with the columns "
            + ", ".join(FEATURES),
        ) from None


def documents(
    source: str, *, include: Sequence[str] = (), exclude: Sequence[str] = (), split: str = "train"
) -> list[GoldDocument]:
    """The validated reports of a dataset.

    Args:
        source: As for `load_dataset`.
        include: Ids or groups to keep; empty for all.
        exclude: Ids or groups to leave out.
        split: The split of a named dataset.

    Raises:
        AnnotationError: if a report is invalid, a named id or group does not exist, or nothing is left.
    """
    found = []
    for number, row in enumerate(load_dataset(source, split), 1):
        try:
            found.append(GoldDocument.from_dict(row))
        except AnnotationError as error:
            raise error.located(file=source, place=f"row {number}, {error.place}") from None
    if twice := [name for name, n in Counter(document.id for document in found).items() if n > 1]:
        raise AnnotationError(f"the id {twice[0]!r} comes twice", file=source, fix="give each report an id of its own")
    known = {name for document in found for name in (document.id, document.meta.group)}
    if unknown := sorted({*include, *exclude} - known):
        raise AnnotationError(
            f"no report or group is called {', '.join(unknown)}",
            file=source,
            fix=f"known are {', '.join(sorted(known))}",
        )
    kept = [
        document
        for document in found
        if (not include or {document.id, document.meta.group} & set(include))
        and not {document.id, document.meta.group} & set(exclude)
    ]
    if not kept:
        raise AnnotationError("no report is left", file=source, fix="include more or exclude less")
    return kept


def read_reports(
    source: str, *, include: Sequence[str] = (), exclude: Sequence[str] = (), split: str = "train"
) -> Callable[[Language], Iterator[Example]]:
    """A corpus of whole reports, for evaluation (`fazhi.Reports.v1`)."""

    def read(nlp: Language) -> Iterator[Example]:
        for document in documents(source, include=include, exclude=exclude, split=split):
            yield Example(nlp.make_doc(document.text), to_doc(document, nlp.vocab))

    return read


def read_passages(
    source: str,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    split: str = "train",
    window: int,
    drop_headings: float,
    seed: int,
) -> Callable[[Language], Iterator[Example]]:
    """A corpus of shuffled passages, each a window of a report with its headings (`fazhi.Passages.v1`).

    Each reading cuts the reports at other places. With `[training] max_epochs = -1` spaCy reads anew for each
    epoch.

    Args:
        source: As for `load_dataset`.
        include: Ids or groups to keep; empty for all.
        exclude: Ids or groups to leave out.
        split: The split of a named dataset.
        window: Characters in a passage, at most.
        drop_headings: The share of reports in each reading whose passages are given without headings, so that the
            model does not learn to depend on them.
        seed: Of the cuts, the order and the choice of reports without headings.
    """
    found: list[GoldDocument] = []
    rng = random.Random(seed)

    def read(nlp: Language) -> Iterator[Example]:
        if not found:
            found.extend(documents(source, include=include, exclude=exclude, split=split))
            _warn_of_lost_spans(found, window)
        cut = [
            passage
            for document in found
            for passage in _passages(document, window, rng.randint(1, window), rng.random() >= drop_headings)
        ]
        rng.shuffle(cut)
        for part, context, said, barred in cut:
            yield _example(part, context, said, barred, nlp)

    return read


def _passages(
    document: GoldDocument, window: int, first: int, with_headings: bool
) -> Iterator[tuple[GoldDocument, str, list[LabeledSpan], list[CharSpan]]]:
    """Cut a report into passages with their spans, heading paths, roles and headings, as a tagger is shown them.

    A passage that would cut a labelled span, because a segment is longer than the window, is left out: its halves
    would teach that there is nothing.
    """
    tree = sections(document.text) if with_headings else []
    said = roles(document.text, tree)
    barred = without_clauses(tree, document.text)
    shown = without_item_marks(document.text)
    if any(span.of(shown) != span.of(document.text) for span in document.spans):
        shown = document.text  # its labels cover list numbers
    for cut in passages(document.text, tree, window=window, first=first):
        if any(s.overlaps(cut.span) and not cut.span.contains(s) for s in document.spans):
            continue
        inside = tuple(
            LabeledSpan(s.start - cut.span.start, s.end - cut.span.start, s.label)
            for s in document.spans
            if cut.span.contains(s)
        )
        part = GoldDocument(document.id, cut.span.of(shown), inside, (), document.meta)
        yield part, cut.context, clipped(said, cut.span), clipped(barred, cut.span)


def _warn_of_lost_spans(found: Sequence[GoldDocument], window: int) -> None:
    """Training cannot learn a clause span that is no segment, or a span longer than the window: say so."""
    lost = {
        "clause spans are no whole segments": [
            f"{document.id} {span.start}:{span.end}"
            for document in found
            for span in encode_units(segments(document.text), document.layer(CLAUSE), LAYERS[CLAUSE]).left_out
        ],
        f"spans are longer than the window of {window} characters": [
            f"{document.id} {span.start}:{span.end}"
            for document in found
            for span in document.spans
            if len(span) > window
        ],
    }
    for reason, spans in lost.items():
        if spans:
            warnings.warn(
                f"{len(spans)} {reason} and cannot be learnt: {', '.join(spans[:5])}{' …' if len(spans) > 5 else ''}; "
                "see `fazhi annotations check`",
                FazhiWarning,
                stacklevel=2,
            )


def _example(
    passage: GoldDocument, context: str, said: Sequence[LabeledSpan], barred: Sequence[CharSpan], nlp: Language
) -> Example:
    predicted = nlp.make_doc(passage.text)
    _set_context(predicted, context)
    facts(predicted)[ROLES] = [asdict(role) for role in said]
    facts(predicted)[WITHOUT_CLAUSES] = [asdict(span) for span in barred]
    return Example(predicted, to_doc(passage, nlp.vocab))


def _set_context(doc: Doc, context: str) -> None:
    set_sections(doc, [])
    facts(doc)[CONTEXT] = context


def summary(found: Sequence[GoldDocument]) -> dict[str, Any]:
    """Reports, characters and spans per label."""
    labels: dict[str, int] = {}
    for document in found:
        for span in document.spans:
            labels[span.label] = labels.get(span.label, 0) + 1
    return {
        "reports": len(found),
        "characters": sum(len(document.text) for document in found),
        "spans": dict(sorted(labels.items())),
        "links": sum(len(document.links) for document in found),
    }
