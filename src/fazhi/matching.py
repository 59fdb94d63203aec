"""Spans compared in four ways, as SemEval 2013 task 9 defines them, and each error by its kind.

The categories and rates are those of Chinchor and Sundheim (1993, MUC-5) and Segura-Bedmar et al. (2013): a gold span
and a predicted one are correct, incorrect or partial; a gold span without partner is missing, a predicted one spurious.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fazhi.types import LabeledSpan

Scheme = Literal["strict", "exact", "partial", "type"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
Category = Literal["correct", "incorrect", "partial", "missing", "spurious"]
ErrorKind = Literal["missed", "spurious", "wrong border", "wrong label", "wrong border and label"]
ERROR_KINDS: tuple[ErrorKind, ...] = get_args(ErrorKind)

Pair = tuple[LabeledSpan | None, LabeledSpan | None]


@dataclass(slots=True)
class Tally:
    """Counts of the categories, which add up over reports; the rates are read off.

    Under `partial` and `type` half a point is given for a partial match, as the task's definition has it.
    """

    correct: int = 0
    incorrect: int = 0
    partial: int = 0
    missing: int = 0
    spurious: int = 0

    @property
    def possible(self) -> int:
        """Gold spans."""
        return self.correct + self.incorrect + self.partial + self.missing

    @property
    def actual(self) -> int:
        """Predicted spans."""
        return self.correct + self.incorrect + self.partial + self.spurious

    @property
    def precision(self) -> float:
        """(correct + partial / 2) / actual, 0 where nothing was found."""
        return (self.correct + self.partial / 2) / self.actual if self.actual else 0.0

    @property
    def recall(self) -> float:
        """(correct + partial / 2) / possible, 0 where nothing is to be found."""
        return (self.correct + self.partial / 2) / self.possible if self.possible else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.actual + self.possible
        return 2 * (self.correct + self.partial / 2) / total if total else 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.correct + other.correct,
            self.incorrect + other.incorrect,
            self.partial + other.partial,
            self.missing + other.missing,
            self.spurious + other.spurious,
        )

    def to_dict(self) -> dict[str, Any]:
        """Counts and rates (rates to 4 places)."""
        counts = {name: getattr(self, name) for name in get_args(Category)}
        return {**counts, **{name: round(getattr(self, name), 4) for name in ("precision", "recall", "f1")}}


def match(
    gold: Sequence[LabeledSpan], predicted: Sequence[LabeledSpan], scheme: Scheme
) -> Iterator[tuple[Category, Pair]]:
    """Pair the spans of one layer, one to one, in the order of the text.

    strict: borders and label count. exact: borders count, labels do not. partial: an overlap counts half, labels do not
    count. type: any overlap counts, labels do. Of several gold spans that a predicted one overlaps, it takes the first,
    under `type` the one of its own label whose borders are nearest.

    Args:
        gold: Spans that do not overlap each other.
        predicted: Likewise.
        scheme: What counts.

    Yields:
        The category, and gold span and predicted span, one of which is None for `spurious` and `missing`.
    """
    left = sorted(gold)
    for span in sorted(predicted):
        category, partner = _judge(span, [other for other in left if other.overlaps(span)], scheme)
        if partner is not None:
            left.remove(partner)
        yield category, (partner, span)
    for missed in left:
        yield "missing", (missed, None)


def _judge(
    span: LabeledSpan, overlapping: Sequence[LabeledSpan], scheme: Scheme
) -> tuple[Category, LabeledSpan | None]:
    if not overlapping:
        return "spurious", None
    same_label = [other for other in overlapping if other.label == span.label]
    same_borders = [other for other in overlapping if (other.start, other.end) == (span.start, span.end)]
    if scheme == "type":
        nearest = min(same_label, key=lambda o: abs(o.start - span.start) + abs(o.end - span.end), default=None)
        return ("correct", nearest) if nearest else ("incorrect", overlapping[0])
    right = [other for other in same_borders if scheme != "strict" or other.label == span.label]
    if right:
        return "correct", right[0]
    return ("partial" if scheme == "partial" else "incorrect"), overlapping[0]


def tally(gold: Sequence[LabeledSpan], predicted: Sequence[LabeledSpan], scheme: Scheme) -> Tally:
    """Count the categories of one layer of one report."""
    found = Tally()
    for category, _ in match(gold, predicted, scheme):
        setattr(found, category, getattr(found, category) + 1)
    return found


def errors(gold: Iterable[LabeledSpan], predicted: Iterable[LabeledSpan]) -> Iterator[tuple[ErrorKind, Pair]]:
    """All errors of one layer of one report by kind, in the order of the text.

    What was found rightly takes no part; of the rest, spans that overlap are paired, first those of the same label.
    """
    wanted, found = set(_strict(gold)), set(_strict(predicted))
    pairs: list[tuple[ErrorKind, Pair]] = []
    for category, (true, other) in match(sorted(wanted - found), sorted(found - wanted), "type"):
        if true is None or other is None:
            pairs.append(("missed" if category == "missing" else "spurious", (true, other)))
        elif true.label == other.label:
            pairs.append(("wrong border", (true, other)))
        elif (true.start, true.end) == (other.start, other.end):
            pairs.append(("wrong label", (true, other)))
        else:
            pairs.append(("wrong border and label", (true, other)))
    yield from sorted(pairs, key=lambda pair: min(span.start for span in pair[1] if span is not None))


def _strict(spans: Iterable[LabeledSpan]) -> list[LabeledSpan]:
    return [LabeledSpan(s.start, s.end, s.label) for s in spans]
