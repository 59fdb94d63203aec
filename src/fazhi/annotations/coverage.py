"""How many labelled cases exercise each rule of the specification.

Each case is a pattern over the text *and* its labels, so that a count says: this many times a reader of the labels sees
the rule applied. Word lists find the cases; they never made the labels.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fazhi.annotations.documents import GoldDocument
from fazhi.clauses import DELIMITERS, depths, segments, sentences
from fazhi.labels import CLAUSE, MEASURE, METRIC, PLAN, QUANTITY, SHORTCOMING
from fazhi.quantity import Quantity, parse_quantity
from fazhi.sections import path, sections
from fazhi.types import CharSpan, LabeledSpan
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
NEAR = 3


class _View:
    """A labelled report with what the cases ask of it, each computed once."""

    def __init__(self, document: GoldDocument) -> None:
        self.document = document
        self.text = document.text
        self.clauses = document.layer(CLAUSE)
        self.metrics = [s for s in document.spans if s.label == METRIC]
        self.quantities = [s for s in document.spans if s.label == QUANTITY]
        self.tree = sections(document.text)
        self.headings = [section.heading for section in self.tree]
        self.links = [(document.spans[link.quantity], document.spans[link.metric]) for link in document.links]

    @cached_property
    def unlabelled(self) -> list[CharSpan]:
        """Segments of the body and the preamble without a clause label, headings left out."""
        taken = {(s.start, s.end) for s in self.clauses}
        return [
            s
            for s in segments(self.text)
            if (s.start, s.end) not in taken and not any(h.overlaps(s) for h in self.headings)
        ]

    @cached_property
    def parsed(self) -> list[tuple[LabeledSpan, Quantity | None]]:
        return [(s, parse_quantity(s.of(self.text))) for s in self.quantities]

    @cached_property
    def depth(self) -> list[int]:
        return depths(self.text)

    def labelled(self, label: str) -> list[LabeledSpan]:
        return [s for s in self.clauses if s.label == label]

    def before(self, span: CharSpan, n: int = NEAR) -> str:
        return self.text[max(0, span.start - n) : span.start]

    def under_plan_heading(self, span: CharSpan) -> bool:
        return any(PLAN_HEADING.search(self.tree[i].title) for i in path(self.tree, span.start))

    def holds(self, span: CharSpan, inner: Sequence[CharSpan]) -> bool:
        return any(span.contains(s) for s in inner)

    def unmarked(self, pattern: str) -> int:
        """Matches of a pattern that no quantity touches."""
        return sum(
            not any(q.overlaps(CharSpan(*match.span())) for q in self.quantities)
            for match in re.finditer(pattern, self.text)
        )

    def matching(self, spans: Sequence[CharSpan], pattern: str) -> int:
        return sum(re.search(pattern, s.of(self.text)) is not None for s in spans)

    def quantity_text(self, pattern: str) -> int:
        return self.matching(self.quantities, pattern)


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
    count: Callable[[_View], int]


def _same_action(v: _View) -> int:
    """Plans that end like a measure of the same report."""
    ends = {s.of(v.text)[-SAME_ACTION:] for s in v.labelled(MEASURE) if len(s) >= SAME_ACTION}
    return sum(s.of(v.text)[-SAME_ACTION:] in ends for s in v.labelled(PLAN) if len(s) >= SAME_ACTION)


def _per_quantity(v: _View) -> list[int]:
    return [sum(q == quantity for q, _ in v.links) for quantity in v.quantities]


def _per_metric(v: _View) -> list[int]:
    return [sum(m == metric for _, m in v.links) for metric in v.metrics]


def _mixed_sentences(v: _View, *labels: str) -> int:
    """Sentences in which clause spans of all these labels stand."""
    return sum(
        set(labels) <= {s.label for s in v.clauses if sentence.contains(s)} for sentence in sentences(v.text)
    )


def _first_heading(v: _View) -> int:
    return v.headings[0].start if v.headings else 0


def _numbers(v: _View, test: Callable[[Quantity], object]) -> int:
    return sum(bool(test(q)) for _, q in v.parsed if q is not None)


_LIST_WORD = r"(?:[一二三四五六七八九十]是|首先|其次|再次|最后|一方面|另一方面|同时|此外|另外|其中)[,，]?$"
_DATE = r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日|\d{1,2}月份?"

CASES = (
    Case(1, "a list word stands outside the span", lambda v: sum(bool(re.search(_LIST_WORD, v.before(s, 5))) for s in v.clauses)),
    Case(1, "a delimiter in quotes or brackets does not split", lambda v: sum(any(c in DELIMITERS for c in s.of(v.text)) for s in v.clauses)),
    Case(1, "the enumeration comma does not split", lambda v: v.matching(v.clauses, "、")),
    Case(2, "a heading on its own line without label", lambda v: sum(v.text[h.end : h.end + 1] in ("\n", "") for h in v.headings)),
    Case(2, "a heading with the body running on", lambda v: sum(v.text[h.end : h.end + 1] not in ("\n", "") for h in v.headings)),
    Case(2, "一是 / 首先 opens no heading but a labelled segment", lambda v: sum(bool(re.search(r"(?:[一二三四五六七八九十]是|首先|其次)[,，]?$", v.before(s, 4))) for s in v.clauses)),
    Case(3, "a segment of the preamble without label", lambda v: sum(s.end <= _first_heading(v) for s in v.unlabelled)),
    Case(3, "a sentence that leads into a list, without label", lambda v: v.matching(v.unlabelled, "如下|以下|主要存在|主要是|表现在|体现在|汇报|报告")),
    Case(4, "MEASURE with a verb of the list", lambda v: sum(bool(STARTS_WITH_MEASURE_VERB.match(s.of(v.text))) for s in v.labelled(MEASURE))),
    Case(4, "MEASURE with another opening", lambda v: sum(not STARTS_WITH_MEASURE_VERB.match(s.of(v.text)) for s in v.labelled(MEASURE))),
    Case(4, "MEASURE with a volume of work", lambda v: sum(v.holds(s, v.quantities) for s in v.labelled(MEASURE))),
    Case(5, "an effect of past work without label", lambda v: sum(bool(STARTS_WITH_EFFECT_VERB.match(s.of(v.text))) for s in v.unlabelled)),
    Case(5, "an indicator's value without label", lambda v: sum(v.holds(s, v.quantities) and v.holds(s, v.metrics) for s in v.unlabelled)),
    Case(5, "effect and measure in one sentence", lambda v: sum(any(sen.contains(s) for s in v.labelled(MEASURE)) and any(sen.contains(s) and STARTS_WITH_EFFECT_VERB.match(s.of(v.text)) for s in v.unlabelled) for sen in sentences(v.text))),
    Case(6, "a frame without label", lambda v: sum(bool(STARTS_WITH_FRAME_WORD.match(s.of(v.text))) for s in v.unlabelled)),
    Case(6, "a frame word with an action of its own, labelled", lambda v: sum(bool(STARTS_WITH_FRAME_WORD.match(s.of(v.text))) for s in v.clauses)),
    Case(7, "SHORTCOMING with a usual sign", lambda v: sum(bool(SHORTCOMING_SIGN.search(s.of(v.text))) for s in v.labelled(SHORTCOMING))),
    Case(7, "SHORTCOMING without a usual sign", lambda v: sum(not SHORTCOMING_SIGN.search(s.of(v.text)) for s in v.labelled(SHORTCOMING))),
    Case(7, "SHORTCOMING and MEASURE in one sentence", lambda v: _mixed_sentences(v, SHORTCOMING, MEASURE)),
    Case(7, "SHORTCOMING and PLAN in one sentence", lambda v: _mixed_sentences(v, SHORTCOMING, PLAN)),
    Case(8, "PLAN under a telling heading", lambda v: sum(v.under_plan_heading(s) for s in v.labelled(PLAN))),
    Case(8, "PLAN under no telling heading", lambda v: sum(not v.under_plan_heading(s) for s in v.labelled(PLAN))),
    Case(8, "PLAN with a verb of effect", lambda v: sum(bool(STARTS_WITH_EFFECT_VERB.match(s.of(v.text))) for s in v.labelled(PLAN))),
    Case(8, "PLAN without any figure", lambda v: sum(not re.search(r"\d", s.of(v.text)) for s in v.labelled(PLAN))),
    Case(8, "PLAN with a figure", lambda v: sum(v.holds(s, v.quantities) for s in v.labelled(PLAN))),
    Case(8, "PLAN that ends like a MEASURE of the same report", _same_action),
    Case(8, "MEASURE under a plan heading (a look back)", lambda v: sum(v.under_plan_heading(s) for s in v.labelled(MEASURE))),
    Case(8, "a frame in the plan without label", lambda v: sum(v.under_plan_heading(s) and bool(STARTS_WITH_FRAME_WORD.match(s.of(v.text))) for s in v.unlabelled)),
    Case(9, "approximate", lambda v: _numbers(v, lambda q: q.approximate)),
    Case(9, "lower or upper bound", lambda v: _numbers(v, lambda q: not q.approximate and (q.lower is None) != (q.upper is None))),
    Case(9, "range", lambda v: _numbers(v, lambda q: q.value is None and q.lower is not None and q.upper is not None)),
    Case(9, "bare number", lambda v: _numbers(v, lambda q: q.kind == "count" and not q.unit)),
    Case(9, "rank", lambda v: _numbers(v, lambda q: q.kind == "rank")),
    Case(9, "percent", lambda v: _numbers(v, lambda q: q.kind == "percent")),
    Case(9, "百分之, 成", lambda v: v.quantity_text("百分之|[一二三四五六七八九]成")),
    Case(9, "个百分点", lambda v: v.quantity_text("百分点")),
    Case(9, "fraction or multiple", lambda v: _numbers(v, lambda q: q.kind in ("ratio", "multiple"))),
    Case(9, "万 or 亿 behind digits", lambda v: v.quantity_text(r"\d[余多]?[万亿]")),
    Case(9, "a comma before each three digits", lambda v: v.quantity_text(r"\d,\d{3}")),
    Case(10, "Chinese numeral with classifier", lambda v: v.quantity_text("[两三四五六七八九十百]余?[^分成千万\\d]")),
    Case(10, "一 with classifier is no quantity", lambda v: v.unmarked("(?<![十第统同逐])一(?:个|支|批|次|名|项|套|张|条|份|家|位|起|场|种|本|件)")),
    Case(11, "date, year or month", lambda v: v.unmarked(_DATE)),
    Case(11, "number of a document or law", lambda v: v.unmarked(r"〔\d{4}〕\d+号|第[一二三四五六七八九十百\d]+[条号令]")),
    Case(11, "ordinal of a meeting or batch", lambda v: v.unmarked("第[一二三四五六七八九十\\d]+(?:届|批|次|轮|季度|期)")),
    Case(11, "hotline", lambda v: v.unmarked("12345|12348|12315|12368")),
    Case(11, "number in a quotation or name", lambda v: v.unmarked("“[^”\\n]*[0-9一二三四五六七八九十][^”\\n]*”|《[^》\\n]*\\d[^》\\n]*》")),
    Case(11, "period of time as a frame", lambda v: v.unmarked("近[两三五]年|[两三四五]年来|\\d至\\d{1,2}月|上半年|全年")),
    Case(12, "METRIC before its number", lambda v: sum(m.end <= q.start for q, m in v.links)),
    Case(12, "METRIC behind its number", lambda v: sum(m.start >= q.end for q, m in v.links)),
    Case(12, "one number for several METRICs", lambda v: sum(n > 1 for n in _per_quantity(v))),
    Case(12, "several numbers of one METRIC", lambda v: sum(n > 1 for n in _per_metric(v))),
    Case(12, "number without METRIC", lambda v: sum(n == 0 for n in _per_quantity(v))),
    Case(12, "joint total or list in one METRIC", lambda v: v.matching(v.metrics, "和|、|与|及")),
    Case(12, "METRIC with a name in quotation marks", lambda v: v.matching(v.metrics, "“")),
    Case(13, "indicator name without a number", lambda v: sum(n == 0 and bool(ENDS_LIKE_INDICATOR.search(m.of(v.text))) for m, n in zip(v.metrics, _per_metric(v), strict=True))),
    Case(14, "mention in a heading", lambda v: sum(h.overlaps(s) for h in v.headings for s in (*v.metrics, *v.quantities))),
    Case(14, "mention in the preamble", lambda v: sum(s.end <= _first_heading(v) for s in (*v.metrics, *v.quantities))),
    Case(14, "mention in an unlabelled segment", lambda v: sum(u.contains(s) for u in v.unlabelled for s in (*v.metrics, *v.quantities))),
    Case(15, "link", lambda v: len(v.links)),
    Case(15, "change against an earlier period, not linked", lambda v: sum(n == 0 and bool(re.search("同比|环比|上升|下降|增长|增加|减少|降低|提高|提升", v.before(q, 8))) for q, n in zip(v.quantities, _per_quantity(v), strict=True))),
    Case(0, "坚持 with a principle is a MEASURE", lambda v: v.matching(v.labelled(MEASURE), "^(?:始终)?坚持")),
    Case(0, "营造…环境, 压缩…时限, 打通, 发挥…作用 are MEASURE", lambda v: v.matching(v.labelled(MEASURE), "营造.*(?:环境|氛围)|压缩|压减|打通|发挥.*作用")),
    Case(0, "激发, 为…提供, 控制, 掀起 have no label", lambda v: v.matching(v.unlabelled, "激发|为.+提供|控制了|掀起|注入")),
    Case(0, "an attitude in the look back has no label", lambda v: v.matching(v.unlabelled, "高度重视|重视")),
    Case(0, "what courts and higher authorities did has no label", lambda v: v.matching(v.unlabelled, "法院|检察|省(?:委|政府|厅|司法厅)|市(?:委|政府)|企业|上级")),
    Case(0, "a bare breakdown has no label", lambda v: sum(bool(re.search("其中[,，]?$", v.before(s))) and v.holds(s, v.quantities) for s in v.unlabelled)),
    Case(0, "a breakdown with an action is a MEASURE", lambda v: sum(bool(re.search("其中[,，]?$", v.before(s))) for s in v.labelled(MEASURE))),
    Case(0, "占…的 and adverbial 100%: quantity without METRIC", lambda v: sum(n == 0 and bool(re.search("占|均?已?$", v.before(q, 12))) and "%" in q.of(v.text) for q, n in zip(v.quantities, _per_quantity(v), strict=True))),
    Case(0, "大, 级, 重 are no classifiers", lambda v: v.unmarked("[两二三四五六七八九十][大级重](?!队|型|于)")),
    Case(0, "a topic sentence on the thing itself has no label", lambda v: sum(bool(re.search("[一二三四五六七八九十]是$", v.before(s))) for s in v.unlabelled)),
)  # fmt: skip


def count_cases(documents: Sequence[GoldDocument]) -> list[int]:
    """How many times each of `CASES` occurs in labelled reports, in their order."""
    views = [_View(document) for document in documents]
    return [sum(case.count(view) for view in views) for case in CASES]


def rows(**groups: Sequence[GoldDocument]) -> Iterator[dict[str, int | str]]:
    """One row a case, with the count in each named group of reports."""
    counts = {name: count_cases(documents) for name, documents in groups.items()}
    for i, case in enumerate(CASES):
        yield {"rule": case.rule, "case": case.name, **{name: found[i] for name, found in counts.items()}}
