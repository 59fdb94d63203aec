"""The rule baseline follows the specification where it can see."""

import pytest

from fazhi.annotations import GoldDocument
from fazhi.rules import find

REPORT = """某市2023年法治政府建设年度报告
加强组织领导,推进各项工作。
一、主要做法
全面推进依法行政,有效提升治理水平。办理行政复议案件358件,办结率达100%。2023年,开展95个高频事项清理。
二、存在的不足
执法力量薄弱,监督机制不健全。
三、下一步打算
完善监督机制,确保办结率不低于98%。"""


def test_roles_come_from_headings_and_first_verbs() -> None:
    found = [(s.label, s.of(REPORT)) for s in find(REPORT)]
    assert [text for label, text in found if label == "MEASURE"] == [
        "全面推进依法行政", "办理行政复议案件358件", "开展95个高频事项清理",
    ]  # fmt: skip
    assert [text for label, text in found if label == "SHORTCOMING"] == ["执法力量薄弱", "监督机制不健全"]
    assert [text for label, text in found if label == "PLAN"] == ["完善监督机制", "确保办结率不低于98%"]
    assert [text for label, text in found if label == "QUANTITY"] == ["358件", "100%", "95个", "不低于98%"]
    assert ("METRIC", "行政复议案件") in found
    assert ("METRIC", "办结率") in found
    assert ("METRIC", "高频事项清理") in found


@pytest.mark.parametrize("text", ["", "一", "3件", "第3件,2023年5月1日", "件" * 300, "1" * 80 + "件"])
def test_any_text_gives_valid_spans(text: str) -> None:
    GoldDocument("a", text, tuple(find(text)))


def test_real_reports_give_valid_spans(gold) -> None:
    for document in gold:
        assert GoldDocument(document.id, document.text, tuple(find(document.text))).spans
