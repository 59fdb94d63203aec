"""Each rule that a program can see: one text that breaks it, one that does not."""

import pytest

from fazhi.annotations import GoldDocument, Meta
from fazhi.annotations.inline import parse
from fazhi.annotations.lint import Finding, LintException, lint, read_exceptions, without_exceptions
from fazhi.errors import AnnotationError
from fazhi.types import CharSpan, Link


def marked(markup: str) -> GoldDocument:
    found = parse(markup)
    return GoldDocument("r", found.text, found.spans, found.links, Meta())


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        (1, "<M>加强领导，完善制度</M>。", "<M>加强领导</M>，<M>完善制度</M>。"),
        (1, "<M>一是加强领导</M>。", "一是<M>加强领导</M>。"),
        (1, "同时，<M>加强</M>领导。", "同时，<M>加强领导</M>。"),
        (2, "一、<M>加强领导</M>\n<M>开会</M>。", "一、加强领导\n<M>开会</M>。"),
        (9, "受理<Q>若干件</Q>。", "受理<Q>数十件</Q>。"),
        (11, "实施“<Q>14个</Q>平台”工程。", "建成<Q>14个</Q>平台。"),
        (12, "<T1>350余份案卷</T1><Q1>8个</Q1>。", "<Q1>350余份</Q1><T1>案卷</T1>。"),
        (12, "<T1>审查文件</T1><Q1>8件</Q1>。", "审查<T1>文件</T1><Q1>8件</Q1>。"),
        (12, "<T1>的文件</T1><Q1>8件</Q1>。", "<T1>规范性文件</T1><Q1>8件</Q1>。"),
        (13, "行政诉讼败诉率仍然较高。", "<T>行政诉讼败诉率</T>仍然较高。"),
        (13, "群众满意度很高。", "开展群众满意度调查，提高效率，概率不大，率先垂范，以上率下。"),
        (15, "办结率<T1>办结率</T1>、<T1>满意率</T1>为<Q1>98%</Q1>和<Q1>99%</Q1>。",
             "<T1>办结率</T1>、<T2>满意率</T2>为<Q1>98%</Q1>和<Q2>99%</Q2>。"),
        (15, "受理<T1>申请</T1><Q1>5件</Q1>,培训<T1>人员</T1><Q1>9人</Q1>。",
             "建成<T1>队伍</T1><Q1>37支</Q1><Q1>1841人</Q1>,<T2>甲率</T2>和<T2>乙率</T2>均为<Q2>5%</Q2>。"),
    ],
)  # fmt: skip
def test_rule(rule: int, wrong: str, right: str) -> None:
    assert rule in {finding.rule for finding in lint(marked(wrong))}
    assert [str(finding) for finding in lint(marked(right))] == []


def test_link_across_sentences() -> None:
    found = parse("<T>申请</T>。<Q>5件</Q>。")
    document = GoldDocument("x", found.text, found.spans, (Link(1, 0),))
    assert [finding.rule for finding in lint(document)] == [15]


def test_a_crossed_delimiter_and_a_list_word_are_told_apart() -> None:
    crossing, listed = (
        next(iter(lint(marked(m)))).what for m in ("<M>加强领导，完善制度</M>。", "<M>一是加强领导</M>。")
    )
    assert "crosses a delimiter" in crossing
    assert "list word" in listed


def test_exceptions_cover_by_report_rule_and_text() -> None:
    finding = Finding("r", 12, CharSpan(0, 4), "培训机构", "…")
    anywhere = LintException("*", 12, "培训机构", "a noun")
    elsewhere = LintException("other", 12, "培训机构", "a noun")
    other_rule = LintException("r", 9, "培训机构", "a noun")
    assert without_exceptions([finding], [anywhere]) == ([], [])
    assert without_exceptions([finding], [elsewhere, other_rule]) == ([finding], [elsewhere, other_rule])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"rule,text\n12,x\n", "no exceptions file"),
        ("report,rule,text,reason\n*,12,培训机构,\n".encode(), "line 2.*its reason"),
        ("report,rule,text,reason\n*,twelve,培训机构,noun\n".encode(), "line 2.*by number"),
        ("report,rule,text,reason\n*,12,培训机构,noun\n".encode("gb18030"), "not UTF-8"),
    ],
)
def test_broken_exceptions_files_are_refused(tmp_path, content: bytes, message: str) -> None:
    path = tmp_path / "exceptions.csv"
    path.write_bytes(content)
    with pytest.raises(AnnotationError, match=message):
        read_exceptions(path)


def test_missing_exceptions_file_is_named(tmp_path) -> None:
    with pytest.raises(AnnotationError, match=r"none\.csv: no such exceptions file"):
        read_exceptions(tmp_path / "none.csv")
