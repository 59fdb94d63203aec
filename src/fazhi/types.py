"""Frozen values that all modules share. Every span is half-open: `start` is in, `end` is out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class CharSpan:
    """Characters `start` to `end` (half-open) of some text.

    Raises:
        ValueError: if `start` is negative or `end` is not behind `start`.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, not {self.start}:{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def contains(self, other: "CharSpan") -> bool:
        """Whether `other` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "CharSpan") -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end

    def of(self, text: str) -> str:
        """The characters of this span in `text`."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True, order=True)
class LabeledSpan(CharSpan):
    """A span with its label and, where a model made it, a score between 0 and 1."""

    label: str
    score: float | None = None


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A quantity that gives the value of a metric, both as indices into one list of spans."""

    quantity: int
    metric: int
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text it governs.

    Attributes:
        marker: The list number as written (`一、`, `（二）`, `3.`).
        title: The heading's words without the marker.
        level: Depth of the marker's kind in this report, 0 for the topmost.
        heading: The characters of marker and title.
        end: Where the section's text ends, its subsections included (half-open).
        parent: Index of the enclosing section in the same list, or None.
    """

    marker: str
    title: str
    level: int
    heading: CharSpan
    end: int
    parent: int | None


@dataclass(frozen=True, slots=True)
class Window:
    """A slice of a text that fits the encoder, and the part of it that is kept.

    Attributes:
        span: The characters that the encoder reads.
        keep: The characters whose predictions are taken from this window; over all
            windows of a text the kept parts are disjoint and cover it.
        context: The heading path that the encoder reads before the text, possibly empty.
    """

    span: CharSpan
    keep: CharSpan
    context: str = ""
