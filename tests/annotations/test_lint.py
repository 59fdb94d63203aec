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
