"""Clause segments and sentences: the units that the specification marks and links within (rules 1 and 15).

A segment is the text between two clause delimiters at depth 0. Its borders are known before any model has
looked, so gold is checked against them and the decoder uses them.
"""

import re
from collections.abc import Sequence

from fazhi.types import CharSpan

DELIMITERS = frozenset(",，。;；:：!！?？\n")
SENTENCE_ENDS = frozenset("。!！?？\n")
BRACKETS = {
    "《": "》", "“": "”", "「": "」", "『": "』", "(": ")", "（": "）", "[": "]", "【": "】", "〔": "〕", "〈": "〉",
    "［": "］", "{": "}", "＜": "＞",
}  # fmt: skip
_CLOSERS = {closer: opener for opener, closer in BRACKETS.items()}

# Numbers with a comma before each three digits, and times of day.
NUMBER = re.compile(
    r"(?<![\d.,，])\d{1,3}(?:[,，]\d{3})+(?![\d%％]|[,，]\d{1,2}(?!\d))|(?<!\d)[012]?\d[:：][0-5]\d(?:[:：][0-5]\d)?(?!\d)"
)
# Behind a list number: 1.加强, 2.2018年, but not 1.5万.
POINT = r"[.．](?:(?!\d)|(?=(?:19|20)\d\d年))"
# What may stand before an item of a list in place of a number: ●, ◆, —— and their like.
BULLET = r"(?:[●○•·∙◆◇■□▪▲△★☆►▶※➢➤✓✔√]|(?:[—–]{1,2}|-)(?=[ \u4e00-\u9fff“《]))"
LIST_WORD = re.compile(
    r"\s*(?:(?:[一二三四五六七八九十]{1,3}是(?:要)?(?![一二三四五六七八九十])"
    r"|(?:首先|其次|再次|最后(?!一)|一方面|另一方面|与此同时|在此同时|同时(?!期)|此外|另外|其中(?!国))"
    rf"|(?:\d{{1,2}}(?:{POINT}|[、)）])|[①-⑳⑴-⒇㈠-㈩]"
    r"|[(（](?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）]、?"
    r"|第[一二三四五六七八九十]{1,2}、(?![第一二三四五六七八九十])"
    rf"|[一二三四五六七八九十]{{1,3}}、|{BULLET}))\s*)+"
)


def depths(text: str) -> list[int]:
    """How many quotation marks, title marks and brackets enclose each character.

    Pairs are matched within one line, and a mark without a partner counts for nothing, so that one lost bracket
    cannot swallow the rest of a report. The marks themselves count as inside.

    Returns:
        n numbers, 0 for what stands outside of all.
    """
    change = [0] * (len(text) + 1)
    open_marks: list[tuple[str, int]] = []
    for i, char in enumerate(text):
        if char == "\n":
            open_marks.clear()
        elif char in BRACKETS:
            open_marks.append((char, i))
        elif char in _CLOSERS:
            for j in range(len(open_marks) - 1, -1, -1):
                if open_marks[j][0] == _CLOSERS[char]:
                    change[open_marks[j][1]] += 1
                    change[i + 1] -= 1
                    del open_marks[j:]
                    break
    depth = 0
    result = []
    for step in change[:-1]:
        depth += step
        result.append(depth)
    return result


def number_marks(text: str) -> set[int]:
    """Offsets of commas and colons that belong to a number: 1,234 and 08:55, but not 达95,2023年."""
    return {i for match in NUMBER.finditer(text) for i in range(match.start(), match.end())}


def delimiters(text: str) -> list[int]:
    """Offsets of the clause delimiters at depth 0."""
    in_numbers = number_marks(text)
    return [
        i
        for i, (char, depth) in enumerate(zip(text, depths(text), strict=True))
        if depth == 0 and char in DELIMITERS and i not in in_numbers
    ]


def segments(text: str) -> list[CharSpan]:
    """The segments of a text, without delimiter, outer white space and leading list words.

    A segment of which nothing is left is not listed.
    """
    found = []
    start = 0
    for end in (*delimiters(text), len(text)):
        piece = text[start:end]
        lead = LIST_WORD.match(piece)
        begin = start + (lead.end() if lead else len(piece) - len(piece.lstrip()))
        stop = start + len(piece.rstrip())
        if begin < stop:
            found.append(CharSpan(begin, stop))
        start = end + 1
    return found


def clause_units(text: str, barred: Sequence[CharSpan]) -> list[CharSpan]:
    """The segments of a text that can be a clause, because they do not lie where none can be."""
    return [unit for unit in segments(text) if not any(unit.overlaps(span) for span in barred)]


def sentences(text: str) -> list[CharSpan]:
    """The sentences of a text, up to and with their final mark; they cover it but for line breaks."""
    found = []
    start = 0
    for i in delimiters(text):
        if text[i] in SENTENCE_ENDS:
            end = i if text[i] == "\n" else i + 1
            if end > start:
                found.append(CharSpan(start, end))
            start = i + 1
    if start < len(text):
        found.append(CharSpan(start, len(text)))
    return found
