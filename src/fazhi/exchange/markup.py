"""Inline markup (`fazhi.annotations.inline`): a folder of REPORT.txt, for eyes and text editors."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from fazhi.annotations.convert import read_markup
from fazhi.annotations.documents import GoldDocument
from fazhi.annotations.inline import MISTYPED, TAG, render
from fazhi.errors import AnnotationError
from fazhi.exchange.drafts import Draft, DraftSpan
from fazhi.exchange.sources import files_with_meta, write_meta
from fazhi.files import new_folder


def read(path: Path) -> Iterator[Draft]:
    """The reports of a folder, or of one file."""
    for file, meta in files_with_meta(path, ".txt"):
        found = read_markup(file, file.stem, meta)
        spans = tuple(DraftSpan(str(i), s.label, s.start, s.end, s.of(found.text)) for i, s in enumerate(found.spans))
        links = tuple((str(link.quantity), str(link.metric)) for link in found.links)
        yield Draft(file.stem, found.text, spans, links, meta, file, None)


def write(documents: Iterable[GoldDocument], path: Path) -> list[str]:
    """Write a folder of marked-up reports; issuer, year and group stand in `reports.json`."""
    documents = list(documents)
    with new_folder(path) as folder:
        write_meta(documents, folder)
        for document in documents:
            if tag := TAG.search(document.text) or MISTYPED.search(document.text):
                raise AnnotationError(
                    f"the text holds {tag.group()!r}, which would read as a tag",
                    place=f"report {document.id!r}",
                    fix="choose another format",
                )
            markup = render(document.text, document.spans, document.links)
            (folder / f"{document.id}.txt").write_text(markup + "\n", encoding="utf-8", newline="\n")
    return []
