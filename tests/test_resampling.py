"""Intervals and the paired test, held against what can be counted by hand or by brute force."""

import itertools
import random

import numpy as np
import pytest
from scipy import stats

from fazhi.labels import LABELS
from fazhi.resampling import intervals, paired_test, scores_over_seeds
from fazhi.scoring import Counts, Scores


def report(tp: int, fp: int, fn: int) -> Scores:
    scores = Scores()
    scores.labels["PLAN"] = Counts(tp, fp, fn)
    return scores


def test_reports_that_are_alike_leave_no_doubt() -> None:
    found = intervals([report(8, 2, 2)] * 6)
    assert found["micro"] == found["PLAN"] == found["clause"] == {"low": 0.8, "high": 0.8}
    assert found["links"] == {"low": 0.0, "high": 0.0}
    assert intervals([]) == {}


def test_an_interval_is_that_of_scipy_on_the_same_reports() -> None:
    rng = random.Random(4)
    counts = np.array([[rng.randint(5, 40), rng.randint(0, 20), rng.randint(0, 20)] for _ in range(30)])
    found = intervals([report(*map(int, row)) for row in counts])["micro"]

    def f1(i):
        tp, fp, fn = counts[i].sum(axis=0)
        return 2 * tp / (2 * tp + fp + fn)

    theirs = stats.bootstrap((np.arange(30),), f1, vectorized=False, method="percentile", n_resamples=4000, rng=1)
    low, high = theirs.confidence_interval
    assert found["low"] == pytest.approx(low, abs=0.006)
    assert found["high"] == pytest.approx(high, abs=0.006)


def test_few_reports_are_exchanged_in_every_way() -> None:
    a = [report(8, 2, 2), report(5, 1, 3), report(9, 4, 1)]
    b = [report(9, 1, 1), report(5, 0, 3), report(8, 4, 2)]
    difference = sum(b, Scores()).micro.f1 - sum(a, Scores()).micro.f1
    as_far = 0
    for swap in itertools.product((False, True), repeat=3):
        one = sum((y if s else x for x, y, s in zip(a, b, swap, strict=True)), Scores()).micro.f1
        two = sum((x if s else y for x, y, s in zip(a, b, swap, strict=True)), Scores()).micro.f1
        as_far += abs(two - one) >= abs(difference) - 1e-12
    assert paired_test(a, b)["micro"] == {"difference": round(difference, 4), "p": round(as_far / 8, 4)}


def test_models_that_differ_everywhere_are_told_apart_and_the_same_one_is_not() -> None:
    good, bad = [report(9, 1, 1)] * 20, [report(5, 5, 5)] * 20
    assert paired_test(bad, good)["micro"]["difference"] == 0.4
    assert paired_test(bad, good)["micro"]["p"] < 0.001
    assert paired_test(good, good)["micro"] == {"difference": 0.0, "p": 1.0}
    assert paired_test(bad[:5], good[:5])["micro"]["p"] == 2 / 32


def test_unpaired_reports_are_refused() -> None:
    with pytest.raises(ValueError, match="2 reports cannot be paired with 1"):
        paired_test([report(1, 0, 0)] * 2, [report(1, 0, 0)])


def test_figures_over_seeds() -> None:
    one, other = report(1, 0, 0), report(0, 0, 1)
    found = scores_over_seeds([one.to_dict(), other.to_dict()])
    assert found["PLAN"] == found["micro"] == {"mean": 0.5, "lowest": 0.0, "highest": 1.0}
    assert set(found) == {*LABELS, "micro", "links"}
