"""The report on a page of a government site: all of it, hardly anything else, and each character in its place."""

import html
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fazhi.annotations import GoldDocument
from fazhi.errors import ReadError
from fazhi.pages import main_text, shown_text
from fazhi.read import read_source
from fazhi.text import clean
from tests.conftest import ROOT

PAGES = Environment(
    autoescape=True, undefined=StrictUndefined, loader=FileSystemLoader(ROOT / "tests" / "data" / "pages")
)
LAYOUTS = sorted(name for name in PAGES.list_templates() if name.endswith(".j2"))
# Lines beside the report that may be left: facts about the page, captions of tabs, a table that belongs to it.
MOST_EXTRA_LINES = 5


def render(layout: str, text: str, issuer: str) -> str:
    title, *paragraphs = text.split("\n")
    return PAGES.get_template(layout).render(title=title, paragraphs=paragraphs, date="2024-01-15", issuer=issuer)


def read_lines(layout: str, document: GoldDocument) -> tuple[list[str], list[str]]:
    """The lines read from a page that shows a report, and those of the report."""
    page = render(layout, document.text, document.meta.issuer)
    return [line.strip() for line in clean(main_text(page)).text.split("\n")], document.text.split("\n")


@pytest.mark.parametrize(("number", "layout"), list(enumerate(LAYOUTS)), ids=LAYOUTS)
def test_no_line_of_the_report_is_lost_and_little_else_is_kept(authored, number: int, layout: str) -> None:
    for document in (authored[number * 7], authored[-1 - number]):
        lines, wanted = read_lines(layout, document)
        following = iter(lines)
        assert [line for line in wanted if line not in following] == []
        assert len(lines) - len(wanted) <= MOST_EXTRA_LINES


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_character_has_its_place_in_the_source(authored, layout: str) -> None:
    page = render(layout, authored[3].text, authored[3].meta.issuer)
    for mapped in (shown_text(page), main_text(page), clean(main_text(page))):
        assert mapped.source == page
        assert all(a <= b for a, b in pairwise(mapped.starts))
        for char, start, end in zip(mapped.text, mapped.starts, mapped.ends, strict=True):
            shown = html.unescape(page[start:end])
            assert char in shown or char in "\n| " or (char.isascii() and not shown.isascii()), (char, page[start:end])


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<p>甲&nbsp;乙&#12288;丙&amp;丁</p>", "甲 乙 丙&丁"),
        ("<p>AT&T 的 R&D</p>", "AT&T 的 R&D"),
        ("甲<script>var 乙='<p>丙</p>';</script>丁<style>戊</style>", "甲丁"),
        ("<div>甲<div>乙</div>丙</div>", "甲\n乙\n丙"),
        ("<p>甲<br>乙<p>丙", "甲\n乙\n丙"),
        ("<table><tr><td>索引号</td><td>甲</td></tr><tr><td>乙</td></tr></table>", "索引号|甲\n乙"),
        ("<p>甲<b>乙</b><!-- 丙 --><i>丁</i></p>", "甲乙丁"),
        ("<p>甲\n      乙 <b> 丙</b>\n</p>\n\n<p>丁</p>", "甲 乙 丙 \n丁"),
        ("<![if !supportLists]>甲<![endif]><o:p></o:p>乙<![foo[丙]]>", "甲乙"),
        ("<noscript>甲</noscript></noscript><p>乙", "乙"),
    ],
)
def test_shown_text(source: str, shown: str) -> None:
    assert shown_text(source).text.strip() == shown


markup = [
    "<p>",
    "</p>",
    "<td>",
    "<![",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "&",
    "&amp",
    "&#x",
    ";",
    "<",
    ">",
    "=",
    "'",
]


@given(st.lists(st.sampled_from([*markup, *"甲乙 \n/!a"]), max_size=30).map("".join))
def test_any_markup_is_read_with_places_in_order(source: str) -> None:
    page = shown_text(source)
    assert all(0 <= a < b <= len(source) for a, b in zip(page.starts, page.ends, strict=True))
    assert all(a <= b for a, b in pairwise(page.starts))


def test_pages_are_read_in_the_charset_that_they_declare(authored, tmp_path) -> None:
    page = render("12_frames_era.html.j2", authored[0].text, authored[0].meta.issuer)
    path = tmp_path / "report.htm"
    path.write_bytes(page.encode("gb18030"))
    source = read_source(path)
    assert source.report.source == page
    assert authored[0].text.split("\n")[-2] in source.report.text


def test_a_sidebar_between_title_and_text_is_left_out() -> None:
    body = "加强组织领导，压实各级责任，统筹推进各项重点任务，确保年度工作落到实处，群众满意度进一步提高。" * 3
    news = "".join(f"<p>第{i}条新闻的摘要，说的是别的事情。</p>" for i in range(8))
    title = "某县2023年法治政府建设年度报告"
    page = f"<h1>{title}</h1><div>{news}</div><div><p>{body}</p><p>{body}</p></div>"
    mapped = main_text(page)
    assert mapped.text.split("\n") == [title, body, body]
    assert all(page[a:b] == c for a, b, c in zip(mapped.starts, mapped.ends, mapped.text, strict=True) if c != "\n")


def test_captions_of_tabs_are_left_out() -> None:
    body = "加强组织领导，压实各级责任，统筹推进各项重点任务，确保年度工作落到实处，群众满意度进一步提高。" * 3
    title = "某县2023年法治政府建设年度报告"
    tabs = "<ul><li><a>主要工作</a></li><li><a>下步打算</a></li></ul>"
    page = f"<h1>{title}</h1><p>发布日期：2024-01-15</p>{tabs}<div><p>{body}</p><p>{body}</p></div>"
    assert main_text(page).text.split("\n") == [title, "发布日期：2024-01-15", body, body]


def test_headings_in_front_of_the_first_paragraph_are_kept_without_a_title() -> None:
    body = "加强组织领导，压实各级责任，统筹推进各项重点任务，确保年度工作落到实处，群众满意度进一步提高。" * 3
    page = f"<div><a>首页</a></div><div><p>一、主要做法</p><p>（一）加强领导</p><p>{body}</p><p>{body}</p></div>"
    assert main_text(page).text.split("\n")[:2] == ["一、主要做法", "（一）加强领导"]


def test_a_title_of_two_lines_is_kept_whole() -> None:
    body = "加强组织领导，压实各级责任，统筹推进各项重点任务，确保年度工作落到实处，群众满意度进一步提高。" * 3
    page = f"<div><a>首页</a></div><h1>茶有茶规</h1><h2>——茗坞镇2016年法治政府建设答卷</h2><p>{body}</p><p>{body}</p>"
    assert main_text(page).text.split("\n")[:2] == ["茶有茶规", "——茗坞镇2016年法治政府建设答卷"]


def test_a_page_without_main_text_is_refused(tmp_path) -> None:
    path = tmp_path / "empty.html"
    path.write_text("<html><body><script>var a;</script></body></html>", encoding="utf-8")
    with pytest.raises(ReadError, match="shows no text that could be a report"):
        read_source(path)
