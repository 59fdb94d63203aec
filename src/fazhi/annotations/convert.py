"""Inline markup to gold: what annotators wrote, with what the manifest says of each report."""

import csv
from pathlib import Path

from fazhi.annotations.documents import GoldDocument, Meta
from fazhi.annotations.inline import parse
from fazhi.errors import AnnotationError


def read_markup(path: Path, report: str, meta: Meta) -> GoldDocument:
    """A report from a file of inline markup.

    Raises:
        AnnotationError: naming the file, if the markup is broken or the labels are invalid.
    """
    try:
        markup = parse(path.read_text(encoding="utf-8").rstrip("\n"))
        return GoldDocument(report, markup.text, markup.spans, markup.links, meta)
    except FileNotFoundError:
        raise AnnotationError("no such file", file=path, fix="check corpus/manifest.csv") from None
    except AnnotationError as error:
        raise error.located(file=path) from None


def from_manifest(manifest: Path, origin: str) -> list[GoldDocument]:
    """The gold of all reports of one origin, in the order of the manifest.

    Real reports are marked up in `annotations/annotators/adjudicated/`, authored ones in their own file.

    Raises:
        AnnotationError: if a file is missing or broken.
    """
    adjudicated = manifest.parents[1] / "annotations" / "annotators" / "adjudicated"
    documents = []
    with manifest.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["origin"] != origin:
                continue
            path = adjudicated / f"{row['id']}.txt" if origin == "real" else manifest.parent / row["file"]
            meta = Meta(origin, row["issuer"], int(row["year"]), row["group"])
            documents.append(read_markup(path, row["id"], meta))
    return documents


def read_annotator(folder: Path) -> list[GoldDocument]:
    """All reports that one annotator has marked up: `FOLDER/REPORT.txt`, in order of names.

    Raises:
        AnnotationError: if there is none, or one is broken.
    """
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise AnnotationError("no marked-up report (*.txt) there", file=folder, fix="give an annotator's folder")
    return [read_markup(path, path.stem, Meta(group=path.stem)) for path in files]
