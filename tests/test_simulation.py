from dataclasses import replace

import pytest

from fazhi.annotations import GoldDocument
from fazhi.annotations.documents import Meta
from fazhi.simulation import choose, corrections, prelabelled, reading
from fazhi.types import LabeledSpan

LINE = "推进改革，受理案件12件。"
SPANS = (LabeledSpan(0, 4, "MEASURE"), LabeledSpan(7, 9, "METRIC"), LabeledSpan(9, 12, "QUANTITY"))


def report(name: str, lines: int) -> GoldDocument:
    step = len(LINE) + 1
    spans = tuple(LabeledSpan(s.start + i * step, s.end + i * step, s.label) for i in range(lines) for s in SPANS)
    return GoldDocument(name, "\n".join([LINE] * lines), spans, (), Meta("authored", None, None, name))


def prediction(gold: GoldDocument, wrong: set[int], sure: float, unsure: float) -> dict:
    """Finds everything but the metrics on some lines, and is unsure of the quantities there."""
    rows = []
    for span in gold.spans:
        line = gold.text[: span.start].count("\n")
        if line in wrong and span.label == "METRIC":
            continue
        doubtful = line in wrong and span.label == "QUANTITY"
        rows.append({"start": span.start, "end": span.end, "label": span.label, "score": unsure if doubtful else sure})
    return {"id": gold.id, "spans": rows, "links": []}


def test_a_model_that_knows_where_it_errs_shows_all_errors_first() -> None:
    gold = report("a", 10)
    found = reading([gold], [prediction(gold, {3, 7}, sure=0.99, unsure=0.4)])
    assert (found["paragraphs"], found["corrections"]) == (10, 2)
    assert found["found"] == {"0.1": 0.5, "0.25": 1.0, "0.5": 1.0, "0.75": 1.0}
    assert found["read"]["0.5"] == pytest.approx(0.1)


def test_a_model_that_is_sure_where_it_errs_shows_them_last() -> None:
    gold = report("a", 10)
    found = reading([gold], [prediction(gold, {3, 7}, sure=0.8, unsure=1.0)])
    assert found["found"]["0.75"] == 0.0
    assert found["read"]["0.5"] == pytest.approx(0.9)


def test_a_changed_span_is_one_correction() -> None:
    gold = report("a", 1)
    moved = (gold.spans[0], replace(gold.spans[1], start=5), gold.spans[2])
    assert corrections(gold, replace(gold, spans=moved)) == 1
    assert corrections(gold, replace(gold, spans=gold.spans[1:])) == 1
    assert corrections(gold, gold) == 0


def test_the_least_sure_reports_are_chosen_up_to_the_characters_asked_for() -> None:
    golds = [report(name, 4) for name in "abcd"]
    found = [prelabelled(g, prediction(g, {0} if g.id in "bd" else set(), 0.9, 0.2)) for g in golds]
    assert sorted(choose(found, 2 * len(golds[0].text), "uncertain")) == ["b", "d"]
    assert len(choose(found, 2.5 * len(golds[0].text), "random", seed=3)) == 3
    assert choose(found, 1e9, "random", seed=3) == choose(found, 1e9, "random", seed=3)
