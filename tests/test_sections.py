import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.labels import CLAUSE
from fazhi.sections import headings, items, path, regions, sections, titles, without_clauses, without_item_marks

REPORT = """某县2022年法治政府建设情况报告
现将情况报告如下:
一、主要工作
(一)依法履职。一是推进改革,完成12项。
1.简化审批。压缩时限。
2.加强监管。
(二)依法决策,规范程序
开展论证。
二、存在的不足:主要是力量不足。
三、下一步打算
1、加强培训
某县人民政府
2023年1月5日"""


def test_tree() -> None:
    tree = sections(REPORT)
    assert [(s.marker, s.title, s.level, s.parent) for s in tree] == [
        ("一、", "主要工作", 0, None),
        ("(一)", "依法履职", 1, 0),
        ("1.", "简化审批", 2, 1),
        ("(二)", "依法决策,规范程序", 1, 0),
        ("二、", "存在的不足", 0, None),
        ("三、", "下一步打算", 0, None),
    ]
    assert all(s.heading.of(REPORT) == s.marker + s.title for s in tree)


def test_path_of_a_character() -> None:
    tree = sections(REPORT)
    assert titles(tree, REPORT.index("压缩时限")) == ["一、主要工作", "(一)依法履职", "1.简化审批"]
    assert titles(tree, REPORT.index("主要是力量不足")) == ["二、存在的不足"]
    assert titles(tree, 0) == []


def test_a_numbered_line_that_governs_nothing_is_an_item_of_the_section_around_it() -> None:
    tree = sections(REPORT)
    assert titles(tree, REPORT.index("加强监管")) == ["一、主要工作", "(一)依法履职"]
    assert titles(tree, REPORT.index("加强培训")) == ["三、下一步打算"]
    assert [number.of(REPORT) for number in items(REPORT)] == ["2.", "1、"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("1.加强培训。\n2.严格执法。\n3.公开信息。\n全年没有错案。", []),
        ("1.加强培训。\n2.严格执法。全年没有错案。", ["2.严格执法"]),
        ("1.加强培训。2.严格执法。3.公开信息。", []),
        ("1.加强培训；\n2.严格执法；公开信息。", []),
        ("1）加强培训\n2）严格执法", []),
        ("1.加强培训。\n2." + "严格执法，" * 15 + "公开信息。", []),
        ("1.加强培训。\n2.2023年严格执法。\n3.公开信息。", []),
        ("①加强培训。全年没有错案。", ["①加强培训"]),
        ("(1)加强培训。①分级培训。全年没有错案。", ["(1)加强培训"]),
        ("●加强培训。全年没有错案。", []),
    ],
)
def test_what_is_an_item_and_what_a_heading(lines: str, expected: list[str]) -> None:
    text = f"一、主要工作\n{lines}\n二、下一步\n推进改革。"
    assert [heading.of(text) for heading in headings(text)] == ["一、主要工作", *expected, "二、下一步"]


def test_bullets_without_any_stop_have_a_heading() -> None:
    text = "一、主要工作\n●加强培训\n●严格执法\n二、下一步\n●推进改革"
    assert [heading.of(text) for heading in headings(text)] == ["一、主要工作", "二、下一步"]


def test_item_marks_become_as_many_blanks() -> None:
    text = "一、主要工作\n（1）加强培训；\n（2）严格执法；\n●公开信息。"
    assert without_item_marks(text) == "一、主要工作\n   加强培训；\n   严格执法；\n 公开信息。"


def test_list_words_and_long_sentences_are_no_headings() -> None:
    text = "一是推进改革\n首先加强学习\n1.5万人参加\n1." + "开展培训" * 20 + ",完成。\n2023年度,完成。"
    assert headings(text) == []


@given(st.lists(st.sampled_from(["一、甲", "(一)乙。丙", "1.丁", "正文,正文。", "二、戊:己", "（1）庚"]), max_size=12))
def test_regions_cover_the_text_and_nest(lines: list[str]) -> None:
    text = "\n".join(lines)
    tree = sections(text)
    stretches = regions(tree, len(text))
    assert [i for span, _ in stretches for i in range(span.start, span.end)] == list(range(len(text)))
    for span, sections_there in stretches:
        assert all(path(tree, i) == sections_there for i in range(span.start, span.end))
        assert [tree[i].parent for i in sections_there] == [None, *sections_there[:-1]][: len(sections_there)]


def test_headings_and_preamble_hold_no_clause(gold, authored) -> None:
    text = "某县报告\n现将情况报告如下:\n一、主要工作\n推进改革。" + "加强监督。" * 40
    barred = [span.of(text) for span in without_clauses(sections(text), text)]
    assert barred == ["某县报告\n现将情况报告如下:\n", "一、主要工作"]
    late = "加强监督。" * 40 + "\n一、下一步\n推进改革。"
    assert [span.of(late) for span in without_clauses(sections(late), late)] == ["一、下一步"]
    assert without_clauses([], text) == []
    short = "某镇报告\n推进改革,加强监督。现将有关情况报告如下:\n一、主要工作\n推进改革。"
    assert [span.of(short) for span in without_clauses(sections(short), short)] == [
        "某镇报告\n推进改革,加强监督。现将有关情况报告如下:\n",
        "一、主要工作",
    ]
    at_once = "一、下一步\n要加强监管。"
    assert [span.of(at_once) for span in without_clauses(sections(at_once), at_once)] == ["一、下一步"]
    for document in (*gold, *authored):
        barred_spans = without_clauses(sections(document.text), document.text)
        assert not [s for s in document.layer(CLAUSE) for span in barred_spans if s.overlaps(span)], document.id
