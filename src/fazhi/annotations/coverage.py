"""How many labelled cases exercise each rule of the specification.

Each case is a pattern over the text *and* its labels, so that a count says: this many times a reader of the labels sees
the rule applied. Word lists find the cases; they never made the labels.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fazhi.annotations.documents import GoldDocument
from fazhi.clauses import DELIMITERS, segments, sentences
from fazhi.labels import CLAUSE, MEASURE, METRIC, PLAN, QUANTITY, SHORTCOMING
from fazhi.quantity import Quantity, parse_quantity
from fazhi.sections import path, sections
from fazhi.types import CharSpan
from fazhi.vocabulary import (
    ENDS_LIKE_INDICATOR,
    PLAN_HEADING,
    SHORTCOMING_SIGN,
    STARTS_WITH_EFFECT_VERB,
    STARTS_WITH_FRAME_WORD,
    STARTS_WITH_MEASURE_VERB,
)

# The same action twice: so many characters at the end of a measure and of a plan of one report.
SAME_ACTION = 6
# Characters before a span in which a word that leads to it is looked for.
BEFORE = 8


class View:
    """A labelled report with what the cases ask of it, each computed once."""

    def __init__(self, document: GoldDocument) -> None:
        self.text = document.text
        self.clauses = document.layer(CLAUSE)
        self.metrics = [s for s in document.spans if s.label == METRIC]
        self.quantities = [s for s in document.spans if s.label == QUANTITY]
        self.links = [(document.spans[link.quantity], document.spans[link.metric]) for link in document.links]
        self.tree = sections(document.text)
        self.headings = [section.heading for section in self.tree]

    @cached_property
    def mentions(self) -> list[CharSpan]:
        """Metrics and quantities."""
        return [*self.metrics, *self.quantities]

    @cached_property
    def unlabelled(self) -> list[CharSpan]:
        """Segments without a clause label, headings left out."""
        taken = {(s.start, s.end) for s in self.clauses}
        free = [s for s in segments(self.text) if (s.start, s.end) not in taken]
        return [s for s in free if not any(h.overlaps(s) for h in self.headings)]

    @cached_property
    def body(self) -> int:
        """Where the first heading begins."""
        return self.headings[0].start if self.headings else 0

    def before(self, span: CharSpan) -> str:
        """The characters that lead to a span."""
        return self.text[max(0, span.start - BEFORE) : span.start]

    def links_of(self, span: CharSpan) -> int:
        """The links that a quantity or metric takes part in."""
        return sum(span in pair for pair in self.links)


Select = Callable[[View], Sequence[CharSpan]]
Test = Callable[[View, CharSpan], object]
Count = Callable[[View], int]


def labelled(label: str) -> Select:
    """Clause spans of a label."""
    return lambda v: [s for s in v.clauses if s.label == label]


def clauses(v: View) -> Sequence[CharSpan]:
    """All clause spans."""
    return v.clauses


def unlabelled(v: View) -> Sequence[CharSpan]:
    """Segments without a clause label."""
    return v.unlabelled


def headings(v: View) -> Sequence[CharSpan]:
    """Headings."""
    return v.headings


def metrics(v: View) -> Sequence[CharSpan]:
    """Metrics."""
    return v.metrics


def quantities(v: View) -> Sequence[CharSpan]:
    """Quantities."""
    return v.quantities


def mentions(v: View) -> Sequence[CharSpan]:
    """Metrics and quantities."""
    return v.mentions


def says(pattern: str | re.Pattern[str]) -> Test:
    """The span's text matches somewhere."""
    return lambda v, s: re.search(pattern, s.of(v.text))


def after(pattern: str) -> Test:
    """The characters before the span end like this."""
    return lambda v, s: re.search(f"(?:{pattern})$", v.before(s))


def near(pattern: str) -> Test:
    """Somewhere in the characters before the span."""
    return lambda v, s: re.search(pattern, v.before(s))


def holds(select: Select) -> Test:
    """The span has one of these inside."""
    return lambda v, s: any(s.contains(other) for other in select(v))


def negate(test: Test) -> Test:
    """Where the test fails."""
    return lambda v, s: not test(v, s)


def linked(n: int) -> Test:
    """A mention with exactly so many links."""
    return lambda v, s: v.links_of(s) == n


def shared(v: View, span: CharSpan) -> bool:
    """A mention with several links."""
    return v.links_of(span) > 1


def under_plan_heading(v: View, span: CharSpan) -> bool:
    """The heading path tells that what follows lies ahead."""
    return any(PLAN_HEADING.search(v.tree[i].title) for i in path(v.tree, span.start))


def in_preamble(v: View, span: CharSpan) -> bool:
    """Before the first heading."""
    return span.end <= v.body


def own_line(v: View, span: CharSpan) -> bool:
    """A heading with nothing behind it on its line."""
    return v.text[span.end : span.end + 1] in ("\n", "")


def count(select: Select, *tests: Test) -> Count:
    """The spans that pass all tests."""
    return lambda v: sum(all(test(v, s) for test in tests) for s in select(v))


def number(test: Callable[[Quantity], object]) -> Count:
    """Quantities whose parsed value passes."""

    def counted(v: View) -> int:
        parsed = (parse_quantity(s.of(v.text)) for s in v.quantities)
        return sum(bool(test(q)) for q in parsed if q is not None)

    return counted


def unmarked(pattern: str) -> Count:
    """Matches of a pattern that no quantity touches."""

    def counted(v: View) -> int:
        places = [CharSpan(*match.span()) for match in re.finditer(pattern, v.text)]
        return sum(not any(q.overlaps(place) for q in v.quantities) for place in places)

    return counted


def sentences_with(*selections: Select) -> Count:
    """Sentences that hold a span of each selection."""
    return lambda v: sum(all(holds(select)(v, s) for select in selections) for s in sentences(v.text))


def same_action(v: View) -> int:
    """Plans that end like a measure of the same report."""
    ends = {s.of(v.text)[-SAME_ACTION:] for s in labelled(MEASURE)(v) if len(s) >= SAME_ACTION}
    return sum(s.of(v.text)[-SAME_ACTION:] in ends for s in labelled(PLAN)(v) if len(s) >= SAME_ACTION)


def effects(v: View) -> Sequence[CharSpan]:
    """Unlabelled segments that begin with a verb of effect."""
    return [s for s in v.unlabelled if STARTS_WITH_EFFECT_VERB.search(s.of(v.text))]


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of case that a rule speaks of.

    Attributes:
        rule: The number of the rule; 0 for the list of cases settled.
        name: What the case is.
        count: How many times a report has it.
    """

    rule: int
    name: str
    count: Count


MEASURES, SHORTCOMINGS, PLANS = labelled(MEASURE), labelled(SHORTCOMING), labelled(PLAN)
NUMERALS = "一二三四五六七八九十"
ORDER = f"(?:[{NUMERALS}]是|首先|其次)[,，]?"
LIST_WORD = f"(?:{ORDER}|再次|最后|一方面|另一方面|同时|此外|另外|其中)[,，]?"
DATE = r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日|\d{1,2}月份?"
LEAD_IN = "如下|以下|主要存在|主要是|表现在|体现在|汇报|报告"
CHANGE = "同比|环比|上升|下降|增长|增加|减少|降低|提高|提升"
OTHER_BODY = "法院|检察|省(?:委|政府|厅|司法厅)|市(?:委|政府)|企业|上级"
SETTLED_MEASURE = "营造.*(?:环境|氛围)|压缩|压减|打通|发挥.*作用"
ONE_THING = "(?<![十第统同逐])一(?:个|支|批|次|名|项|套|张|条|份|家|位|起|场|种|本|件)"

CASES = (
    Case(1, "a list word stands outside the span", count(clauses, after(LIST_WORD))),
    Case(1, "a delimiter in quotes or brackets does not split", count(clauses, says(f"[{''.join(DELIMITERS)}]"))),
    Case(1, "the enumeration comma does not split", count(clauses, says("、"))),
    Case(2, "a heading on its own line without label", count(headings, own_line)),
    Case(2, "a heading with the body running on", count(headings, negate(own_line))),
    Case(2, "一是 / 首先 opens no heading but a labelled segment", count(clauses, after(ORDER))),
    Case(3, "a segment of the preamble without label", count(unlabelled, in_preamble)),
    Case(3, "a sentence that leads into a list, without label", count(unlabelled, says(LEAD_IN))),
    Case(4, "MEASURE with a verb of the list", count(MEASURES, says(STARTS_WITH_MEASURE_VERB))),
    Case(4, "MEASURE with another opening", count(MEASURES, negate(says(STARTS_WITH_MEASURE_VERB)))),
    Case(4, "MEASURE with a volume of work", count(MEASURES, holds(quantities))),
    Case(5, "an effect of past work without label", count(effects)),
    Case(5, "an indicator's value without label", count(unlabelled, holds(quantities), holds(metrics))),
    Case(5, "effect and measure in one sentence", sentences_with(MEASURES, effects)),
    Case(6, "a frame without label", count(unlabelled, says(STARTS_WITH_FRAME_WORD))),
    Case(6, "a frame word with an action of its own, labelled", count(clauses, says(STARTS_WITH_FRAME_WORD))),
    Case(7, "SHORTCOMING with a usual sign", count(SHORTCOMINGS, says(SHORTCOMING_SIGN))),
    Case(7, "SHORTCOMING without a usual sign", count(SHORTCOMINGS, negate(says(SHORTCOMING_SIGN)))),
    Case(7, "SHORTCOMING and MEASURE in one sentence", sentences_with(SHORTCOMINGS, MEASURES)),
    Case(7, "SHORTCOMING and PLAN in one sentence", sentences_with(SHORTCOMINGS, PLANS)),
    Case(8, "PLAN under a telling heading", count(PLANS, under_plan_heading)),
    Case(8, "PLAN under no telling heading", count(PLANS, negate(under_plan_heading))),
    Case(8, "PLAN with a verb of effect", count(PLANS, says(STARTS_WITH_EFFECT_VERB))),
    Case(8, "PLAN without any figure", count(PLANS, negate(says(r"\d")))),
    Case(8, "PLAN with a figure", count(PLANS, holds(quantities))),
    Case(8, "PLAN that ends like a MEASURE of the same report", same_action),
    Case(8, "MEASURE under a plan heading (a look back)", count(MEASURES, under_plan_heading)),
    Case(8, "a frame in the plan without label", count(unlabelled, under_plan_heading, says(STARTS_WITH_FRAME_WORD))),
    Case(9, "approximate", number(lambda q: q.approximate)),
    Case(9, "lower or upper bound", number(lambda q: not q.approximate and (q.lower is None) != (q.upper is None))),
    Case(9, "range", number(lambda q: q.value is None and q.lower is not None and q.upper is not None)),
    Case(9, "bare number", number(lambda q: q.kind == "count" and not q.unit)),
    Case(9, "rank", number(lambda q: q.kind == "rank")),
    Case(9, "percent", number(lambda q: q.kind == "percent")),
    Case(9, "百分之, 成", count(quantities, says("百分之|[一二三四五六七八九]成"))),
    Case(9, "个百分点", count(quantities, says("百分点"))),
    Case(9, "fraction or multiple", number(lambda q: q.kind in ("ratio", "multiple"))),
    Case(9, "万 or 亿 behind digits", count(quantities, says(r"\d[余多]?[万亿]"))),
    Case(9, "a comma before each three digits", count(quantities, says(r"\d,\d{3}"))),
    Case(10, "Chinese numeral with classifier", count(quantities, says("[两三四五六七八九十百]余?[^分成千万\\d]"))),
    Case(10, "一 with classifier is no quantity", unmarked(ONE_THING)),
    Case(11, "date, year or month", unmarked(DATE)),
    Case(11, "number of a document or law", unmarked(rf"〔\d{{4}}〕\d+号|第[{NUMERALS}百\d]+[条号令]")),
    Case(11, "ordinal of a meeting or batch", unmarked(rf"第[{NUMERALS}\d]+(?:届|批|次|轮|季度|期)")),
    Case(11, "hotline", unmarked("12345|12348|12315|12368")),
    Case(11, "number in a quotation or name", unmarked(rf"“[^”\n]*[\d{NUMERALS}][^”\n]*”|《[^》\n]*\d[^》\n]*》")),
    Case(11, "period of time as a frame", unmarked(r"近[两三五]年|[两三四五]年来|\d至\d{1,2}月|上半年|全年")),
    Case(12, "METRIC before its number", lambda v: sum(m.end <= q.start for q, m in v.links)),
    Case(12, "METRIC behind its number", lambda v: sum(m.start >= q.end for q, m in v.links)),
    Case(12, "one number for several METRICs", count(quantities, shared)),
    Case(12, "several numbers of one METRIC", count(metrics, shared)),
    Case(12, "number without METRIC", count(quantities, linked(0))),
    Case(12, "joint total or list in one METRIC", count(metrics, says("和|、|与|及"))),
    Case(12, "METRIC with a name in quotation marks", count(metrics, says("“"))),
    Case(13, "indicator name without a number", count(metrics, linked(0), says(ENDS_LIKE_INDICATOR))),
    Case(14, "mention in a heading", lambda v: sum(h.overlaps(s) for h in v.headings for s in v.mentions)),
    Case(14, "mention in the preamble", count(mentions, in_preamble)),
    Case(
        14, "mention in an unlabelled segment", lambda v: sum(u.contains(s) for u in v.unlabelled for s in v.mentions)
    ),
    Case(15, "link", lambda v: len(v.links)),
    Case(15, "change against an earlier period, not linked", count(quantities, linked(0), near(CHANGE))),
    Case(0, "坚持 with a principle is a MEASURE", count(MEASURES, says("^(?:始终)?坚持"))),
    Case(0, "营造…环境, 压缩…时限, 打通, 发挥…作用 are MEASURE", count(MEASURES, says(SETTLED_MEASURE))),
    Case(0, "激发, 为…提供, 控制, 掀起 have no label", count(unlabelled, says("激发|为.+提供|控制了|掀起|注入"))),
    Case(0, "an attitude in the look back has no label", count(unlabelled, says("重视"))),
    Case(0, "what courts and higher authorities did has no label", count(unlabelled, says(OTHER_BODY))),
    Case(0, "a bare breakdown has no label", count(unlabelled, after("其中[,，]?"), holds(quantities))),
    Case(0, "a breakdown with an action is a MEASURE", count(MEASURES, after("其中[,，]?"))),
    Case(0, "占…: quantity without METRIC", count(quantities, linked(0), near("占"))),
    Case(0, "大, 级, 重 are no classifiers", unmarked(f"[两{NUMERALS}][大级重](?!队|型|于)")),
    Case(0, "a topic sentence on the thing itself has no label", count(unlabelled, after(f"[{NUMERALS}]是"))),
)


def count_cases(documents: Sequence[GoldDocument]) -> list[int]:
    """How many times each of `CASES` occurs in labelled reports, in their order."""
    views = [View(document) for document in documents]
    return [sum(case.count(view) for view in views) for case in CASES]


def rows(**groups: Sequence[GoldDocument]) -> Iterator[dict[str, int | str]]:
    """One row a case, with the count in each named group of reports."""
    counts = {name: count_cases(documents) for name, documents in groups.items()}
    for i, case in enumerate(CASES):
        yield {"rule": case.rule, "case": case.name, **{name: found[i] for name, found in counts.items()}}
