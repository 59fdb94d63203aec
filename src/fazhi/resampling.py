"""How sure a score is: bootstrap intervals by report, and a paired test between two models.

Reports are drawn whole, since the spans of one report are not independent of each other. With few reports intervals are
wide and tests weak: five reports cannot give a p-value below 2/32, however far two models are apart.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from fazhi.labels import LABELS, LAYERS
from fazhi.scoring import Counts, Scores

DRAWS = 10_000
LEVEL = 0.95
# With so many reports or fewer all exchanges are tried, with more a sample of them.
MOST_FOR_ALL = 14

Floats = npt.NDArray[np.float64]


def _rows(scores: Scores) -> dict[str, Counts]:
    layers = {layer: scores.layer(layer) for layer in LAYERS}
    return {"micro": scores.micro, **layers, **{label: scores.labels[label] for label in LABELS}, "links": scores.links}


def _table(reports: Sequence[Scores]) -> tuple[list[str], Floats]:
    """Names of the rows, and the counts (reports, rows, 3): right, spurious, missed."""
    names = list(_rows(Scores()))
    counts = [[(c.tp, c.fp, c.fn) for c in _rows(scores).values()] for scores in reports]
    return names, np.array(counts, dtype=np.float64).reshape(len(reports), len(names), 3)


def _f1(counts: Floats) -> Floats:
    """F1 of counts (..., 3), 0 where there is nothing."""
    doubled = 2 * counts[..., 0]
    total = doubled + counts[..., 1] + counts[..., 2]
    return np.divide(doubled, total, out=np.zeros_like(total), where=total > 0)


def intervals(
    reports: Sequence[Scores], *, draws: int = DRAWS, level: float = LEVEL, seed: int = 0
) -> dict[str, dict[str, float]]:
    """Percentile bootstrap intervals of pooled F1 (Efron and Tibshirani 1993), reports drawn with replacement.

    Args:
        reports: The scores of each report.
        draws: Samples drawn.
        level: Share of the samples inside an interval.
        seed: Of the draws.

    Returns:
        `low` and `high` for `micro`, each layer, each label and `links`.
    """
    if not reports:
        return {}
    names, table = _table(reports)
    rng = np.random.default_rng(seed)
    times = rng.multinomial(len(reports), np.full(len(reports), 1 / len(reports)), size=draws).astype(np.float64)
    found = _f1(np.tensordot(times, table, axes=1))  # (draws, rows)
    tail = (1 - level) / 2
    low, high = np.quantile(found, [tail, 1 - tail], axis=0)
    return {
        name: {"low": round(float(a), 4), "high": round(float(b), 4)}
        for name, a, b in zip(names, low, high, strict=True)
    }


def paired_test(
    first: Sequence[Scores], second: Sequence[Scores], *, draws: int = DRAWS, seed: int = 0
) -> dict[str, dict[str, float]]:
    """Whether two models differ on the same reports: exchange test on the difference of pooled F1 (Yeh 2000).

    Under the null hypothesis it is chance which of the two models made which of the two results on a report. All
    exchanges are tried where they are few, `draws` random ones where they are many.

    Args:
        first: The scores of one model on each report.
        second: Those of the other on the same reports, in the same order.
        draws: Random exchanges where there are too many for all.
        seed: Of the draws.

    Returns:
        `difference` (second minus first) and `p`, two-sided, for `micro`, each layer, each label and `links`.

    Raises:
        ValueError: if there are not as many reports on both sides.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} reports cannot be paired with {len(second)}")
    names, a = _table(first)
    _, b = _table(second)
    n = len(first)
    observed = _f1(b.sum(axis=0)) - _f1(a.sum(axis=0))
    if n <= MOST_FOR_ALL:
        swaps = np.array(list(product((0.0, 1.0), repeat=n))).reshape(-1, n)
        extra = 0
    else:
        swaps = np.random.default_rng(seed).integers(0, 2, (draws, n)).astype(np.float64)
        extra = 1  # the observed exchange belongs to the sample
    moved = np.tensordot(swaps, b - a, axes=1)
    differences = _f1(b.sum(axis=0) - moved) - _f1(a.sum(axis=0) + moved)
    as_far = (np.abs(differences) >= np.abs(observed) - 1e-12).sum(axis=0)
    p = (as_far + extra) / (len(swaps) + extra)
    return {
        name: {"difference": round(float(d), 4), "p": round(float(q), 4)}
        for name, d, q in zip(names, observed, p, strict=True)
    }


def _mean_and_range(values: Sequence[float]) -> dict[str, float]:
    return {"mean": round(float(np.mean(values)), 4), "lowest": min(values), "highest": max(values)}


def scores_over_seeds(scores: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Mean and range of F1 over seeds: by label, `micro` and `links`; `scores` as `Scores.to_dict` gives them."""
    names = [*scores[0]["labels"], "micro", "links"]
    rows = [{**one["labels"], "micro": one["micro"], "links": one["links"]} for one in scores]
    return {name: _mean_and_range([row[name]["f1"] for row in rows]) for name in names}
