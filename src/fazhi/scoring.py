"""Counts first, rates derived: spans and links, strictly by border and label."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fazhi.labels import LABELS, LAYERS
from fazhi.types import LabeledSpan

Item = TypeVar("Item", bound=Hashable)


@dataclass(slots=True)
class Counts:
    """True positives, false positives and false negatives, which add up over reports; the rates are read off."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @property
    def precision(self) -> float:
        """tp / (tp + fp), 0 where nothing was found."""
        return self.tp / (self.tp + self.fp) if self.tp else 0.0

    @property
    def recall(self) -> float:
        """tp / (tp + fn), 0 where nothing is to be found."""
        return self.tp / (self.tp + self.fn) if self.tp else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp else 0.0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    def to_dict(self) -> dict[str, float]:
        """Counts and rates (rates to 4 places)."""
        rates = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {"tp": self.tp, "fp": self.fp, "fn": self.fn, **{k: round(v, 4) for k, v in rates.items()}}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Counts":
        """What `to_dict` gave; the rates are derived again."""
        return cls(*(int(data[name]) for name in ("tp", "fp", "fn")))


def count(gold: Iterable[Item], predicted: Iterable[Item]) -> Counts:
    """Compare two collections; an item that comes twice must be found twice."""
    wanted, found = Counter(gold), Counter(predicted)
    tp = sum((wanted & found).values())
    return Counts(tp, sum(found.values()) - tp, sum(wanted.values()) - tp)


@dataclass(slots=True)
class Scores:
    """Strict span counts for each label, and link counts.

    A link is right if both of its spans are, by border and label.
    """

    labels: dict[str, Counts] = field(default_factory=lambda: {label: Counts() for label in LABELS})
    links: Counts = field(default_factory=Counts)

    def add(
        self,
        gold: Sequence[LabeledSpan],
        predicted: Sequence[LabeledSpan],
        gold_links: Iterable[tuple[LabeledSpan, LabeledSpan]] = (),
        predicted_links: Iterable[tuple[LabeledSpan, LabeledSpan]] = (),
    ) -> None:
        """Count one report; a report without any span counts as well."""
        for label in self.labels:
            self.labels[label] += count(_keys(gold, label), _keys(predicted, label))
        self.links += count(_link_keys(gold_links), _link_keys(predicted_links))

    @property
    def micro(self) -> Counts:
        """All spans of both layers, pooled."""
        return sum(self.labels.values(), Counts())

    def layer(self, name: str) -> Counts:
        """All spans of one layer, pooled."""
        return sum((self.labels[label] for label in LAYERS[name]), Counts())

    def __add__(self, other: "Scores") -> "Scores":
        return Scores(
            {label: counts + other.labels[label] for label, counts in self.labels.items()},
            self.links + other.links,
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "micro": self.micro.to_dict(),
            "layers": {name: self.layer(name).to_dict() for name in LAYERS},
            "labels": {label: counts.to_dict() for label, counts in self.labels.items()},
            "links": self.links.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Scores":
        """What `to_dict` gave; only counts are read, rates are derived again."""
        labels = {label: Counts.from_dict(row) for label, row in data["labels"].items()}
        return cls(labels, Counts.from_dict(data["links"]))


def _keys(spans: Iterable[LabeledSpan], label: str) -> list[tuple[int, int, str]]:
    return [(s.start, s.end, s.label) for s in spans if s.label == label]


def _link_keys(links: Iterable[tuple[LabeledSpan, LabeledSpan]]) -> list[tuple[int, ...]]:
    return [(q.start, q.end, m.start, m.end) for q, m in links]
