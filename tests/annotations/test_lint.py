import pytest

from fazhi.annotations import GoldDocument
from fazhi.annotations.inline import parse
from fazhi.annotations.lint import lint


def rules(markup: str) -> list[int]:
    found = parse(markup)
    return [finding.rule for finding in lint(GoldDocument("x", found.text, found.spans, found.links))]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("一是<M>推进改革</M>,<M>建立制度</M>。", []),
        ("<M>一是推进改革</M>。", [1]),
        ("<M>推进</M>改革。", [1]),
        ("<M>推进改革,建立制度</M>。", [1]),
        ("一、<M>推进改革</M>\n正文", [2]),
        ("受理<Q>若干件</Q>。", [9]),
        ("落实“<Q>四张</Q>清单”。", [11]),
        ("受理<T>,申请</T>。", [12]),
        ("受理<T1>申请</T1><Q1>5件</Q1>,培训<T1>人员</T1><Q1>9人</Q1>。", [15, 15]),
        ("建成<T1>队伍</T1><Q1>37支</Q1><Q1>1841人</Q1>,<T2>甲率</T2>和<T2>乙率</T2>均为<Q2>5%</Q2>。", []),
    ],
)
def test_findings(markup: str, expected: list[int]) -> None:
    assert rules(markup) == expected


def test_link_across_sentences() -> None:
    found = parse("<T>申请</T>。<Q>5件</Q>。")
    from fazhi.types import Link

    document = GoldDocument("x", found.text, found.spans, (Link(1, 0),))
    assert [finding.rule for finding in lint(document)] == [15]


def test_real_gold_is_clean(gold) -> None:
    assert [str(finding) for document in gold for finding in lint(document)] == []
