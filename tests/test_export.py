"""Pages for people: whatever a report says stays text."""

import json

import lxml.html
import pytest

from fazhi.annotations import GoldDocument
from fazhi.evaluate import error_list, score
from fazhi.export import write_evaluation, write_records
from fazhi.labels import CLAUSE, LABELS
from tests.conftest import ROOT

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}"


@pytest.fixture
def hostile():
    line = (ROOT / "models" / "expected.jsonl").read_text(encoding="utf-8").splitlines()[0]
    found = json.loads(line)
    found["source"] = found["model"] = HOSTILE
    found["metadata"] = {
        name: HOSTILE if isinstance(value, str) else value for name, value in found["metadata"].items()
    }
    for span in found["spans"]:
        span["section"] = [HOSTILE]
    for row in found["indicators"]:
        row |= {"metric": HOSTILE, "unit": HOSTILE}
    found["text"] = HOSTILE + found["text"][len(HOSTILE) :]
    return found


def test_markup_in_a_report_is_shown_and_not_run(hostile, tmp_path) -> None:
    write_records([hostile], tmp_path / "a.html")
    page = lxml.html.fromstring((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert page.xpath("//script | //img | //@onerror | //@src | //link") == []
    assert HOSTILE.replace(" ", "") in page.text_content().replace(" ", "")
    assert "49" not in page.xpath("string(//h2)")


def test_markup_in_an_evaluated_report_is_shown_and_not_run(tmp_path) -> None:
    gold = GoldDocument(HOSTILE, f"{HOSTILE}推进改革。")
    prediction = {"id": HOSTILE, "spans": [{"start": 0, "end": 8, "label": "PLAN", "score": 0.5}], "links": []}
    write_evaluation(score([gold], [prediction]), error_list([gold], [prediction]), HOSTILE, tmp_path / "a.html")
    page = lxml.html.fromstring((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert len(page.xpath("//script")) == 1
    assert page.xpath("//img | //@onerror | //@src") == []


def test_every_row_of_the_page_leads_to_its_place_on_it(tmp_path) -> None:
    lines = (ROOT / "models" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    doubtful = records[0]["spans"].pop(0)
    records[0]["review"]["spans"].append(doubtful)
    write_records(records, tmp_path / "a.html")
    page = lxml.html.fromstring((tmp_path / "a.html").read_text(encoding="utf-8"))
    clause_names = {label.chinese for label in LABELS.values() if label.layer == CLAUSE}
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for link in page.xpath("//td/a"):
        (place,) = page.xpath("//i[@id=$id]", id=link.get("href")[1:])
        following = place.xpath("string(following-sibling::span[1])")
        assert following
        if link.getparent().getprevious().text in clause_names:
            assert link.text.startswith(following)
    clauses = sum(span["layer"] == "clause" for found in records for span in found["spans"])
    assert len(page.xpath("//td/a")) == clauses + sum(len(found["indicators"]) for found in records) + 1
