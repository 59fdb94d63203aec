"""What rules alone find: the specification's word lists and a number pattern. The baseline that a model must beat.

Nothing here is learnt, and nothing was fitted to the reports: the lists are those of the specification
(`fazhi.vocabulary`), the classifiers those of its examples.
"""

import re
from collections.abc import Iterator

from fazhi.clauses import segments
from fazhi.labels import MEASURE, METRIC, PLAN, QUANTITY, SHORTCOMING
from fazhi.quantity import parse_quantity
from fazhi.sections import sections, titles
from fazhi.types import CharSpan, LabeledSpan
from fazhi.vocabulary import (
    MEASURE_VERBS,
    PLAN_HEADING,
    SHORTCOMING_HEADING,
    SHORTCOMING_SIGN,
    STARTS_WITH_EFFECT_VERB,
    STARTS_WITH_FRAME_WORD,
    STARTS_WITH_MEASURE_VERB,
)

HEDGE = "(?:约|近|超过?|逾|不少于|不低于|不超过)"
CLASSIFIERS = (
    "个百分点|万余?[件人元次条份户]|平方米|公里|人次|场次|批次|户次|件次|家次|车次"
    "|余?[件个次份人名条项家场起部篇期台套元亩所支户宗处门天倍]|[%％‰]"
)
NUMBER = re.compile(rf"{HEDGE}?(?<![\d.])\d[\d,]*(?:\.\d+)?[余多]?[万亿]?[余多]?(?:{CLASSIFIERS})(?:以上|以下|左右)?")
DATE = re.compile(r"\d{4}\s*年|\d{1,2}\s*月|\d{1,2}\s*日|第\d+")
# What stands between a metric and its value, or closes a noun phrase.
BEFORE_VALUE = re.compile("(?:共|累计|共计|均|达到?|为|约|近|超过|提高到|下降到|[是有])+$")
NOUN_END = re.compile("[,，。;；:：、!！?？\n]|和|及|与|等|并|的")
VERBS = re.compile("|".join(sorted(MEASURE_VERBS, key=len, reverse=True)))


def find(text: str) -> list[LabeledSpan]:
    """The spans of both layers that the rules see in a cleaned text, in order."""
    return sorted([*_clauses(text), *_mentions(text)])


def _clauses(text: str) -> Iterator[LabeledSpan]:
    tree = sections(text)
    inside_headings = [section.heading for section in tree]
    for unit in segments(text):
        path = "/".join(titles(tree, unit.start))
        if not path or any(unit.overlaps(heading) for heading in inside_headings):
            continue
        label = _label(unit.of(text), path)
        if label:
            yield LabeledSpan(unit.start, unit.end, label)


def _label(segment: str, path: str) -> str | None:
    acts = STARTS_WITH_MEASURE_VERB.match(segment) is not None
    if PLAN_HEADING.search(path) and (acts or STARTS_WITH_EFFECT_VERB.match(segment)):
        return PLAN
    if SHORTCOMING_HEADING.search(path) and SHORTCOMING_SIGN.search(segment):
        return SHORTCOMING
    if acts and not STARTS_WITH_FRAME_WORD.match(segment):
        return MEASURE
    return None


def _mentions(text: str) -> Iterator[LabeledSpan]:
    dates = [CharSpan(*found.span()) for found in DATE.finditer(text)]
    numbers = [
        CharSpan(*found.span())
        for found in NUMBER.finditer(text)
        if parse_quantity(found.group()) is not None
        and not any(CharSpan(*found.span()).overlaps(date) for date in dates)
    ]
    taken = 0
    for i, number in enumerate(numbers):
        yield LabeledSpan(number.start, number.end, QUANTITY)
        limit = numbers[i + 1].start if i + 1 < len(numbers) else len(text)
        metric = _behind(text, number, limit) or _before(text, number, max(taken, numbers[i - 1].end if i else 0))
        if metric:
            yield LabeledSpan(metric.start, metric.end, METRIC)
            taken = metric.end
        taken = max(taken, number.end)


def _behind(text: str, number: CharSpan, limit: int) -> CharSpan | None:
    """A counted noun right behind a number (95个高频事项)."""
    end = NOUN_END.search(text, number.end, limit)
    stop = end.start() if end else limit
    return CharSpan(number.end, stop) if stop - number.end >= 2 and text[number.end] not in " %" else None


def _before(text: str, number: CharSpan, first: int) -> CharSpan | None:
    """What was counted in front of a number, behind the verb (办理建议358件)."""
    start = max(first, *(text.rfind(sign, 0, number.start) + 1 for sign in ",，。;；:：\n"))
    piece = text[start : number.start]
    verbs = list(VERBS.finditer(piece))
    begin = verbs[-1].end() if verbs else 0
    stop = len(BEFORE_VALUE.sub("", piece))
    return CharSpan(start + begin, start + stop) if stop - begin >= 2 else None
