import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fazhi.text import Condition, clean, condition, foreign_words
from fazhi.types import CharSpan

from .conftest import RAW

# What reports and the pages around them are made of, damage included.
characters = "法治政府依法行政习習學國乾县的一是二,，、。;；:：()（）《》“”1２ａB%? \u3000\u00a0\t\n\r\u200b\ufeff□①"
strings = ["習(xí)", "(xué)", ",,", "\r\n", "\n\n", "? ? ", "打印\n", "首页\n", "\n支持IPv6\n"]
messy = st.lists(st.sampled_from([*characters, *strings]), max_size=60).map("".join)


@given(messy)
def test_map_is_monotone_and_in_range(source: str) -> None:
    cleaned = clean(source)
    assert len(cleaned.text) == len(cleaned.starts) == len(cleaned.ends)
    previous = 0
    for start, end in zip(cleaned.starts, cleaned.ends, strict=True):
        assert previous <= start < end <= len(source)
        previous = end


@given(messy)
@example(",? ? ")
@example(" ? ? ")
@example("习(xí)(xué)")
@example("法?(xué)習(xí)")
@example("法? ? (xué)習(xí)")
@example("法，  ,")
@example("?，?")
def test_cleaning_twice_changes_nothing_more(source: str) -> None:
    # A blank that stands for a gap between two words of a page would pass for a stray one the second time.
    once = clean(source).text
    assert clean(once, Condition()).text.replace(" ", "") == once.replace(" ", "")


@given(messy)
def test_every_source_character_is_kept_or_accounted_for(source: str) -> None:
    cleaned = clean(source)
    kept = {i for start, end in zip(cleaned.starts, cleaned.ends, strict=True) for i in range(start, end)}
    edited = {i for edit in cleaned.edits for i in range(edit.source.start, edit.source.end)}
    assert set(range(len(source))) <= kept | edited


@given(messy, st.data())
def test_spans_lead_to_the_source_and_back(source: str, data: st.DataObject) -> None:
    cleaned = clean(source)
    if not cleaned.text:
        return
    start = data.draw(st.integers(0, len(cleaned.text) - 1))
    span = CharSpan(start, data.draw(st.integers(start + 1, len(cleaned.text))))
    assert cleaned.from_source(cleaned.to_source(span)) == span


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("\ufeff一、总体情况\r\n\r\n  二、不足", "一、总体情况\n二、不足"),
        ("習(xí)近平法治思想", "习近平法治思想"),
        ("以來,,以習(xí)近平同志為核心", "以来,以习近平同志为核心"),
        ("依法決策,、依法行政", "依法决策、依法行政"),
        ("２０２３年受理１２件Ａ类", "2023年受理12件A类"),
        ("〔2018〕64 号", "〔2018〕64号"),
        ("签发人:张三        李四", "签发人:张三 李四"),
        ("microsoft word 文档", "microsoft word文档"),
        ("乾县2023年报告", "乾县2023年报告"),
        ("正文。\n分享 微信\n当前位置:首页 > 年度报告\n再一段。", "正文。\n再一段。"),
        ("时间:2018-05-03  浏览次数:\n正文。", "正文。"),
        ("索引号:\n主题分类:通知\n正文。", "正文。"),
        ("时间紧、任务重。\n时间:紧", "时间紧、任务重。\n时间:紧"),
        ("索引号: | K1 | 分类: | 报告 | ||\n正文。", "正文。"),
        ("满意率达98.5%(比上年高1.2个百分点)", "满意率达98.5%(比上年高1.2个百分点)"),
        ("怎么办?依法办。", "怎么办?依法办。"),
        ("(\n正文。", "(\n正文。"),
    ],
)
def test_cleaning(source: str, expected: str) -> None:
    assert clean(source).text == expected


def test_lost_spaces_are_told_by_the_whole_text() -> None:
    source = "推動“鄉(xiāng)村振興”?常態(tài)化"
    assert condition(source) == Condition(traditional=True, spaces_lost=True)
    assert clean(source).text == "推动“乡村振兴”常态化"


def test_edits_say_what_was_removed_and_why() -> None:
    reasons = {edit.reason for edit in clean("打印\n開原(yuán)市,,依法 行政").edits}
    assert reasons >= {
        "page control",
        "traditional script",
        "pinyin gloss",
        "doubled punctuation",
        "stray space",
    }


@pytest.mark.parametrize("path", RAW, ids=lambda p: p.stem)
def test_real_reports_come_out_readable(path) -> None:
    cleaned = clean(path.read_bytes().decode("utf-8"))
    assert len(cleaned.text) > 3000
    assert "  " not in cleaned.text
    assert "\n\n" not in cleaned.text
    assert ",," not in cleaned.text
    assert not any(c in cleaned.text for c in "習國學務\u3000\u00a0\r")
    for i in range(0, len(cleaned.text), 7):
        char = cleaned.source[cleaned.starts[i] : cleaned.ends[i]]
        assert cleaned.text[i].isspace() or len(char) == 1


@settings(max_examples=300)
@given(st.sampled_from(RAW), st.data())
def test_a_piece_of_a_real_report_cleans_to_the_same_characters(path, data: st.DataObject) -> None:
    source = path.read_bytes().decode("utf-8")
    cleaned = clean(source)
    start = data.draw(st.integers(0, len(cleaned.text) - 2))
    end = data.draw(st.integers(start + 1, min(len(cleaned.text), start + 120)))
    piece = cleaned.text[start:end]
    if piece != piece.strip() or "\n" in piece:
        return
    place = cleaned.to_source(CharSpan(start, end))
    assert clean(source[place.start : place.end], condition(source)).text == piece


def test_replacement_must_not_be_longer() -> None:
    import re

    from fazhi.text import MappedText

    with pytest.raises(ValueError, match="longer"):
        MappedText.of("ab").sub(re.compile("a"), "aa", "test")


PARAGRAPHS = [
    "现将二〇二三年法治政府建设情况报告如下。今年以来，我县认真贯彻落实党中央决策部署，加强领导，压实责任，"
    "推进各项工作取得新的进展，群众满意度持续提高，营商环境不断优化，依法行政水平得到明显提升，社会大局保持稳定。",
    "一、主要工作",
    "（一）深化改革。我县在全省率先推行企业开办一件事改革，全面实现网上可办，办理时限由原来的十五个工作日压缩到三个"
    "工作日，全年办理各类事项一万二千件，其中网上办理八千六百件，占总数的七成以上，位居全市第一，受到上级肯定。",
    "二、存在问题",
    "一是行政执法力量不足，执法人员法律素养有待提高，少数部门执法程序不够规范。二是普法宣传形式单一，针对性还不强。",
]


def test_line_breaks_by_width_are_mended_and_paragraphs_kept() -> None:
    page = "\n".join(p[i : i + 28] for p in PARAGRAPHS for i in range(0, len(p), 28))
    assert page.count("\n") > 10
    cleaned = clean(page)
    assert cleaned.text.split("\n") == PARAGRAPHS
    piece = page[4:70]
    assert "\n" in piece
    assert clean(piece, condition(page)).text == piece.replace("\n", "")


def test_lines_of_many_widths_are_paragraphs() -> None:
    text = "\n".join("依法行政" * n for n in range(3, 30))
    assert clean(text).text == text


def test_foreign_words_are_pointed_out_and_left() -> None:
    text = "推进various部门APP建设,登录www.gov.cn/index.html和mail@a.cn,完善приказ机制,用DeepSeek办件。"
    assert [word.of(text) for word in foreign_words(text)] == ["various", "приказ"]
    assert clean(text).text == text
    assert foreign_words("推进5G、RFID和IPv6,设app") == []


@pytest.mark.parametrize("number", ["- 3 -", "—12—", "第 3 页 共 9 页", "– 3 –"])
def test_a_page_number_does_not_part_a_paragraph(number: str) -> None:
    cleaned = clean(f"推进改革,\n{number}\n加强监督。")
    assert cleaned.text == "推进改革,\n加强监督。"
    assert [edit.reason for edit in cleaned.edits] == ["page number"]
    assert clean("共3件。\n3\n-3件").text == "共3件。\n3\n-3件"
