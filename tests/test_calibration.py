"""Scores that are too sure are brought down, nothing is fitted on what it is measured on."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.calibration import (
    Curve,
    Judged,
    apply,
    expected_calibration_error,
    fit,
    from_dict,
    held_out,
    reliability,
    to_dict,
)


def too_sure(n: int, seed: int, label: str = "PLAN") -> list[Judged]:
    """Spans whose chance to be right is much less extreme than their score."""
    rng = random.Random(seed)
    spans = []
    for _ in range(n):
        score = rng.uniform(0.05, 0.999)
        chance = Curve(0.4, -0.3)(score)
        spans.append(Judged(label, score, rng.random() < chance))
    return spans


def test_calibration_finds_the_curve_and_lowers_the_error() -> None:
    curve = fit(too_sure(4000, 1))["PLAN"]
    assert curve.slope == pytest.approx(0.4, abs=0.08)
    assert curve.shift == pytest.approx(-0.3, abs=0.12)
    groups = {str(i): too_sure(400, i) for i in range(6)}
    raw = [span for spans in groups.values() for span in spans]
    calibrated = [span for spans in held_out(groups).values() for span in spans]
    assert expected_calibration_error(raw) > 0.1
    assert expected_calibration_error(calibrated) < 0.04


def test_a_report_has_no_say_in_its_own_curve() -> None:
    groups = {"a": too_sure(100, 1), "b": too_sure(100, 2)}
    changed = {**groups, "a": [Judged(s.label, s.score, not s.right) for s in groups["a"]]}
    before, after = held_out(groups), held_out(changed)
    assert [s.score for s in after["a"]] == [s.score for s in before["a"]]
    assert [s.score for s in after["b"]] != [s.score for s in before["b"]]


def test_rare_labels_and_falling_curves_keep_their_scores() -> None:
    assert fit(too_sure(19, 3)) == {}
    assert fit([Judged("PLAN", 0.9, True)] * 50) == {}
    upside_down = [Judged("PLAN", s.score, not s.right) for s in too_sure(500, 4)]
    assert fit(upside_down) == {}
    assert apply({}, "PLAN", 0.7) == 0.7


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.05, 4), st.floats(-3, 3))
def test_curves_keep_order_and_stay_between_0_and_1(a: float, b: float, slope: float, shift: float) -> None:
    curve = Curve(slope, shift)
    low, high = sorted((a, b))
    assert 0 <= curve(low) <= curve(high) <= 1


def test_reliability_counts_every_span_once() -> None:
    spans = [Judged("PLAN", score, score > 0.5) for score in (0.0, 0.05, 0.1, 0.95, 1.0)]
    rows = reliability(spans)
    assert [(row["low"], row["spans"], row["right"]) for row in rows] == [(0.0, 2, 0.0), (0.1, 1, 0.0), (0.9, 2, 1.0)]
    assert expected_calibration_error([]) == 0.0
    assert expected_calibration_error([Judged("PLAN", 0.8, True)] * 4 + [Judged("PLAN", 0.8, False)]) == 0.0


def test_curves_as_plain_data() -> None:
    curves = {"PLAN": Curve(1.5, -0.2)}
    assert from_dict(to_dict(curves)) == curves
