"""Scores that mean what they say: fitted where the model has not trained, measured by expected calibration error."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

BINS = 10
# So many judged spans of a label are needed to fit it; rarer labels keep their scores.
FEWEST = 20
_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Judged:
    """A predicted span's label and score, and whether it is right."""

    label: str
    score: float
    right: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """Platt scaling (Platt 1999): the score's logit, stretched and shifted."""

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, score: float) -> float:
        """The calibrated score."""
        return 1 / (1 + math.exp(-(self.slope * _logit(score) + self.shift)))


Calibration = Mapping[str, Curve]


def _logit(score: float) -> float:
    inside = min(max(score, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))


def fit(judged: Iterable[Judged]) -> dict[str, Curve]:
    """A curve for each label, by logistic regression of right or wrong on the score's logit.

    A label with fewer than `FEWEST` spans, or with only right or only wrong ones, keeps its scores. So does one whose
    curve would fall: a higher score must never mean less.
    """
    from sklearn.linear_model import LogisticRegression

    by_label: dict[str, list[Judged]] = {}
    for span in judged:
        by_label.setdefault(span.label, []).append(span)
    curves = {}
    for label, spans in sorted(by_label.items()):
        right = [span.right for span in spans]
        if len(spans) < FEWEST or all(right) or not any(right):
            continue
        model = LogisticRegression().fit([[_logit(span.score)] for span in spans], right)
        slope, shift = float(model.coef_[0][0]), float(model.intercept_[0])
        if slope > 0:
            curves[label] = Curve(round(slope, 4), round(shift, 4))
    return curves


def apply(calibration: Calibration, label: str, score: float) -> float:
    """A score by the label's curve, or as it is if the label has none."""
    return calibration[label](score) if label in calibration else score


def reliability(judged: Sequence[Judged], bins: int = BINS) -> list[dict[str, Any]]:
    """Spans by score in bins of equal width: how many, their mean score, and the share that is right."""
    rows = []
    for i in range(bins):
        low, high = i / bins, (i + 1) / bins
        inside = [s for s in judged if low <= s.score < high or (i == bins - 1 and s.score >= high)]
        if inside:
            rows.append(
                {
                    "low": low,
                    "high": high,
                    "spans": len(inside),
                    "score": round(float(np.mean([s.score for s in inside])), 4),
                    "right": round(float(np.mean([s.right for s in inside])), 4),
                }
            )
    return rows


def expected_calibration_error(judged: Sequence[Judged], bins: int = BINS) -> float:
    """Mean distance of score and share of right ones over bins, weighted by their spans (Guo et al. 2017)."""
    rows = reliability(judged, bins)
    total = sum(row["spans"] for row in rows)
    return round(sum(row["spans"] * abs(row["score"] - row["right"]) for row in rows) / total, 4) if total else 0.0


def held_out(groups: Mapping[str, Sequence[Judged]]) -> dict[str, list[Judged]]:
    """Spans of each report, calibrated by what the other reports say."""
    calibrated = {}
    for name, spans in groups.items():
        curves = fit(span for other, rest in groups.items() if other != name for span in rest)
        calibrated[name] = [Judged(s.label, apply(curves, s.label, s.score), s.right) for s in spans]
    return calibrated


def to_dict(calibration: Calibration) -> dict[str, dict[str, float]]:
    """As plain data."""
    return {label: {"slope": curve.slope, "shift": curve.shift} for label, curve in calibration.items()}


def from_dict(data: Mapping[str, Mapping[str, float]]) -> dict[str, Curve]:
    """What `to_dict` gave."""
    return {label: Curve(float(row["slope"]), float(row["shift"])) for label, row in data.items()}
