"""What a tagger is told of a segment besides its words: how it begins and ends, and what it was announced as.

The same words are a measure in one place and a plan in another (rule 8), and what decides often stands farther away
than a model's window reaches: in a heading, or in the sentence that opens a paragraph. And few reports are too few to
learn from them alone which verbs name an effect (rule 5). A cue decides nothing: the tagger learns what to make of it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import TypeVar

from fazhi.clauses import DELIMITERS, LIST_WORD, segments
from fazhi.metadata import Metadata, metadata
from fazhi.sections import path, regions
from fazhi.types import CharSpan, LabeledSpan, Section
from fazhi.vocabulary import (
    ADVERBS,
    FRAME_WORDS,
    MEASURE_VERBS,
    PLAN_HEADING,
    SHORTCOMING_HEADING,
    SHORTCOMING_SIGN,
    STARTS_WITH_EFFECT_VERB,
    STARTS_WITH_FRAME_WORD,
    STARTS_WITH_MEASURE_VERB,
)

Span = TypeVar("Span", bound=CharSpan)

SHORTCOMINGS = "SHORTCOMINGS"
PLANS = "PLANS"
BOTH = "BOTH"
ANNOUNCED = "ANNOUNCED"
CARRIED = "CARRIED"
ROLES = (SHORTCOMINGS, PLANS, BOTH, ANNOUNCED, CARRIED)
"""Under a heading of shortcomings, of plans, of both; in a paragraph from where it announces plans; in a later
paragraph of the section in which they were announced."""
_VERBS = "|".join(MEASURE_VERBS)
_STARTS_WITH_OTHER_EFFECT = re.compile(
    f"^(?:{'|'.join(ADVERBS)})*(?:激发|减轻|扩大|节约|节省|方便|便利|助推|力促|力求|成为|缩短|压降|惠及|彰显|释放|守护|杜绝|赢得"
    "|使|让|令)"
)
_ENDS_LIKE_FRAME = re.compile(
    "(?:基础上|前提下|背景下|过程中|工作中|期间|以来|之后|之际|之前|方面|精神|原则|导向|抓手|契机|主线"
    "|引领|依托|统领|根本|核心|部署|安排|[中后外的])$"
)
# 围绕重点领域 and 坚持以…为目标, not 明确工作目标 or 落实各项要求.
_FRAME_OF_AN_END = re.compile(
    f"(?:^(?:{'|'.join(FRAME_WORDS)}|紧扣|紧盯|紧紧|锚定|遵照|按)|坚持以)"
    ".*(?:问题|目标|要求|方式|形式|途径|渠道|手段|契机|中心|载体|重点|领域|指导|时)$"
)
_ACTION = "进行|提供|予以|给予|实施|纳入|列入|列为|采取|出台|签订|实行|作出"
# 对…进行, 为…提供: what opens like a frame and acts all the same; 对政策制定、资金使用等事项 does not.
_FRAME_THAT_ACTS = re.compile(f"^(?:{'|'.join(FRAME_WORDS)}|把|将|向|与|就|给).*(?:{_ACTION}|{_VERBS})(?![、等的])")
# What opens like a frame and names no action behind it: 结合党纪学习教育, not 结合案件办理开展以案释法.
_MORE_VERBS = (
    "梳理|编制|编印|起草|修订|修改|核查|核实|整治|发放|推送|征集|征求|调整|配备|设立|设置|上线|创作|制作|播放|讲解|宣讲|解读|督促|指导|通报"
    "|约谈|抽查|检查|排查|调处|走访|划定|打造|新建|建成|聘请|选派|选聘|批示|部署|研究|讨论|审议|开发|反馈|处置|督办|细化|分解|明确|谋划"
    "|整合|充实|重新|逐[条项一个案]|亲自|专门|分类|联合|启动|改写|拓展|开设|开辟|曝光|推出|结案|解决|召开|成立|取消|安排|策划|下达|补齐"
)
_ACTS = f"(?:{_ACTION}|{_VERBS}|{_MORE_VERBS})"
_OPENS_FRAME = (
    "^(?:并|还|也|均|都|主要|充分|紧密|严格|紧紧)*(?:按照|依照|遵照|根据|依据|围绕|针对(?!性)|结合|依托|借助|聚焦|立足|着眼|瞄准|紧扣|紧盯"
    "|对照|对标(?![的对])|随着|本着|旨在|面对(?!面)|锚定)"
)
_ACTS_IN_FRAME = re.compile(f"{_OPENS_FRAME}.*{_ACTS}(?![、和及与等的]|教育|.?$)")
_BARE_FRAME = re.compile(
    f"{_OPENS_FRAME}.*(?:要求|精神|目标|任务|原则|部署|规定|问题|安排|标准|思路|重点|领域|主线|主题|环节|工作|方面|等)$"
    f"|^(?:并|还)?通过(?!.*{_ACTS}).*(?:方式|形式|途径|渠道|手段|载体|平台|会议?|等)$"
)
_MAY_BE_FRAME = re.compile(_OPENS_FRAME)
_QUOTED = re.compile("《[^《》]*》|“[^“”]*”|[（(][^（()）]*[）)]")
_FRAME_IN_PARTICULAR = re.compile(f"^(?:特别|尤其)是(?:{'|'.join(FRAME_WORDS)})")
_HONOUR = re.compile(
    "入选|获评|荣获|获得|被评为|被列为|获批|获奖|位列|位居|名列|排名|成功创建|顺利通过|(?:受到|得到|赢得).*(?:好评|肯定|认可|赞誉|表扬|推广)"
)
# 为…提供 a service is a measure, 为…提供支撑 an effect; 为解决… says why.
_GIVES = "^为.+提供"
_SUPPORT = "支撑|保障|支持|动力|保证|基础|遵循|依据|条件|助力"
_AIM = re.compile(
    "^为(?:了|着力|切实|进一步|有效|更好地?|深入|全面)?"
    "(?:解决|实现|确保|保障|推进|推动|加强|规范|提高|提升|破解|落实|贯彻|适应|做好|防止|防范|化解)"
)
_ATTITUDE = re.compile("高度重视|注重")
_STANCE = re.compile("[把将].+作为")
# 把学习贯彻…作为首要任务, 始终将依法行政摆在全局工作的重要位置; a 必经程序 is a norm, and 议程 is acted on.
_WEIGHTY_STANCE = re.compile(
    "[把将](?!.*(?:议程|议事日程|必经|纳入)).+(?:作为|当作|摆[在上到]|放[在到]|置于).*"
    "(?:重要|首要|重大|头等|突出|核心|关键|优先|第一|政治任务|全局|大事|根本|基础性|必修课|基本方式|前提)"
)
# The thing itself comes first and what became of it last: 12345热线平台作用充分发挥, 储备库正式投入使用.
_RESULT = re.compile(
    "(?<![待需要未于])(?:更加|更为|进一步|不断|持续|明显|显著|大幅|逐步|初步|基本|日益|日趋|正式|全部|全面|充分|有效|及时|得到|均|已经?|稳步|有力|有所|相)"
    "(?:增强|减少|提升|提高|好转|缓解|形成|遏制|平稳|显现|下降|改观|改善|扭转|优化|畅通|完善|健全|规范|到位|融合|推进|公开"
    "|投入使用|召开|入库|发挥|落实|建立|完成|开展|有序|清晰|浓厚|实现|保持|覆盖|见效|深化|拓展|凸显|压实|夯实|巩固)$"
)
_FIGURE = re.compile(
    r"(?:\d[%％‰]|百分点|第[\d一二三四五六七八九十]+|[一两]番|[一二两三四五六七八九]成|分之[一二三四五])$"
)
_COURT = re.compile(
    "^(?:今年|全年|年内|一年来|其中)?(?:[\u4e00-\u9fff]{0,4}[省市县区州旗级])?(?:[中高]级)?(?:人民)?(?:法院|检察院|检察机关)"
    "(?![的、与和同司]|生效|建议)"
)
# What tells against the heading: 今年已在两个乡镇试行 among plans, 力争三年内完成 among measures.
_DONE_ALREADY = re.compile("已(?!知)")
_LIES_AHEAD = re.compile("力争|争取|预计|[明来]年|今后|拟(?![定订制上])")


def _one_of(*patterns: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda segment: any(pattern.search(segment) for pattern in patterns)


def _is_bare_frame(segment: str) -> bool:
    words = _QUOTED.sub("“”", segment)  # verbs in titles and quotations act for nobody
    opens = _MAY_BE_FRAME.search(words) is not None
    return _BARE_FRAME.search(words) is not None or (opens and _ACTS_IN_FRAME.search(words) is None)


_WORDS: dict[str, Callable[[str], bool]] = {
    "measure verb": _one_of(STARTS_WITH_MEASURE_VERB),
    "effect verb": _one_of(STARTS_WITH_EFFECT_VERB, _STARTS_WITH_OTHER_EFFECT),
    "frame word": _one_of(STARTS_WITH_FRAME_WORD, _FRAME_IN_PARTICULAR),
    "frame end": _one_of(_ENDS_LIKE_FRAME, _FRAME_OF_AN_END),
    "frame that acts": _one_of(_FRAME_THAT_ACTS),
    "bare frame": _is_bare_frame,
    "honour": _one_of(_HONOUR),
    "support given": _one_of(re.compile(f"{_GIVES}.*(?:{_SUPPORT})$")),
    "service given": _one_of(re.compile(f"{_GIVES}(?!.*(?:{_SUPPORT})$)")),
    "aim": _one_of(_AIM),
    "attitude": _one_of(_ATTITUDE),
    "stance": _one_of(_STANCE),
    "weighty stance": _one_of(_WEIGHTY_STANCE),
    "result": _one_of(_RESULT),
    "figure": _one_of(_FIGURE),
    "court": _one_of(_COURT),
    "shortcoming sign": _one_of(SHORTCOMING_SIGN),
    "done already": _one_of(_DONE_ALREADY),
    "lies ahead": _one_of(_LIES_AHEAD),
}
GROUPS = {"words": tuple(_WORDS), "roles": ROLES}
CUES = tuple(cue for group in GROUPS.values() for cue in group)

_AHEAD = "下一步|下步|下一?阶段|下一?年度?|今后|明年|来年|新的一年|接下来"
# A top heading may name plans by any usual word; below it, 安排 and 计划 are as often what was done.
_PLAN_SUBHEADING = re.compile(f"{_AHEAD}|打算|努力方向|展望")
# 工作思路和主要做法, 计划完成情况: what was done.
_DONE = re.compile("完成|落实|执行|成效|成绩|做法|举措|情况")
# The first year in a heading, if it stands in no title and no brackets: 2024年的重点举措.
_YEAR_OF_HEADING = re.compile(r"^[^\d《（(“]*((?:19|20)\d{2})年")
_SHORTCOMING_SUBHEADING = re.compile("存在|不足|差距")
_REMEDIED = re.compile("整改|解决|化解|补齐|破解|处置|反馈")
_WE = "(?:我们|我[省市县区镇乡局委]|[全本][省市县区镇乡]|[\u4e00-\u9fff]{2,6}[省市县区镇乡])"
_ANNOUNCES = re.compile(
    f"^(?:(?:展望|面向|在|对|对于|{_WE})?(?:{_AHEAD})|展望|对策$)|(?:继续|将|(?<!主)要|需)(?:着?[力重])?[做抓]好(?:以下|下面|如下)"
)
_YEAR = re.compile(r"^(?:展望|面向|在)?((?:19|20)\d{2})年")
_WILL = re.compile(
    "将(?:继续|坚持|坚定|坚决|以(?!下)|进一步|深入|持续|不断|紧紧|紧扣|全面|认真|切实|着力|重点|严格|按照|围绕|加[快强大]|积极"
    "|大力|牢牢|始终|聚焦|锚定|深化|扎实|充分|立足|对标|努力|统筹|更加|从)"
)
# 将 that only brings the object forward: 将…纳入…
_TAKES_OBJECT = re.compile(
    "作为|纳入|列[入为]|摆在|放在|贯穿|融入|结合|移送|移交|报送|细化|分解|下放|压缩|视为|挂钩|提交"
)

# 存在以下问题: and a list behind it; 也要看到前进中的困难和挑战: and 问题一: too.
_LACKS = "问题|不足|困难|差距|短板|挑战|短处|薄弱之处|薄弱环节|弱项|欠账|欠缺"
_ADMITS = re.compile(
    f"^(?!.*(?:针对|聚焦|围绕|导向|{_REMEDIED.pattern})).*(?:存在|有|面临|看到|正视|不少).*(?:{_LACKS})(?:需要正视|如下|不容回避)?$"
    f"|^主要(?:{_LACKS})(?:是|有|为)?$|^问题[一二三四五六七八九十\\d]+$"
)
# 还有差距,主要表现在: the segment before says what.
_NAMES_THEM = re.compile("^(?:主要|具体|集中|突出)(?:是|有|(?:表现|体现|反映)(?:在|为|是)?)$")
_LIST = re.compile(r"(?:[:：]\s*|。 *)(?:[一1]是|第一|首先|[一1][、.．]|[(（][一1][)）]|①)")
_LINES = re.compile(rf"(?:\n(?:{LIST_WORD.pattern}).+)+")
_FIRST = re.compile("[（(第]*[一1①][)）、.．]*")
LONGEST_HEADLINE = 25


def roles(text: str, tree: Sequence[Section]) -> list[LabeledSpan]:
    """The stretches of a report that it says are shortcomings or plans; in order, disjoint, labelled with `ROLES`.

    Args:
        text: The whole report: a passage does not know what was announced before it.
        tree: Its sections; without them, announcements are all there is.
    """
    said: list[str | None] = [None] * len(text)
    report = metadata(text)
    year = report.year
    for region, indices in regions(tree, len(text)) if text else []:
        said[region.start : region.end] = [_of_headings([tree[i] for i in indices], year)] * len(region)
    for start, end, headline in _headlines(text, tree, report):
        said[start:end] = [role or headline for role in said[start:end]]
    for start, end in _admissions(text):
        said[start:end] = [role or SHORTCOMINGS for role in said[start:end]]
    for opening, paragraph_end, section_end in _announcements(text, tree, year):
        above = said[opening]
        if above == PLANS:
            continue
        said[opening:paragraph_end] = [ANNOUNCED] * (paragraph_end - opening)
        if above != SHORTCOMINGS:
            later = said[paragraph_end:section_end]
            said[paragraph_end:section_end] = [role if role in (PLANS, ANNOUNCED) else CARRIED for role in later]
    found, start = [], 0
    for role, run in groupby(said):
        end = start + len(list(run))
        if role is not None:
            found.append(LabeledSpan(start, end, role))
        start = end
    return found


def cues(
    text: str, units: Sequence[CharSpan], said: Sequence[LabeledSpan], *, groups: Collection[str] = tuple(GROUPS)
) -> list[list[int]]:
    """The cues of each segment, as places in `CUES`.

    Args:
        text: The report or passage.
        units: Its segments.
        said: Its roles.
        groups: The groups of `GROUPS` to look for.
    """
    known = {CUES.index(cue) for group in groups for cue in GROUPS[group]}
    return [
        [
            i
            for i in (
                *(i for i, tells in enumerate(_WORDS.values()) if tells(unit.of(text))),
                *(CUES.index(role.label) for role in said if role.start <= unit.start < role.end),
            )
            if i in known
        ]
        for unit in units
    ]


def _of_headings(enclosing: Sequence[Section], year: int | None) -> str | None:
    """What the innermost heading says that says anything; `year` is that of the report."""
    said = (_of_title(section.title, section.level == 0, year) for section in reversed(enclosing))
    return next((role for role in said if role is not None), None)


def _of_title(title: str, top: bool, year: int | None) -> str | None:
    plans = _PLAN_SUBHEADING.search(title) is not None or _is_later(_YEAR_OF_HEADING.match(title), year)
    if top and not plans and not _DONE.search(title):
        plans = PLAN_HEADING.search(title) is not None
    lacks = (SHORTCOMING_HEADING if top else _SHORTCOMING_SUBHEADING).search(title) is not None
    if lacks and _REMEDIED.search(title):
        lacks = False
    if plans and lacks:
        return BOTH
    return PLANS if plans else SHORTCOMINGS if lacks else None


def _headlines(text: str, tree: Sequence[Section], report: Metadata) -> Iterator[tuple[int, int, str]]:
    """Where a headline without a number (存在不足, 【下步打算】) says what follows, up to the next headline.

    Headlines are short lines with neither delimiter nor list number, not the title; a longer line or a list follows.
    """
    lines, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            lines.append((start, line.strip()))
        start += len(line) + 1
    numbered = {section.heading.start for section in tree}
    found: list[tuple[int, str | None]] = []
    for (start, line), (_, after) in pairwise(lines[1:]):  # no report begins with its problems
        if start not in numbered and line != report.title and _is_headline(line) and not _is_headline(after):
            found.append((start, _of_title(line, True, report.year)))
    for (start, role), (end, _) in pairwise([*found, (len(text), None)]):
        enclosing = path(tree, start)
        if role is not None:
            yield start, min(end, tree[enclosing[-1]].end) if enclosing else end, role


def _is_headline(line: str) -> bool:
    return 0 < len(line) <= LONGEST_HEADLINE and LIST_WORD.match(line) is None and not DELIMITERS & set(line)


def _admissions(text: str) -> Iterator[tuple[int, int]]:
    """Where a sentence announces shortcomings: up to its end, or to that of the list that follows."""
    before = ""
    for unit in segments(text):
        words = unit.of(text)
        admits = _ADMITS.search(words) or (_NAMES_THEM.search(words) and _ADMITS.search(before))
        before = words
        lists = _LIST.match(text, unit.end) is not None
        if admits and (lists or text[unit.end : unit.end + 1] in (":", "：")):
            listed = _LINES.match(text, unit.end + 1)
            marks = "\n" if lists else "。\n"
            end = next((i for i in range(unit.end, len(text)) if text[i] in marks), len(text))
            yield unit.start, listed.end() if listed else end


def _announcements(text: str, tree: Sequence[Section], year: int | None) -> Iterator[tuple[int, int, int]]:
    """Where plans are announced outside headings, with the end of the paragraph and of what follows it.

    That is the section, or the rest of a text without sections if the paragraph ends with a colon or is a headline; and
    all sections of a list that begins anew right behind the paragraph.
    """
    headings = [section.heading for section in tree]
    paragraph_end = 0
    for unit in segments(text):
        if unit.start < paragraph_end or any(unit.overlaps(heading) for heading in headings):
            continue
        if not _announces(unit.of(text).strip("【】"), year):
            continue
        line_end = text.find("\n", unit.start)
        paragraph_end = len(text) if line_end < 0 else line_end
        enclosing = path(tree, unit.start)
        section_end = paragraph_end
        if enclosing:
            section_end = max(paragraph_end, tree[enclosing[-1]].end)
            begun = next((s for s in tree if s.heading.start == paragraph_end + 1), None)
            if begun is not None and section_end == begun.heading.start and _FIRST.fullmatch(begun.marker):
                section_end = len(text) if begun.parent is None else tree[begun.parent].end
        else:
            paragraph = text[text.rfind("\n", 0, unit.start) + 1 : paragraph_end].strip()
            if paragraph.endswith((":", "：")) or (unit.of(text) == paragraph and len(paragraph) <= LONGEST_HEADLINE):
                section_end = len(text)
        yield unit.start, paragraph_end, section_end


def _announces(segment: str, year: int | None) -> bool:
    if _is_later(_YEAR.match(segment), year):
        return True
    if _ANNOUNCES.search(segment):
        return True
    will = _WILL.search(segment)
    return will is not None and not _TAKES_OBJECT.search(segment, will.end())


def _is_later(named: re.Match[str] | None, year: int | None) -> bool:
    return named is not None and year is not None and int(named[1]) > year


def clipped(found: Sequence[Span], span: CharSpan) -> list[Span]:
    """The parts of spans, such as roles, that lie inside a passage, counted from its beginning."""
    return [
        replace(part, start=max(part.start, span.start) - span.start, end=min(part.end, span.end) - span.start)
        for part in found
        if part.overlaps(span)
    ]
