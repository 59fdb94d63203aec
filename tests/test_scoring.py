import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.annotations import GoldDocument
from fazhi.evaluate import score
from fazhi.labels import LAYERS
from fazhi.scoring import Counts, Scores, count
from fazhi.types import LabeledSpan

LENGTH = 15


@st.composite
def spans(draw: st.DrawFn) -> tuple[LabeledSpan, ...]:
    found = []
    for labels in LAYERS.values():
        cuts = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=7)))
        found += [
            LabeledSpan(a, b, draw(st.sampled_from(labels)))
            for a, b in zip(cuts, cuts[1:], strict=False)
            if draw(st.booleans())
        ]
    return tuple(sorted(found))


def prediction(report: str, found: tuple[LabeledSpan, ...]) -> dict:
    return {
        "id": report,
        "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in found],
        "links": [],
    }


@settings(deadline=None)
@given(st.lists(st.tuples(spans(), spans()), min_size=1, max_size=4))
def test_counts_agree_with_seqeval(pairs: list) -> None:
    gold = [GoldDocument(str(i), "法" * LENGTH, true) for i, (true, _) in enumerate(pairs)]
    result = score(gold, [prediction(str(i), found) for i, (_, found) in enumerate(pairs)])
    for layer, labels in LAYERS.items():
        theirs = result["seqeval"][layer]
        for label in labels:
            ours = result["scores"]["labels"][label]
            expected = theirs.get(label, {"precision": 0, "recall": 0, "f1-score": 0, "support": 0})
            assert ours["f1"] == pytest.approx(expected["f1-score"], abs=1e-4)
            assert ours["precision"] == pytest.approx(expected["precision"], abs=1e-4)
            assert ours["tp"] + ours["fn"] == expected["support"]
        if "micro avg" in theirs:
            assert result["scores"]["layers"][layer]["f1"] == pytest.approx(theirs["micro avg"]["f1-score"], abs=1e-4)


def test_empty_reports_count() -> None:
    gold = [GoldDocument("a", "法治政府")]
    result = score(gold, [prediction("a", (LabeledSpan(0, 2, "PLAN"),))])
    assert result["scores"]["labels"]["PLAN"]["fp"] == 1
    assert result["scores"]["micro"]["f1"] == 0


def test_rates_come_from_summed_counts() -> None:
    assert (Counts(1, 0, 3) + Counts(3, 1, 0)).to_dict() == {
        "tp": 4, "fp": 1, "fn": 3, "precision": 0.8, "recall": 0.5714, "f1": 0.6667,
    }  # fmt: skip
    assert Counts().f1 == Counts(0, 5, 5).precision == 0.0


def test_double_items_are_found_once() -> None:
    assert count(["a"], ["a", "a"]) == Counts(1, 1, 0)


def test_link_is_right_only_with_both_borders() -> None:
    metric, quantity = LabeledSpan(0, 2, "METRIC"), LabeledSpan(2, 4, "QUANTITY")
    longer = LabeledSpan(0, 1, "METRIC")
    scores = Scores()
    scores.add([metric, quantity], [longer, quantity], [(quantity, metric)], [(quantity, longer)])
    assert scores.links == Counts(0, 1, 1)
