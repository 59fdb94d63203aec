"""What the specification keeps out of a metric or quantity whatever a model has found, as far as characters tell.

Rule 12: places before a metric, its governing verb, 共 with its verb, titles of examples before 等, 均 behind it, 进行
with what is done to it. Rule 9: 达, 共, 累计 and delimiters before a quantity, and what has no number in it is none.
"""

import re

from fazhi.quantity import parse_quantity
from fazhi.types import CharSpan
from fazhi.vocabulary import ENDS_LIKE_INDICATOR, GOVERNING_VERBS, MEASURE_VERBS

_PLACE = re.compile("(?:全|我|本)[省市区县旗镇乡州盟](?![级直属政委内外域际容长民卫场])")
# 共 that tells of a sum, not that of 公共, 共享 or 共建.
_SUM = "(?<![公中])(?:共计|共(?![享性和同管识青商用产赢育鸣]|治(?!理)|[建创](?![成立设建]))|累计)"
_IN_ALL = re.compile(f".{{0,8}}?{_SUM}有?(?:{'|'.join(MEASURE_VERBS)})?")
_EFFECT = re.compile("确保|实现|达到|做到")
_TITLES = re.compile("(?:《[^《》]*》、?)+等")
_LIST_WORD = re.compile("其中")
_CONCERNS = re.compile("涉及(?=(?:金额|资金|人员|人数|面积|群众)$)")
# A verb that stands in front of its object: 废止文件. In 审结的案件 and 排查率 it belongs to the noun.
_GOVERNING = re.compile(f"(?:{'|'.join(GOVERNING_VERBS)})了?(?!.*的|[率数量额])")
_BEHIND = re.compile("(?:[共均近已仅、(（《“‘]|累计|共计)+$")
_OPENS = re.compile("[、)）》”’]+")
_DONE_TO_IT = re.compile("进行")
SHORTEST = 2
_BEFORE_NUMBER = re.compile("(?:累计|共计|总计|[共达成为计,，、:：])+")
# Without stops at the end, or a bracket that closes what was opened before it: (立案390件), but not 46台(艘).
_TO_ITS_END = re.compile("([^(（]+?)[)）,，、。;；:：]*")
_DIGITS = re.compile(r"(?<![\d.,，万亿])[\d]")
_NUMERALS = re.compile("[\\d两二三四五六七八九十百千万亿倍成半]")


def metric_borders(text: str, span: CharSpan, region: str | None = None) -> CharSpan:
    """A metric without what the specification leaves outside it.

    A part is taken away only if `SHORTEST` characters are left.

    Args:
        text: The text.
        span: A metric in it.
        region: The leading region name of the issuer (`fazhi.metadata`).
    """
    start, end = span.start, span.end
    for after in (_DONE_TO_IT, _BEHIND):
        if (behind := after.search(text, start, end)) and behind.start() - start >= SHORTEST:
            end = behind.start()
    named = ENDS_LIKE_INDICATOR.search(text[start:end]) is not None
    for before in (
        _LIST_WORD,
        _OPENS,
        _IN_ALL,
        _PLACE,
        re.compile(re.escape(region)) if region else None,
        _EFFECT,
        _CONCERNS,
        None if named else _GOVERNING,
        _TITLES,
    ):
        match = before.match(text, start, end) if before else None
        if match and end - match.end() >= SHORTEST:
            start = match.end()
    return CharSpan(start, end)


def quantity_borders(text: str, span: CharSpan) -> list[CharSpan]:
    """A quantity without what the specification leaves outside it; two, where two were taken for one; or none.

    Args:
        text: The text.
        span: A quantity in it.

    Returns:
        Spans inside `span`, each of which `fazhi.quantity` can read; `span` as it is where it holds a number that
        cannot be read otherwise.
    """
    before = _BEFORE_NUMBER.match(text, span.start, span.end)
    start = before.end() if before and before.end() < span.end else span.start
    bare = _TO_ITS_END.fullmatch(text, start, span.end)
    whole = CharSpan(start, bare.end(1) if bare else span.end)
    if parse_quantity(whole.of(text)) is not None:
        return [whole]
    for i in range(whole.start + 1, whole.end):
        parts = [CharSpan(whole.start, i), CharSpan(i, whole.end)]
        if _DIGITS.match(text, i) and all(parse_quantity(part.of(text)) is not None for part in parts):
            return parts
    return [CharSpan(span.start, span.end)] if _NUMERALS.search(text, whole.start, whole.end) else []
