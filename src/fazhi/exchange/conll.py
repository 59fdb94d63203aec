"""Columns: one character a line with its BIO tags of both layers; an empty line is a line break of the report.

    # newdoc id = wuzhou_2023
    # meta = {"origin": "real", …}
    受	B-MEASURE	O
    理	I-MEASURE	O
    案	I-MEASURE	B-METRIC

Links have no place in columns and are left out. A blank is written as ␣, which no other character may be.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from fazhi.annotations.documents import GoldDocument, Meta
from fazhi.codec import bio_tags, encode_bio
from fazhi.errors import AnnotationError
from fazhi.exchange.drafts import Draft, DraftSpan
from fazhi.exchange.sources import meta_fields, meta_of, read_text
from fazhi.files import replacing
from fazhi.labels import LAYERS

NEW = "# newdoc id = "
META = "# meta = "
BLANK, BREAK, TAB = "␣", "\n", "␉"


def write(documents: Iterable[GoldDocument], path: Path) -> list[str]:
    """Write all reports into one file; what is left out is said."""
    links = 0
    with replacing(path) as file:
        for document in documents:
            if BLANK in document.text or TAB in document.text:
                raise AnnotationError(
                    f"the text holds {BLANK} or {TAB}, which stand for white space in columns",
                    place=f"report {document.id!r}",
                    fix="choose another format",
                )
            links += len(document.links)
            columns = []
            for layer, labels in LAYERS.items():
                encoded = encode_bio(len(document.text), document.layer(layer), labels)
                columns.append([bio_tags(labels)[i] for i in encoded.classes])
            file.write(f"{NEW}{document.id}\n{META}{json.dumps(meta_fields(document.meta), ensure_ascii=False)}\n")
            for char, *tags in zip(document.text, *columns, strict=True):
                shown = {" ": BLANK, "\t": TAB}.get(char, char)
                file.write("\n" if char == BREAK else "\t".join([shown, *tags]) + "\n")
            file.write("# end\n")
    return [f"{links} links were left out: columns cannot hold them"] if links else []


def read(path: Path) -> Iterator[Draft]:
    """The reports of a file in columns: token, tag of the clause layer, tag of the mention layer (or one of these)."""
    lines = read_text(path).replace("\r\n", "\n").split("\n")
    borders = [i for i, line in enumerate(lines) if line.startswith(NEW)] or [0]
    if borders[0] == 0 and not lines[0].startswith(NEW):
        lines.insert(0, f"{NEW}{path.stem}")
    for start, end in zip(borders, [*borders[1:], len(lines)], strict=True):
        yield _report(lines[start:end], path, start + 1)


def _report(lines: Sequence[str], path: Path, first: int) -> Draft:
    name, meta, text = lines[0].removeprefix(NEW).strip(), Meta(), ""
    spans: list[DraftSpan] = []
    open_spans: dict[int, tuple[str, int]] = {}

    def close(column: int, at: int) -> None:
        if column in open_spans:
            label, start = open_spans.pop(column)
            spans.append(DraftSpan(str(len(spans)), label, start, at))

    ended = False
    for number, line in enumerate(lines[1:], first + 1):
        if line.startswith("# end"):
            ended = True
            break
        if line.startswith(META):
            meta = meta_of(json.loads(line.removeprefix(META)))
            continue
        if line.startswith("# "):
            continue
        token, *tags = (line.split("\t") if "\t" in line else line.split()) or [BREAK]
        if token == BREAK:
            tags = []
        elif not tags:
            raise AnnotationError(
                f"{line[:40]!r} has no tag", file=path, place=f"line {number}", fix="write token and tags in columns"
            )
        shown = {BLANK: " ", TAB: "\t"}.get(token, token)
        for column, tag in enumerate(tags or ["O"] * (1 + max(open_spans, default=-1))):
            kind, _, label = tag.partition("-")
            if kind not in ("O", "B", "I") or (kind != "O") != bool(label):
                raise AnnotationError(
                    f"{tag!r} is no BIO tag", file=path, place=f"line {number}", fix="write O, B-LABEL or I-LABEL"
                )
            if kind == "I" and open_spans.get(column, ("",))[0] != label:
                raise AnnotationError(
                    f"{tag!r} continues nothing", file=path, place=f"line {number}", fix=f"write B-{label}"
                )
            if kind != "I":
                close(column, len(text))
            if kind == "B":
                open_spans[column] = (label, len(text))
        text += shown
    for column in list(open_spans):
        close(column, len(text))
    if not ended:
        text = text.rstrip("\n")
    return Draft(name, text, tuple(spans), (), meta, path, f"line {first}")
