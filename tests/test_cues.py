"""What headings and announcements make of a segment, and how a segment begins and ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.clauses import segments
from fazhi.cues import CUES, clipped, cues, roles
from fazhi.sections import sections
from fazhi.types import CharSpan, LabeledSpan

TITLE = "江川县2023年法治政府建设年度报告\n"


def said(text: str, words: str) -> str | None:
    """The role of the first character of some words."""
    at = text.index(words)
    return next((role.label for role in roles(text, sections(text)) if role.start <= at < role.end), None)


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("二、存在的主要问题", "SHORTCOMINGS"),
        ("二、下一步工作打算", "PLANS"),
        ("四、2024年工作安排", "PLANS"),
        ("三、存在的不足及下步计划", "BOTH"),
        ("二、反馈问题的整改情况", None),
        ("二、工作思路和主要做法", None),
        ("二、年度工作计划完成情况", None),
        ("二、下一步工作举措", "PLANS"),
        ("二、2024年推进法治政府建设的主要举措", "PLANS"),
        ("二、明确方向,谋划2024年法治建设", "PLANS"),
        ("二、2023年推进法治政府建设的主要举措", None),
        ("二、贯彻《法治政府建设实施纲要（2021—2025年）》", None),
        ("二、突出工作重点,提高履职质效", None),
        ("二、2024年工作重点", "PLANS"),
        ("二、严格规范公正文明执法", None),
    ],
)
def test_top_headings(heading: str, role: str | None) -> None:
    text = f"{TITLE}一、主要举措\n推进改革。\n{heading}\n加强监督。"
    assert said(text, "加强监督") == role
    assert said(text, "推进改革") is None


def test_the_innermost_heading_that_says_something_counts() -> None:
    text = f"{TITLE}一、不足与打算\n(一)存在问题\n力量不足。\n(二)下一步打算\n加强监督。\n1.抓执法\n规范执法。"
    assert [said(text, words) for words in ("力量不足", "加强监督", "规范执法")] == ["SHORTCOMINGS", "PLANS", "PLANS"]


def test_below_the_top_a_heading_with_usual_words_says_nothing() -> None:
    text = f"{TITLE}一、主要举措\n(一)统筹安排立法计划\n推进改革。"
    assert said(text, "推进改革") is None


@pytest.mark.parametrize(
    "opening",
    [
        "下一步,",
        "在下一步工作中,",
        "2024年,",
        "江川县将坚持以人民为中心,",
        "在关键时期,我县将深入贯彻会议精神,",
        "我们明年要",
        "展望来年,",
        "展望未来,",
        "针对以上情况,我们将继续做好以下工作:",
    ],
)
def test_announcements_reach_to_the_end_of_their_paragraph(opening: str) -> None:
    text = f"{TITLE}一、主要举措\n推进改革。{opening}加强监督,规范执法。\n二、其他\n开展培训。"
    assert said(text, "推进改革") is None
    assert said(text, "规范执法") == "ANNOUNCED"
    assert said(text, "开展培训") is None


@pytest.mark.parametrize(
    "measure",
    [
        "2023年,",
        "2022年,",
        "将全面依法治县工作纳入考核,",
        "将以下事项作为重点,",
        "研究部署下一步工作,",
        "将案件移送检察院,",
        "一年来主要做好以下工作,",
    ],
)
def test_what_is_no_announcement(measure: str) -> None:
    text = f"{TITLE}一、主要举措\n{measure}加强监督。"
    assert roles(text, sections(text)) == []


def test_later_paragraphs_of_the_section_carry_the_announcement() -> None:
    text = f"{TITLE}一、主要举措\n推进改革。\n二、结语\n下一步,我县将这样做。\n(一)抓执法\n规范执法。\n三、附录\n培训。"
    assert said(text, "规范执法") == "CARRIED"
    assert said(text, "培训") is None


def test_a_list_that_begins_anew_carries_the_announcement() -> None:
    text = f"{TITLE}（一）抓执法\n规范执法。\n（二）抓普法\n开展普法。\n下一步,我县将做好以下工作:\n"
    again = "（一）建制度\n建立制度。\n（二）强监督\n加强监督。"
    assert [said(text + again, words) for words in ("规范执法", "建立制度", "加强监督")] == [None, "CARRIED", "CARRIED"]
    assert said(text + again.replace("（一）", "（三）"), "加强监督") is None


def test_without_sections_a_colon_or_a_headline_carries_on() -> None:
    assert said("下一步,加强监督。\n开展培训。", "开展培训") is None
    assert said("下一步工作打算\n加强监督。\n开展培训。", "开展培训") == "CARRIED"
    assert said("下一步重点工作:\n开展培训。", "开展培训") == "CARRIED"


def test_under_shortcomings_an_announcement_ends_with_its_paragraph() -> None:
    text = f"{TITLE}一、存在的问题\n一是力量不足。下一步,加强力量。\n二是培训不够。"
    assert [said(text, words) for words in ("力量不足", "加强力量", "培训不够")] == [
        "SHORTCOMINGS",
        "ANNOUNCED",
        "SHORTCOMINGS",
    ]


def test_admitted_shortcomings_reach_to_the_end_of_the_sentence_or_of_their_list() -> None:
    text = "我县工作主要存在以下问题:力量不足,培训不够。针对这些问题,推进改革。"
    assert [said(text, words) for words in ("培训不够", "推进改革")] == ["SHORTCOMINGS", None]
    text = "存在的主要问题:一是力量不足。二是培训不够。\n推进改革。"
    assert [said(text, words) for words in ("培训不够", "推进改革")] == ["SHORTCOMINGS", None]
    assert said("坚决整治存在的突出问题,推进改革。", "推进改革") is None


def names(text: str) -> list[set[str]]:
    return [{CUES[i] for i in found} for found in cues(text, segments(text), [])]


@pytest.mark.parametrize(
    ("opening", "admitted"),
    [
        ("也要清醒看到前进中的困难和挑战:", True),
        ("仍有不少短处:", True),
        ("还存在一些问题。一是", True),
        ("工作还有差距,主要表现在:", True),
        ("问题一:", True),
        ("还存在一些问题。", False),
        ("召开会议,主要是:", False),
        ("针对存在的问题:", False),
        ("现就存在的问题提出对策:", False),
        ("并列出存在的问题。\n1.", False),
    ],
)
def test_how_shortcomings_are_admitted(opening: str, admitted: bool) -> None:
    assert said(f"{TITLE}{opening}力量薄弱。", "力量薄弱") == ("SHORTCOMINGS" if admitted else None)


def test_admitted_shortcomings_reach_over_a_list_line_by_line() -> None:
    text = f"{TITLE}成绩很多。主要存在以下问题:\n1.力量不足。\n●意识不强\n明显好转。"
    assert [role.of(text) for role in roles(text, [])] == ["主要存在以下问题:\n1.力量不足。\n●意识不强"]


def test_headlines_without_number_say_what_follows() -> None:
    text = (
        f"{TITLE}存在问题\n尚未动工。\n主要做法\n加强培训,严格执法。\n【存在不足】\n●力量薄弱\n意识不强\n【工作打算】\n"
        "推进改革。\n【整改问题】\n已经整改。\n成效\n办案加快。"
    )
    found = [(role.label, role.of(text)) for role in roles(text, [])]
    assert found == [
        ("SHORTCOMINGS", "存在问题\n尚未动工。\n"),
        ("SHORTCOMINGS", "【存在不足】\n●力量薄弱\n意识不强\n"),
        ("PLANS", "【工作打算】\n推进改革。\n"),
    ]


def test_a_title_is_no_headline() -> None:
    text = "江川县2023年工作安排\n2023年法治政府建设存在问题的报告\n推进改革,加强监督。"
    assert roles(text, []) == []


def test_how_a_segment_begins_and_ends() -> None:
    assert names("有效提升质效,全面推进改革,按照上级要求,力量仍然不足,共有三人,切实减轻企业负担") == [
        {"effect verb"},
        {"measure verb"},
        {"frame word", "frame end", "bare frame"},
        {"shortcoming sign"},
        set(),
        {"effect verb"},
    ]
    assert names("为企业提供服务,对突出领域的案件,从轻行政处罚213件,审查文件75件,一个项目入选典型案例") == [
        {"frame word", "frame that acts", "service given"},
        {"frame word", "shortcoming sign"},
        {"frame word"},
        {"measure verb"},
        {"honour"},
    ]
    assert names(
        "为改革提供支撑,为破解难题,高度重视信访,将整改作为一把手工程,储备库正式投入使用,能力有待进一步提高"
    ) == [
        {"frame word", "frame that acts", "support given"},
        {"frame word", "aim"},
        {"attitude"},
        {"stance"},
        {"result"},
        {"shortcoming sign"},
    ]
    assert names("败诉率为5%,满意度提高3个百分点,全市排名第二,市中级人民法院审结15件,与法院会商,法院的判决") == [
        {"figure"},
        {"figure"},
        {"honour", "figure"},
        {"court"},
        set(),
        set(),
    ]
    assert names("明确工作目标,严格落实各项要求,坚持以人民为中心,紧扣重点领域,以群众满意为目标") == [
        set(),
        {"measure verb"},
        {"measure verb", "frame end"},
        {"frame end", "bare frame"},
        {"frame word", "frame end"},
    ]
    assert names("今年已在两镇试行,力争三年内完成,拟建三座桥梁,拟定实施方案,已知的风险") == [
        {"done already"},
        {"lies ahead"},
        {"lies ahead"},
        set(),
        set(),
    ]


@pytest.mark.parametrize(
    ("segment", "bare"),
    [
        ("结合党纪学习教育", True),
        ("并结合禁毒宣传月、扫黑除恶等各类活动", True),
        ("对照乡镇权责清单", True),
        ("均按照年度学法计划", True),
        ("根据市政府《关于开展规范性文件清理的通知》", True),
        ("紧盯食品、药品“两品一械”", True),
        ("通过专题讲座、线上课堂、现场教学等形式", True),
        ("通过组织旁听庭审、开展案例评析等方式", False),
        ("结合案件办理开展以案释法", False),
        ("对照目录梳理行政权力212项", False),
        ("针对发现的问题下达整改通知", False),
        ("针对性有待加强", False),
        ("面对面听取意见", False),
        ("将依据一并公开", False),
    ],
)
def test_frames_that_name_no_action(segment: str, bare: bool) -> None:
    assert ("bare frame" in names(segment)[0]) == bare


@pytest.mark.parametrize(
    ("segment", "weighty"),
    [
        ("县委始终将法治建设摆在全局工作的重要位置", True),
        ("坚持把学习贯彻习近平法治思想作为首要政治任务", True),
        ("将公众参与作为重大决策的必经程序", False),
        ("市政府将其摆上重要议事日程", False),
        ("把评查结果作为评优参考", False),
    ],
)
def test_stances_that_only_say_how_much_something_weighs(segment: str, weighty: bool) -> None:
    assert ("weighty stance" in names(segment)[0]) == weighty


def test_cues_hold_the_role_of_a_segment() -> None:
    text = "推进改革,加强监督"
    found = cues(text, segments(text), [LabeledSpan(5, 9, "PLANS")])
    assert [[CUES[i] for i in unit] for unit in found] == [["measure verb"], ["measure verb", "PLANS"]]


@given(st.text("一二、()下步将继续2024年,。:\n存在问题推进", max_size=80), st.integers(0, 40), st.integers(1, 40))
def test_roles_are_in_order_and_disjoint_and_so_are_their_parts(text: str, start: int, length: int) -> None:
    found = roles(text, sections(text))
    for a, b in zip(found, found[1:], strict=False):
        assert a.end <= b.start
    assert all(role.end <= len(text) for role in found)
    part = CharSpan(start, start + length)
    assert [role.label for role in clipped(found, part)] == [role.label for role in found if role.overlaps(part)]
    assert all(role.end <= length for role in clipped(found, part))
