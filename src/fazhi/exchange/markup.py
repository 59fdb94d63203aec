"""Inline markup (`fazhi.annotations.inline`): a folder of REPORT.txt, for eyes and text editors."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from fazhi.annotations.convert import read_markup
from fazhi.annotations.documents import GoldDocument, Meta
from fazhi.annotations.inline import MISTYPED, TAG, render
from fazhi.errors import AnnotationError
from fazhi.exchange.drafts import Draft, DraftSpan
from fazhi.exchange.sources import meta_fields, meta_of
from fazhi.files import new_folder

META = "reports.json"


def read(path: Path) -> Iterator[Draft]:
    """The reports of a folder, or of one file."""
    files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
    if not files:
        raise AnnotationError("no marked-up report (*.txt) there", file=path, fix="give a folder of them")
    known = path / META
    metas = json.loads(known.read_text(encoding="utf-8")) if known.is_file() else {}
    for file in files:
        meta = meta_of(metas[file.stem]) if file.stem in metas else Meta(group=file.stem)
        found = read_markup(file, file.stem, meta)
        spans = tuple(DraftSpan(str(i), s.label, s.start, s.end, s.of(found.text)) for i, s in enumerate(found.spans))
        links = tuple((str(link.quantity), str(link.metric)) for link in found.links)
        yield Draft(file.stem, found.text, spans, links, meta, file, None)


def write(documents: Iterable[GoldDocument], path: Path) -> list[str]:
    """Write a folder of marked-up reports; issuer, year and group stand in `reports.json`."""
    with new_folder(path) as folder:
        metas = {}
        for document in documents:
            if tag := TAG.search(document.text) or MISTYPED.search(document.text):
                raise AnnotationError(
                    f"the text holds {tag.group()!r}, which would read as a tag",
                    place=f"report {document.id!r}",
                    fix="choose another format",
                )
            metas[document.id] = meta_fields(document.meta)
            markup = render(document.text, document.spans, document.links)
            (folder / f"{document.id}.txt").write_text(markup + "\n", encoding="utf-8", newline="\n")
        (folder / META).write_text(json.dumps(metas, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return []
