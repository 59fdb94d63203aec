"""Links between quantities and the metrics that they give the value of: a rule over order and distance."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from fazhi.clauses import segments, sentences
from fazhi.labels import CLAUSE, MEASURE, MENTION, METRIC, QUANTITY, span_id
from fazhi.quantity import decimal_string, parse_quantity
from fazhi.types import CharSpan, LabeledSpan, Link
from fazhi.vocabulary import ENDS_LIKE_INDICATOR

# Words that may join metrics which share one value: 办结率和满意率均达100%.
JOINING = frozenset({"和", "与", "及", "、", "以及"})
# What may stand between a quantity and the counted noun behind it: 11个部门, 2件 政府, 95个高频….
BEHIND = frozenset({"", "的"})
# Between a metric and a figure that says by how much it changed, which is not its value (specification, rule 15).
# 降至, 升到 and 减为 give the new value.
CHANGE = re.compile(
    "(?:同比|环比|比上年|较上年|比去年|较去年|比同期|[比较][^,，、]{1,8})?(?:分别|平均|累计|[再又])*(?:[比较][^,，、]{1,8})?"
    "(?:增长|增加|增幅|上升|上涨|提高|提升|下降|降低|减少|减幅|压减|压缩|缩短|回落|翻|高出?|低于?|多|少|[降升减增])"
    "[了过幅近约超]*(?!至|到|为)(?:全[国省市州县区](?:平均(?:水平)?|均值)?)?"
)
# How often something was held stands before the verb: 3次召开专题会议, 先后6次专题听取汇报.
TIMES = re.compile("[次场轮]$")
HELD = re.compile("[^,，;；:：、。的]{1,6}")
# Values given in the order of their metrics: 办复率、满意率分别为100%和99.2%.
IN_TURN = re.compile("分别|依次")
# What leads the parts of a whole, and the characters that may join counts to what they count.
BREAKDOWN = "其中"
FILLERS = frozenset("约共达为近计累超过到、和及与(（")
# Clause punctuation, which a value on the far side of has its metric elsewhere.
BREAKS = frozenset(",，;；:：")


def link(text: str, spans: Sequence[LabeledSpan]) -> list[Link]:
    """Link the quantities of a text to metrics of their sentence.

    A quantity belongs to the metric that follows at once (36场次[法治讲座]). Failing that it belongs to the last
    metric before it in the same clause (受理[行政复议申请]86件), other quantities between them or not
    (队伍37支1841人), together with the metrics joined to that one (办结率和满意率均达100%). Values given in turn go to
    their metrics in turn (办复率、满意率分别为100%和99.2%). By how much a metric changed is not its value. How often
    something was held may stand before its verb (3次召开[专题会议]).

    Args:
        text: The cleaned text.
        spans: Its spans; those of other labels are passed over.

    Returns:
        Links as indices into `spans`, each with the product of the two spans' scores where both have one.
    """
    links: list[Link] = []
    order = sorted(range(len(spans)), key=lambda i: spans[i])
    for sentence in sentences(text):
        inside = [i for i in order if sentence.contains(spans[i]) and spans[i].label in (METRIC, QUANTITY)]
        links += _link_sentence(text, spans, inside)
    return links


def measured(text: str, spans: Sequence[LabeledSpan], links: Sequence[Link]) -> tuple[list[LabeledSpan], list[Link]]:
    """Spans without the metrics that the specification knows no place for, and the links between those that are left.

    A metric stands beside its value (rule 12), or it is named as an indicator is (rule 13).

    Args:
        text: The cleaned text.
        spans: Its spans.
        links: Links between them, as `link` finds them.

    Returns:
        The spans that stay, in the same order, and the same links as indices into them.
    """
    valued = {found.metric for found in links}
    kept = [
        i
        for i, span in enumerate(spans)
        if span.label != METRIC or i in valued or ENDS_LIKE_INDICATOR.search(span.of(text))
    ]
    place = {i: at for at, i in enumerate(kept)}
    return [spans[i] for i in kept], [Link(place[found.quantity], place[found.metric], found.score) for found in links]


def without_breakdowns(text: str, clauses: Sequence[LabeledSpan], mentions: Sequence[LabeledSpan]) -> list[LabeledSpan]:
    """The clauses without measures that only count (行政备案2484条) and have no verb before them to count for.

    A volume whose verb stands one segment earlier is a measure (办理建议64件,政协提案31件); a bare breakdown that goes
    on from it is none (cases settled in the specification).

    Args:
        text: The cleaned text.
        clauses: The spans of the clause layer, in order.
        mentions: The spans of the mention layer, in order.
    """
    units = segments(text)
    place = {unit.start: i for i, unit in enumerate(units)}
    kept: list[LabeledSpan] = []
    for clause in clauses:
        at = place.get(clause.start)
        if clause.label == MEASURE and at is not None and _only_counts(text, clause, mentions):
            before = units[at - 1] if at else None
            if before is None or BREAKDOWN in text[before.end : clause.start]:
                continue
            if not (kept and kept[-1].label == MEASURE and kept[-1].contains(before)):
                continue
        kept.append(clause)
    return kept


def _only_counts(text: str, clause: CharSpan, mentions: Sequence[LabeledSpan]) -> bool:
    """Whether a clause is a metric with its values and nothing else."""
    inside = [mention for mention in mentions if clause.contains(mention)]
    if [span.label for span in inside[:1] + inside[-1:]] != [METRIC, QUANTITY] or inside[0].start != clause.start:
        return False
    between = "".join(text[a.end : b.start] for a, b in pairwise(inside))
    return inside[-1].end == clause.end and FILLERS.issuperset(between)


def _link_sentence(text: str, spans: Sequence[LabeledSpan], inside: Sequence[int]) -> list[Link]:
    metrics = {at: i for at, i in enumerate(inside) if spans[i].label == METRIC}
    owner: dict[int, int] = {}
    for at, i in enumerate(inside):
        follower = metrics.get(at + 1)
        if spans[i].label == QUANTITY and follower is not None and _between(text, spans, i, follower) in BEHIND:
            owner[follower] = i
    links = []
    for at, i in enumerate(inside):
        if spans[i].label != QUANTITY:
            continue
        if _is_change(text, spans, inside[:at], i):
            continue
        follower = metrics.get(at + 1)
        if follower is not None and owner.get(follower) == i:
            chosen = [follower]
        else:
            chosen = _metrics_before(text, spans, inside[:at], i, owner)
        if not chosen and follower is not None and _held(text, spans, inside, at):
            chosen = [follower]
        chosen = _in_turn(text, spans, inside[:at], i, chosen)
        links += [Link(i, metric, _product(spans[i].score, spans[metric].score)) for metric in chosen]
    return links


def _metrics_before(
    text: str, spans: Sequence[LabeledSpan], before: Sequence[int], quantity: int, owner: dict[int, int]
) -> list[int]:
    """The last metric before a quantity that it can belong to, with the metrics joined to it."""
    chosen: list[int] = []
    behind = quantity
    for i in reversed(before):
        gap = _between(text, spans, i, behind)
        if spans[i].label == QUANTITY:
            if chosen or BREAKS & set(gap):
                break
            behind = i
            continue
        if chosen:
            if gap not in JOINING:
                break
        elif BREAKS & set(gap) or i in owner:
            break
        chosen.append(i)
        behind = i
    return sorted(chosen)


def _is_change(text: str, spans: Sequence[LabeledSpan], before: Sequence[int], quantity: int) -> bool:
    """Whether the words right before a quantity say that it is the size of a change."""
    if not before or spans[before[-1]].label != METRIC:
        return False
    between = _between(text, spans, before[-1], quantity)
    # 翻一番: the verb is part of the figure.
    verb = "翻" if text.startswith("翻", spans[quantity].start) else ""
    return CHANGE.fullmatch(between + verb) is not None


def _held(text: str, spans: Sequence[LabeledSpan], inside: Sequence[int], at: int) -> bool:
    """Whether a quantity says how often the metric behind it was held, which has no value of its own behind it."""
    quantity, metric = inside[at : at + 2]
    if not TIMES.search(spans[quantity].of(text)) or not HELD.fullmatch(_between(text, spans, quantity, metric)):
        return False
    return not any(
        spans[i].label == QUANTITY and not BREAKS & set(_between(text, spans, metric, i))
        for i in inside[at + 2 : at + 3]
    )


def _in_turn(
    text: str, spans: Sequence[LabeledSpan], before: Sequence[int], quantity: int, metrics: list[int]
) -> list[int]:
    """Of metrics joined before values that are given in turn, the one that this value belongs to."""
    behind = [i for i in before if i > metrics[-1]] if len(metrics) > 1 else []
    if len(metrics) < 2 or not IN_TURN.search(text[spans[metrics[-1]].end : spans[quantity].start]):
        return metrics
    turn = len(behind)
    return [metrics[turn]] if turn < len(metrics) else metrics


def _between(text: str, spans: Sequence[LabeledSpan], first: int, second: int) -> str:
    return text[spans[first].end : spans[second].start]


def _product(a: float | None, b: float | None) -> float | None:
    return a * b if a is not None and b is not None else None


def indicators(
    text: str, clauses: Sequence[LabeledSpan], mentions: Sequence[LabeledSpan], links: Sequence[Link]
) -> list[dict[str, Any]]:
    """One row for each link: what is measured, and its value as exact plain decimals.

    Args:
        text: The cleaned text.
        clauses: The spans of the clause layer, in order.
        mentions: The spans of the mention layer, in order.
        links: Links between `mentions`.

    Returns:
        Rows with `metric`, `quantity` (both as written), `value`, `unit`, `kind`, `approximate`, `lower`, `upper` (see
        `fazhi.quantity.Quantity`; numbers as strings), `metric_id`, `quantity_id` and `clause_id` (the clause that
        encloses the quantity, or None). A quantity that cannot be read as a number has None for all that it would say.
    """
    rows = []
    for found in links:
        quantity, metric = mentions[found.quantity], mentions[found.metric]
        clause = next((i for i, c in enumerate(clauses) if c.contains(quantity)), None)
        rows.append(
            {
                "metric": metric.of(text),
                "quantity": quantity.of(text),
                **_reading(quantity.of(text)),
                "metric_id": span_id(MENTION, found.metric),
                "quantity_id": span_id(MENTION, found.quantity),
                "clause_id": None if clause is None else span_id(CLAUSE, clause),
            }
        )
    return rows


def _reading(written: str) -> dict[str, Any]:
    read = parse_quantity(written)
    if read is None:
        return dict.fromkeys(("value", "unit", "kind", "approximate", "lower", "upper"))

    def plain(number: Decimal | None) -> str | None:
        return None if number is None else decimal_string(number)

    return {
        "value": plain(read.value),
        "unit": read.unit,
        "kind": read.kind,
        "approximate": read.approximate,
        "lower": plain(read.lower),
        "upper": plain(read.upper),
    }
