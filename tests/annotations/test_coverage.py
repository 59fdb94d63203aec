"""The counts of labelled cases see the labels, not only the words."""

import pytest

from fazhi.annotations import GoldDocument, Meta
from fazhi.annotations.coverage import CASES, count_cases
from fazhi.annotations.inline import parse


def counts(markup: str) -> dict[str, int]:
    found = parse(markup)
    numbers = count_cases([GoldDocument("r", found.text, found.spans, found.links, Meta())])
    return {case.name: n for case, n in zip(CASES, numbers, strict=True) if n}


@pytest.mark.parametrize(
    ("markup", "case"),
    [
        ("一是<M>加强领导</M>。", "a list word stands outside the span"),
        ("<M>印发“一查，二改”方案</M>。", "a delimiter in quotes or brackets does not split"),
        ("<M>加强监督</M>，有效提升执法水平。", "effect and measure in one sentence"),
        ("按照上级要求，<M>加强监督</M>。", "a frame without label"),
        ("<M>通过组织培训加强监督</M>。", "a frame word with an action of its own, labelled"),
        ("<S>人员身兼数职</S>。", "SHORTCOMING without a usual sign"),
        ("<M>深入推进法治政府建设</M>。\n三、下一步打算\n<P>持续推进法治政府建设</P>。",
         "PLAN that ends like a MEASURE of the same report"),
        ("三、下一步打算\n<M>今年完成三项改革</M>。", "MEASURE under a plan heading (a look back)"),
        ("<T1>办结率</T1>、<T1>满意率</T1>为<Q1>98%</Q1>。", "one number for several METRICs"),
        ("<T1>办结率</T1>为<Q1>98%</Q1>，同比上升<Q>3个百分点</Q>。", "change against an earlier period, not linked"),
        ("一、<T>信访办结率</T>\n<M>开会</M>。", "mention in a heading"),
        ("成立一支队伍。", "一 with classifier is no quantity"),
    ],
)  # fmt: skip
def test_case_is_counted(markup: str, case: str) -> None:
    assert counts(markup)[case] == 1


def test_labels_decide_and_not_the_words() -> None:
    case = "an effect of past work without label"
    assert case in counts("有效提升执法水平。")
    assert case not in counts("<P>有效提升执法水平</P>。")


def test_each_rule_has_a_case() -> None:
    assert {case.rule for case in CASES} == set(range(16))
    assert len({(case.rule, case.name) for case in CASES}) == len(CASES)
