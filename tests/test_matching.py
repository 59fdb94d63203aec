"""Four ways of matching, held against nervaluate on random spans; and errors by kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nervaluate.entities import Entity
from nervaluate.strategies import EntityTypeEvaluation, ExactEvaluation, PartialEvaluation, StrictEvaluation

from fazhi.labels import CLAUSE, LAYERS
from fazhi.matching import SCHEMES, Tally, errors, match, tally
from fazhi.types import LabeledSpan

LENGTH = 18
THEIRS = {
    "strict": StrictEvaluation,
    "exact": ExactEvaluation,
    "partial": PartialEvaluation,
    "type": EntityTypeEvaluation,
}


@st.composite
def layer(draw: st.DrawFn) -> list[LabeledSpan]:
    """Spans of one layer: none overlap."""
    cuts = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=9)))
    labels = st.sampled_from(LAYERS[CLAUSE])
    pairs = zip(cuts, cuts[1:], strict=False)
    return [LabeledSpan(a, b, draw(labels)) for a, b in pairs if draw(st.booleans())]


@given(gold=layer(), predicted=layer(), scheme=st.sampled_from(SCHEMES))
def test_counts_agree_with_nervaluate(gold: list, predicted: list, scheme: str) -> None:
    entities = [[Entity(s.label, s.start, s.end - 1) for s in side] for side in (gold, predicted)]
    theirs, _ = THEIRS[scheme]().evaluate(*entities, tags=list(LAYERS[CLAUSE]))
    ours = tally(gold, predicted, scheme)
    counts = (theirs.correct, theirs.incorrect, theirs.partial, theirs.missed, theirs.spurious)
    assert (ours.correct, ours.incorrect, ours.partial, ours.missing, ours.spurious) == counts
    assert ours.precision == pytest.approx(theirs.precision)
    assert ours.recall == pytest.approx(theirs.recall)
    assert ours.f1 == pytest.approx(theirs.f1)


@given(gold=layer(), predicted=layer(), scheme=st.sampled_from(SCHEMES))
def test_each_span_is_judged_once(gold: list, predicted: list, scheme: str) -> None:
    pairs = [pair for _, pair in match(gold, predicted, scheme)]
    assert sorted(true for true, _ in pairs if true) == gold
    assert sorted(found for _, found in pairs if found) == predicted


@given(gold=layer(), predicted=layer())
def test_errors_and_right_spans_make_up_everything(gold: list, predicted: list) -> None:
    found = list(errors(gold, predicted))
    right = tally(gold, predicted, "strict").correct
    assert len([1 for _, (true, _) in found if true]) == len(gold) - right
    assert len([1 for _, (_, other) in found if other]) == len(predicted) - right
    assert all(true != other for _, (true, other) in found)


def test_kinds_of_errors() -> None:
    gold = [
        LabeledSpan(0, 4, "MEASURE"),
        LabeledSpan(5, 9, "PLAN"),
        LabeledSpan(10, 12, "PLAN"),
        LabeledSpan(20, 24, "PLAN"),
    ]
    predicted = [
        LabeledSpan(0, 3, "MEASURE", 0.9),
        LabeledSpan(5, 9, "MEASURE", 0.8),
        LabeledSpan(14, 16, "PLAN", 0.7),
        LabeledSpan(21, 24, "MEASURE", 0.6),
    ]
    assert [(kind, true and true.start, found and found.start) for kind, (true, found) in errors(gold, predicted)] == [
        ("wrong border", 0, 0),
        ("wrong label", 5, 5),
        ("missed", 10, None),
        ("spurious", None, 14),
        ("wrong border and label", 20, 21),
    ]


def test_half_a_point_for_a_partial_match() -> None:
    both = tally([LabeledSpan(0, 4, "PLAN")], [LabeledSpan(1, 4, "PLAN")], "partial") + Tally(correct=1, missing=1)
    assert both.to_dict() == {
        **{"correct": 1, "incorrect": 0, "partial": 1, "missing": 1, "spurious": 0},
        **{"precision": 0.75, "recall": 0.5, "f1": 0.6},
    }
    assert Tally().f1 == Tally().precision == 0.0
