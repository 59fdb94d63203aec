"""What a tool's file says, before it is believed: every span is compared with its text, then gold is made of it."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

from fazhi.annotations.documents import GoldDocument, Meta
from fazhi.errors import AnnotationError
from fazhi.labels import LABELS
from fazhi.types import LabeledSpan, Link

LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class DraftSpan:
    """A span as a tool wrote it.

    Attributes:
        id: What links name it by.
        label: The tool's label.
        start: First character, however the tool counts.
        end: Behind the last one.
        text: The text that the tool says it covers, or None.
    """

    id: str
    label: str
    start: int
    end: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as a tool wrote it.

    Attributes:
        id: The report's name.
        text: Its text.
        spans: Its spans.
        links: Pairs of span ids, in either order.
        meta: Where it comes from.
        file: The file that it was read from.
        place: Where in it.
    """

    id: str
    text: str
    spans: tuple[DraftSpan, ...]
    links: tuple[tuple[str, str], ...] = ()
    meta: Meta = field(default_factory=Meta)
    file: Path | None = None
    place: str | None = None

    def error(self, what: str, fix: str | None = None) -> AnnotationError:
        """An error that names file and place."""
        place = ", ".join(part for part in (self.place, f"report {self.id!r}") if part)
        return AnnotationError(what, file=self.file, place=place, fix=fix)


@dataclass(frozen=True, slots=True)
class Mend:
    """A span that was moved to where its text stands, or left out as the user wished."""

    report: str
    what: str
    cause: str

    def __str__(self) -> str:
        return f"{self.report}: {self.what} ({self.cause})"


def settle(
    draft: Draft, *, labels: Mapping[str, str] | None = None, repair: bool = False
) -> tuple[GoldDocument, list[Mend]]:
    """Make gold of a draft.

    Args:
        draft: What a tool's file says.
        labels: Our label for a tool's label; an empty one leaves its spans and their links out.
        repair: Mend offsets that do not fit their text where there is only one way to.

    Returns:
        The report, and what was mended.

    Raises:
        AnnotationError: naming file, place, span and both texts, if a span does not fit its text and is not mended, if
            a label is unknown, if spans of one layer overlap, or if a link joins what it must not.
    """
    names = {**{label: label for label in LABELS}, **(labels or {})}
    if unknown := sorted({span.label for span in draft.spans} - names.keys()):
        raise draft.error(
            f"unknown labels {', '.join(map(repr, unknown))}",
            f"rename each with --map {unknown[0]}=LABEL (one of {', '.join(LABELS)}, or nothing to leave it out)",
        )
    mends = [
        Mend(
            draft.id, f"{span.label} {_shown(span.text or draft.text[span.start : span.end])} left out", "as asked for"
        )
        for span in draft.spans
        if not names[span.label]
    ]
    spans, moved = _placed(draft, [span for span in draft.spans if names[span.label]], repair)
    if len({span.id for span in spans}) < len(spans):
        raise draft.error("two spans have one id", "give each span an id of its own")
    order = sorted(spans, key=lambda s: (s.start, s.end, names[s.label]))
    place = {span.id: i for i, span in enumerate(order)}
    known = {span.id for span in draft.spans}
    links = set()
    for ends in draft.links:
        if missing := [end for end in ends if end not in known]:
            raise draft.error(f"a link names the span {missing[0]!r}, which is not there", "export it again")
        if all(end in place for end in ends):
            links.add(_link(draft, [place[end] for end in ends], [names[s.label] for s in order]))
    try:
        document = GoldDocument(
            draft.id,
            draft.text,
            tuple(LabeledSpan(s.start, s.end, names[s.label]) for s in order),
            tuple(sorted(links)),
            draft.meta if draft.meta.group else replace(draft.meta, group=draft.id),
        )
    except AnnotationError as error:
        place_of = ", ".join(part for part in (draft.place, error.place) if part)
        raise AnnotationError(error.what, file=draft.file, place=place_of, fix=error.fix) from None
    except ValueError as error:
        raise draft.error(str(error), "delete the span") from None
    return document, mends + moved


def _link(draft: Draft, ends: list[int], labels: Sequence[str]) -> Link:
    """A link whichever way round the tool drew it."""
    first, second = ends
    if (labels[first], labels[second]) == ("METRIC", "QUANTITY"):
        first, second = second, first
    if (labels[first], labels[second]) != ("QUANTITY", "METRIC"):
        raise draft.error(
            f"a link joins {labels[first]} with {labels[second]}", "link quantities with metrics and nothing else"
        )
    return Link(first, second)


def _shown(text: str) -> str:
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


# Ways in which tools count, each as the number of units that a character takes.
COUNTS: dict[str, Callable[[str], int]] = {
    "offsets count UTF-16 code units": lambda char: 1 + (ord(char) > 0xFFFF),
    "offsets count bytes of UTF-8": lambda char: len(char.encode("utf-8", "surrogatepass")),
    "offsets count each line break as two characters (CRLF)": lambda char: 1 + (char == "\n"),
    "offsets leave out the carriage return of each line break (CRLF)": lambda char: int(char != "\r"),
}


def _placed(draft: Draft, spans: Sequence[DraftSpan], repair: bool) -> tuple[list[DraftSpan], list[Mend]]:
    """The spans where their text stands."""
    wrong = [span for span in spans if not fits(draft.text, span)]
    if not wrong:
        return _trimmed(draft, spans, repair)
    converted: Sequence[DraftSpan | None]
    cause, converted = _converted(draft.text, spans) or ("", [])
    if not cause:
        cause = "the text was changed after it was labelled"
        converted = [span if fits(draft.text, span) else _found(draft.text, span) for span in spans]
    bad = wrong[0]
    if not repair or None in converted:
        lost = next((s for s, new in zip(spans, converted, strict=True) if new is None), bad)
        shown = lost if repair else bad
        mendable = None not in converted
        raise draft.error(
            f"{shown.label} {shown.start}:{shown.end} should be {_shown(shown.text or '')} but the text has "
            f"{_shown(draft.text[shown.start : shown.end])} there; likely cause: {cause}",
            "mend it with --repair" if mendable else "correct the span in the tool and export again",
        )
    mends = [
        Mend(
            draft.id,
            f"{new.label} {_shown(new.text or '')} moved from {old.start}:{old.end} to {new.start}:{new.end}",
            cause,
        )
        for old, new in zip(spans, converted, strict=True)
        if new is not None and old != new
    ]
    placed, trimmed = _trimmed(draft, [span for span in converted if span is not None], repair)
    return placed, mends + trimmed


def fits(text: str, span: DraftSpan) -> bool:
    """Whether a span lies inside a text and covers what the tool says it does."""
    inside = 0 <= span.start < span.end <= len(text)
    return inside and (span.text is None or _plain(text[span.start : span.end]) == _plain(span.text))


def _plain(text: str) -> str:
    """Tools write line breaks inside a span as blanks."""
    return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ")


def counted(text: str, spans: Sequence[DraftSpan], units: Callable[[str], int]) -> list[DraftSpan] | None:
    """The spans by a way of counting, or None if under it one of them does not fit its text."""
    places = [0, *accumulate(map(units, text))]
    moved = []
    for span in spans:
        new = replace(span, start=bisect_left(places, span.start), end=bisect_left(places, span.end))
        if new.end > len(text) or not fits(text, new):
            return None
        moved.append(new)
    return moved


def _converted(text: str, spans: Sequence[DraftSpan]) -> tuple[str, list[DraftSpan]] | None:
    """The spans by the one way of counting under which all of them fit their texts."""
    if any(span.text is None for span in spans):
        return None
    for cause, units in COUNTS.items():
        moved = counted(text, spans, units)
        if moved is not None:
            return cause, moved
    return None


def _found(text: str, span: DraftSpan) -> DraftSpan | None:
    """A span where its text stands, if it stands in one place only."""
    if not span.text or text.count(span.text) != 1:
        return None
    start = text.index(span.text)
    return replace(span, start=start, end=start + len(span.text))


def _trimmed(draft: Draft, spans: Sequence[DraftSpan], repair: bool) -> tuple[list[DraftSpan], list[Mend]]:
    """The spans without outer white space."""
    found, mends = [], []
    for span in spans:
        piece = draft.text[span.start : span.end]
        inner = piece.strip()
        if inner == piece:
            found.append(span)
            continue
        if not repair or not inner:
            raise draft.error(
                f"{span.label} {span.start}:{span.end} {_shown(piece)} begins or ends in white space",
                "mend it with --repair" if inner else "delete the span",
            )
        start = span.start + len(piece) - len(piece.lstrip())
        found.append(replace(span, start=start, end=start + len(inner), text=inner))
        mends.append(Mend(draft.id, f"{span.label} {_shown(piece)} trimmed to {_shown(inner)}", "outer white space"))
    return found, mends


def unique(documents: Iterable[tuple[GoldDocument, Draft]]) -> list[GoldDocument]:
    """The documents, if no id comes twice.

    Raises:
        AnnotationError: naming both places.
    """
    seen: dict[str, Draft] = {}
    found = []
    for document, draft in documents:
        if document.id in seen:
            first = seen[document.id]
            raise draft.error(f"the id stands already at {first.file}, {first.place}", "give each report its own id")
        seen[document.id] = draft
        found.append(document)
    return found
