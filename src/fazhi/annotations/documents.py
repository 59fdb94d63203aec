"""The gold document, and JSONL in and out."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from fazhi.errors import AnnotationError
from fazhi.labels import LABELS, LAYERS, METRIC, QUANTITY, layer_of
from fazhi.types import LabeledSpan, Link

ORIGINS = ("real", "authored")


@dataclass(frozen=True, slots=True)
class Meta:
    """Where a gold report comes from.

    Attributes:
        origin: `real` or `authored`; only real reports test.
        issuer: The body that issued it, or None.
        year: The year reported on, or None.
        group: Reports of one group never stand on both sides of a split.
    """

    origin: str = "real"
    issuer: str | None = None
    year: int | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A cleaned report with its labels.

    Attributes:
        id: Unique name of the report.
        text: The cleaned text that all offsets refer to.
        spans: The spans of both layers, in order of offsets; within a layer none overlap.
        links: Pairs of indices into `spans`.
        meta: Where it comes from.

    Raises:
        AnnotationError: if a span leaves the text, has an unknown label, begins or ends in white space or overlaps
            another of its layer, or if a link does not join a quantity with a metric.
    """

    id: str
    text: str
    spans: tuple[LabeledSpan, ...] = ()
    links: tuple[Link, ...] = ()
    meta: Meta = field(default_factory=Meta)

    def __post_init__(self) -> None:
        for span in self.spans:
            if span.label not in LABELS:
                raise self._error(
                    f"unknown label {span.label!r} at {span.start}:{span.end}",
                    f"use one of {', '.join(LABELS)}",
                )
            if span.end > len(self.text):
                raise self._error(
                    f"{span.label} {span.start}:{span.end} leaves the text of {len(self.text)} characters",
                    "correct the offsets; they count characters from 0, half-open",
                )
            if (piece := span.of(self.text)) != piece.strip():
                raise self._error(
                    f"{span.label} {span.start}:{span.end} {piece!r} begins or ends in white space",
                    "trim the span",
                )
        if any(a > b for a, b in zip(self.spans, self.spans[1:], strict=False)):
            raise self._error("the spans are not in order of their offsets", "sort them by start, then end")
        for layer in LAYERS:
            inside = self.layer(layer)
            for first, second in zip(inside, inside[1:], strict=False):
                if first.overlaps(second):
                    raise self._error(
                        f"{first.label} {first.start}:{first.end} and {second.label} {second.start}:{second.end} "
                        f"overlap in the {layer} layer",
                        "spans of one layer must not overlap",
                    )
        for link in self.links:
            ends = [self.spans[i].label for i in (link.quantity, link.metric)]
            if ends != [QUANTITY, METRIC]:
                texts = [self.spans[i].of(self.text) for i in (link.quantity, link.metric)]
                raise self._error(
                    f"a link joins {ends[0]} {texts[0]!r} with {ends[1]} {texts[1]!r}",
                    "a link is [index of a QUANTITY, index of a METRIC] into the report's spans, counted from 0",
                )
        if len(set(self.links)) < len(self.links):
            raise self._error("a link comes twice", "write each link once")
        if self.meta.origin not in ORIGINS:
            raise self._error(f"unknown origin {self.meta.origin!r}", f"use one of {', '.join(ORIGINS)}")

    def layer(self, name: str) -> tuple[LabeledSpan, ...]:
        """The spans of one layer, in order."""
        return tuple(span for span in self.spans if layer_of(span.label) == name)

    def _error(self, what: str, fix: str) -> AnnotationError:
        return AnnotationError(what, place=f"report {self.id!r}", fix=fix)

    def to_dict(self) -> dict[str, Any]:
        """The report as one JSON line holds it."""
        return {
            "id": self.id,
            "text": self.text,
            "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in self.spans],
            "links": [[link.quantity, link.metric] for link in self.links],
            "meta": {
                "origin": self.meta.origin,
                "issuer": self.meta.issuer,
                "year": self.meta.year,
                "group": self.meta.group,
            },
        }

    @classmethod
    def from_dict(cls, data: Any) -> "GoldDocument":
        """A report from one JSON line.

        Raises:
            AnnotationError: if a field is missing or of the wrong kind, or the document is invalid.
        """
        report = data.get("id") if isinstance(data, dict) else None
        place = f"report {report!r}"
        try:
            spans = [
                LabeledSpan(_typed(s["start"], int), _typed(s["end"], int), _typed(s["label"], str))
                for s in _typed(data["spans"], list)
            ]
            links = [_link(pair, len(spans), place) for pair in _typed(data.get("links") or [], list)]
            meta = _typed(data.get("meta") or {}, dict)
            year, issuer = meta.get("year"), meta.get("issuer")
            order = sorted(range(len(spans)), key=lambda i: spans[i])
            moved = {old: new for new, old in enumerate(order)}
            return cls(
                id=_typed(data["id"], str),
                text=_typed(data["text"], str),
                spans=tuple(spans[i] for i in order),
                links=tuple(sorted(Link(moved[q], moved[m]) for q, m in links)),
                meta=Meta(
                    origin=_typed(meta.get("origin") or "real", str),
                    issuer=None if issuer is None else _typed(issuer, str),
                    year=None if year is None else _typed(year, int),
                    group=_typed(meta.get("group") or data["id"], str),
                ),
            )
        except KeyError as error:
            raise AnnotationError(
                f"the field {error} is missing", place=place, fix="each line needs id, text, spans, links and meta"
            ) from None
        except (TypeError, ValueError, AttributeError) as error:
            raise AnnotationError(
                f"a field is of the wrong kind ({error})",
                place=place,
                fix="see annotations/DATA_CARD.md for the format",
            ) from None


Kind = TypeVar("Kind")


def _typed(value: Any, kind: type[Kind]) -> Kind:
    """The value itself if it is of the kind.

    Raises:
        TypeError: if it is not; true and false are no numbers.
    """
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{value!r} is not {kind.__name__}"[:120])
    return value


def _link(pair: Any, spans: int, place: str) -> tuple[int, int]:
    """A link as it stands in the file, checked against the number of spans there."""
    quantity, metric = (_typed(index, int) for index in _typed(pair, list))
    if not (0 <= quantity < spans and 0 <= metric < spans):
        raise AnnotationError(
            f"link {pair} names a span that is not there; the report has {spans}",
            place=place,
            fix="links hold indices into the report's spans, counted from 0",
        )
    return quantity, metric


def read_gold(path: str | Path, *, errors: list[AnnotationError] | None = None) -> Iterator[GoldDocument]:
    """The reports of a gold file, or of every `*.jsonl` in a folder, in order of names.

    Args:
        path: The file or folder.
        errors: If given, takes the errors of single lines and files, and reading goes on behind them.

    Raises:
        AnnotationError: naming file and line, for anything that is not a valid report, for an id that comes twice,
            and if there is no report at all.
    """
    path = Path(path)
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise AnnotationError("no *.jsonl file in the folder", file=path, fix="point to a gold file or folder")
    seen: dict[str, str] = {}
    failed = False
    for file in files:
        try:
            lines = _lines(file)
        except AnnotationError as error:
            if errors is None:
                raise
            errors.append(error)
            failed = True
            continue
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                document = _document(line, file, number, seen)
            except AnnotationError as error:
                if errors is None:
                    raise
                errors.append(error)
                failed = True
                continue
            yield document
    if not seen and not failed:
        raise AnnotationError("no report in it", file=path, fix="write one JSON object on a line")


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise AnnotationError("no such file", file=file, fix="check the path") from None
    except UnicodeDecodeError as error:
        raise AnnotationError(
            "not UTF-8", file=file, place=f"byte {error.start}", fix="convert the file to UTF-8"
        ) from None
    except OSError as error:
        raise AnnotationError(f"cannot be opened ({error.strerror})", file=file, fix="check the file") from None


def _document(line: str, file: Path, number: int, seen: dict[str, str]) -> GoldDocument:
    place = f"line {number}"
    try:
        document = GoldDocument.from_dict(json.loads(line))
    except json.JSONDecodeError as error:
        raise AnnotationError(
            f"not JSON ({error.msg} at column {error.colno})",
            file=file,
            place=place,
            fix="write one JSON object on a line",
        ) from None
    except AnnotationError as error:
        raise error.located(file=file, place=f"{place}, {error.place}") from None
    if document.id in seen:
        raise AnnotationError(
            f"the id {document.id!r} stands already in {seen[document.id]}",
            file=file,
            place=place,
            fix="give each report an id of its own",
        )
    seen[document.id] = f"{file}, {place}"
    return document


def write_gold(documents: Iterable[GoldDocument], path: str | Path) -> None:
    """Write reports as JSONL."""
    lines = [json.dumps(document.to_dict(), ensure_ascii=False) + "\n" for document in documents]
    Path(path).write_text("".join(lines), encoding="utf-8")
