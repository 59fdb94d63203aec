import json
from typing import Any

import pytest

from fazhi.annotations import GoldDocument, read_gold, write_gold
from fazhi.errors import AnnotationError

LINE: dict[str, Any] = {
    "id": "a",
    "text": "办理建议5件,办结率100%。",
    "spans": [
        {"start": 4, "end": 6, "label": "QUANTITY"},
        {"start": 0, "end": 6, "label": "MEASURE"},
        {"start": 2, "end": 4, "label": "METRIC"},
    ],
    "links": [[0, 2]],
    "meta": {"origin": "authored", "issuer": "甲县", "year": 2020, "group": "甲县"},
}


def broken(**changes: Any) -> dict[str, Any]:
    return {**LINE, **changes}


def span(start: int, end: int, label: str) -> dict[str, Any]:
    return {"start": start, "end": end, "label": label}


def test_spans_are_sorted_and_links_follow(tmp_path) -> None:
    document = GoldDocument.from_dict(LINE)
    assert [s.label for s in document.spans] == ["MEASURE", "METRIC", "QUANTITY"]
    (link,) = document.links
    assert (document.spans[link.quantity].label, document.spans[link.metric].label) == ("QUANTITY", "METRIC")
    write_gold([document], tmp_path / "gold.jsonl")
    assert list(read_gold(tmp_path / "gold.jsonl")) == [document]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (broken(spans=[span(0, 99, "MEASURE")], links=[]), f"leaves the text of {len(LINE['text'])} characters"),
        (broken(spans=[span(-1, 2, "MEASURE")], links=[]), "0 <= start < end"),
        (broken(spans=[span(3, 3, "MEASURE")], links=[]), "0 <= start < end"),
        (broken(spans=[span(0, 2, "ACTION")], links=[]), "unknown label 'ACTION'"),
        (broken(spans=[span(0, 4, "MEASURE"), span(3, 6, "PLAN")], links=[]), "overlap in the clause layer"),
        (broken(text="办理 建议", spans=[span(0, 3, "MEASURE")], links=[]), "white space"),
        (broken(links=[[0, 1]]), "a link joins QUANTITY"),
        (broken(links=[[0, 7]]), "link [0, 7] names a span that is not there; the report has 3"),
        (broken(links=[[0, 2], [0, 2]]), "a link comes twice"),
        (broken(links=[[0]]), "wrong kind"),
        (broken(text=None), "None is not str"),
        (broken(spans=[span(True, 2, "MEASURE")], links=[]), "True is not int"),
        (broken(spans=[{**span(0, 2, "MEASURE"), "end": 2.5}], links=[]), "2.5 is not int"),
        ({"id": "a", "spans": []}, "'text' is missing"),
        (broken(spans="none"), "wrong kind"),
        (broken(meta={"origin": "invented"}), "unknown origin"),
    ],
)
def test_invalid_reports_are_named_with_file_and_line(tmp_path, line: dict[str, Any], message: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(broken(id="first")) + "\n" + json.dumps(line) + "\n", encoding="utf-8")
    with pytest.raises(AnnotationError) as error:
        list(read_gold(path))
    assert f"{path}, line 2, report 'a'" in str(error.value)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no report in it"),
        (b'{"id": "a"', "line 1: not JSON"),
        ("内容".encode("gb18030"), "not UTF-8"),
        ((json.dumps(LINE) + "\n" + json.dumps(LINE)).encode(), "line 2: the id 'a' stands already in"),
    ],
)
def test_broken_files(tmp_path, content: bytes, message: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(content)
    with pytest.raises(AnnotationError) as error:
        list(read_gold(path))
    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_reading_goes_on_behind_errors(tmp_path) -> None:
    (tmp_path / "a.jsonl").write_text("{\n" + json.dumps(broken(id="a1")), encoding="utf-8")
    (tmp_path / "b.jsonl").write_bytes("内容".encode("gb18030"))
    (tmp_path / "c.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps(broken(id="c1")).encode() + b"\r\n")
    errors: list[AnnotationError] = []
    assert [document.id for document in read_gold(tmp_path, errors=errors)] == ["a1", "c1"]
    assert [str(error).split(",")[0] for error in errors] == [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]


def test_missing_file_and_empty_folder(tmp_path) -> None:
    with pytest.raises(AnnotationError, match="no such file"):
        list(read_gold(tmp_path / "none.jsonl"))
    with pytest.raises(AnnotationError, match=r"no \*.jsonl"):
        list(read_gold(tmp_path))
