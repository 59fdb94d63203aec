"""What rule 12 keeps out of a metric, whatever a model has found: places before it, 共 with its verb, 均 behind it.

A noun phrase does not end with an opening bracket either, nor begin with a closing one.

Of the rule's exclusions, only those are taken away that can be told by their characters alone.
"""

import re

from fazhi.types import CharSpan
from fazhi.vocabulary import MEASURE_VERBS

_PLACE = re.compile("(?:全|我|本)[省市区县旗镇乡州盟](?![级直属政委内外域际容长民卫场])")
_IN_ALL = re.compile(f".{{0,8}}?(?<![公中])(?:共计?|累计)有?(?:{'|'.join(MEASURE_VERBS)})?")
_EFFECT = re.compile("确保|实现|达到|做到")
_BEHIND = re.compile("(?:[共均近已仅、(（《“‘]|累计|共计)+$")
_OPENS = re.compile("[、)）》”’]+")
SHORTEST = 2


def metric_borders(text: str, span: CharSpan, region: str | None = None) -> CharSpan:
    """A metric without what the specification leaves outside it.

    A part is taken away only if `SHORTEST` characters are left.

    Args:
        text: The text.
        span: A metric in it.
        region: The leading region name of the issuer (`fazhi.metadata`).
    """
    start, end = span.start, span.end
    if (behind := _BEHIND.search(text, start, end)) and behind.start() - start >= SHORTEST:
        end = behind.start()
    for before in (_OPENS, _IN_ALL, _PLACE, re.compile(re.escape(region)) if region else None, _EFFECT):
        match = before.match(text, start, end) if before else None
        if match and end - match.end() >= SHORTEST:
            start = match.end()
    return CharSpan(start, end)
