"""How far two annotations of the same reports agree, and where they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fazhi.annotations.documents import GoldDocument
from fazhi.errors import AnnotationError
from fazhi.labels import LABELS
from fazhi.scoring import Counts, Scores
from fazhi.types import LabeledSpan

CONTEXT = 15


@dataclass(frozen=True, slots=True)
class Difference:
    """A span or link that only one side has, in its context."""

    report: str
    side: str
    what: str
    start: int
    context: str

    def __str__(self) -> str:
        return f"{self.report}, offset {self.start}, only {self.side}: {self.what} {self.context}"


def agree(first: Sequence[GoldDocument], second: Sequence[GoldDocument]) -> tuple[dict[str, Any], list[Difference]]:
    """Compare two annotations of the same reports.

    F1 is the same whichever side is called gold.

    Returns:
        Figures: strict F1 for each label, all labels and links as in `fazhi.scoring`; `relaxed`, the F1 that counts
        two spans of one label as equal if they overlap, each span taken once. And all differences in order.

    Raises:
        AnnotationError: if the reports or their texts are not the same.
    """
    others = {document.id: document for document in second}
    if missing := {d.id for d in first} ^ set(others):
        raise AnnotationError(f"only one side has {', '.join(sorted(missing))}", fix="compare the same reports")
    total = Scores()
    relaxed = {label: Counts() for label in LABELS}
    differences: list[Difference] = []
    for a in first:
        b = others[a.id]
        if a.text != b.text:
            at = next((i for i, (x, y) in enumerate(zip(a.text, b.text, strict=False)) if x != y), len(a.text))
            raise AnnotationError(
                "the two sides have different texts", place=f"report {a.id!r}, offset {at}", fix="annotate one text"
            )
        total.add(a.spans, b.spans, _pairs(a), _pairs(b))
        for label in LABELS:
            relaxed[label] += _overlapping(
                [s for s in a.spans if s.label == label], [s for s in b.spans if s.label == label]
            )
        differences += _differences(a, b)
    figures = {
        **total.to_dict(),
        "relaxed": {label: counts.to_dict() for label, counts in relaxed.items()},
        "reports": len(first),
        "characters": sum(len(document.text) for document in first),
    }
    return figures, differences


def _pairs(document: GoldDocument) -> list[tuple[LabeledSpan, LabeledSpan]]:
    return [(document.spans[link.quantity], document.spans[link.metric]) for link in document.links]


def _overlapping(first: Sequence[LabeledSpan], second: Sequence[LabeledSpan]) -> Counts:
    """Pair overlapping spans from left to right, each at most once."""
    left = list(second)
    found = 0
    for span in first:
        partner = next((other for other in left if other.overlaps(span)), None)
        if partner is not None:
            left.remove(partner)
            found += 1
    return Counts(found, len(second) - found, len(first) - found)


def _differences(a: GoldDocument, b: GoldDocument) -> list[Difference]:
    found = []
    for side, mine, other in (("first", a, b), ("second", b, a)):
        for span in sorted(set(mine.spans) - set(other.spans)):
            found.append(Difference(a.id, side, span.label, span.start, _context(a.text, span.start, span.end)))
        for quantity, metric in sorted(set(_pairs(mine)) - set(_pairs(other))):
            start, end = min(quantity.start, metric.start), max(quantity.end, metric.end)
            found.append(Difference(a.id, side, "link", start, _context(a.text, start, end)))
    return sorted(found, key=lambda difference: (difference.start, difference.what))


def _context(text: str, start: int, end: int) -> str:
    around = f"{text[max(0, start - CONTEXT) : start]}[{text[start:end]}]{text[end : end + CONTEXT]}"
    return around.replace("\n", "⏎")
