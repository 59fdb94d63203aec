"""The heading tree of a report, and the heading path of each of its characters.

Headings decide roles: the same words are a measure in one section and a plan in another.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from fazhi.clauses import BULLET, POINT, delimiters
from fazhi.types import CharSpan, Section

CHINESE_NUMBER = "[一二三四五六七八九十百]{1,4}"
# One pattern for each kind of list number that can lead a heading, as written at the start of a line.
MARKERS: dict[str, re.Pattern[str]] = {
    "part": re.compile(rf"第{CHINESE_NUMBER}(?:部分|章|篇)[、:：]?\s*"),
    "一、": re.compile(rf"{CHINESE_NUMBER}[、.．]\s*"),
    "（一）": re.compile(rf"(?:[(（]{CHINESE_NUMBER}[)）]|[㈠-㈩])、?\s*"),
    "第一、": re.compile(r"第[一二三四五六七八九十]{1,2}、(?![第一二三四五六七八九十])\s*"),
    "1.": re.compile(rf"\d{{1,2}}(?:{POINT}|、)\s*"),
    "（1）": re.compile(r"(?:[(（]\d{1,2}[)）]|[⑴-⒇])、?\s*"),
    "1）": re.compile(r"\d{1,2}[)）]、?\s*"),
    "①": re.compile(r"[①-⑳]\s*"),
}
LONGEST_TITLE = 60
LONGEST_PREAMBLE = 0.15
"""The share of a report before its first heading, at most, that is a preamble without a sentence that leads into the
report (现将有关情况报告如下:); where list numbers begin later, that is text under no heading."""
_LEADS_IN = re.compile(r"如下[:：。.]?\s*$")
TITLE_ENDS = frozenset("。:：;；!！\n")
SENTENCE = re.compile("[。;；!！,，]")
SURELY_ITEMS = 2
"""So many numbered lines in a row that govern nothing make the next one an item too, whatever stands under it."""
_BULLETED = re.compile(rf"^{BULLET}[^\S\n]*", re.MULTILINE)


def sections(text: str) -> list[Section]:
    """The headings of a report with the text they govern, in order.

    A heading starts a line with a list number (一、 （一） 1. and their like). Its title is the rest of the line, or
    the first sentence where the body runs on behind it. A numbered line whose first sentence is longer than
    `LONGEST_TITLE` characters is body text, not a heading, and so is one that governs nothing: an item of a list. The
    kinds of list number may nest in any order: a kind that is not open yet opens one level deeper.

    Returns:
        Sections whose `parent` is an index into the same list.
    """
    found = _numbered(text)
    kept = _governing(text, found)
    place: dict[int | None, int | None] = {old: new for new, old in enumerate(kept)} | {None: None}
    return [replace(found[i], parent=place[found[i].parent]) for i in kept]


def items(text: str) -> list[CharSpan]:
    """What leads the items of lists, line by line: a bullet, or a list number that leads no heading; in order.

    Blanks behind it are included.
    """
    found = _numbered(text)
    kept = set(_governing(text, found))
    numbers = [CharSpan(s.heading.start, s.heading.end - len(s.title)) for i, s in enumerate(found) if i not in kept]
    return sorted(numbers + [CharSpan(*match.span()) for match in _BULLETED.finditer(text)])


def without_item_marks(text: str) -> str:
    """The text with as many blanks for what leads its items (`items`): no offset changes.

    A tagger reads and learns from this. In reports as they mostly are, a number at the start of a line leads a heading,
    which carries no label; an item does.
    """
    for mark in items(text):
        text = text[: mark.start] + " " * len(mark) + text[mark.end :]
    return text


def _numbered(text: str) -> list[Section]:
    """All lines with a list number, with the text up to the next of their own or a higher level.

    The parent of none is a line whose first sentence is too long for a title.
    """
    ends = [i for i in delimiters(text) if text[i] in TITLE_ENDS]
    found: list[Section] = []
    open_kinds: list[tuple[str, int | None]] = []
    start = 0
    for line in text.split("\n"):
        match = _marker(line)
        if match is not None:
            kind, marker = match
            begin = start + len(marker)
            stop = next((i for i in ends if i >= begin), len(text))
            title = text[begin:stop].rstrip()
            if title:
                depth = next((d for d, (open_kind, _) in enumerate(open_kinds) if open_kind == kind), None)
                if depth is not None:
                    del open_kinds[depth:]
                parent = open_kinds[-1][1] if open_kinds else None
                open_kinds.append((kind, len(found) if len(title) <= LONGEST_TITLE else parent))
                heading = CharSpan(start, begin + len(title))
                found.append(Section(marker.strip(), title, len(open_kinds) - 1, heading, len(text), parent))
        start += len(line) + 1
    return _with_ends(found)


def _marker(line: str) -> tuple[str, str] | None:
    for kind, pattern in MARKERS.items():
        if match := pattern.match(line):
            return kind, match.group()
    return None


def _with_ends(found: list[Section]) -> list[Section]:
    """Each section ends where the next one of its own or a higher level begins."""
    return [
        replace(
            section,
            end=next((later.heading.start for later in found[i + 1 :] if later.level <= section.level), section.end),
        )
        for i, section in enumerate(found)
    ]


def _governing(text: str, found: Sequence[Section]) -> list[int]:
    """The places of the sections that govern a sentence, a bulleted list or another section.

    What follows the last item of a report is its issuer and date, and they are no sentence. An item ends with a
    semicolon, or is followed by the next one at once (1.加强培训。2.严格执法。). And what stands under the last of
    `SURELY_ITEMS` or more lines that govern nothing belongs to all of them.
    """
    parents = {section.parent for section in found}
    kept: list[int] = []
    bare: dict[tuple[int | None, int], int] = {}
    for i, section in enumerate(found):
        run = (section.parent, section.level)
        if i in parents or _governs_text(text, section, items_before=bare.get(run, 0)):
            kept.append(i)
            bare[run] = 0
        else:
            bare[run] = bare.get(run, 0) + 1
    return kept


def _governs_text(text: str, section: Section, *, items_before: int) -> bool:
    """Whether a sentence or a bulleted list stands under a line, and not under all `items_before` it as well."""
    end = section.heading.end
    rest = text[end : section.end].partition("\n")[0]
    if len(section.title) > LONGEST_TITLE or rest.startswith((";", "；")):
        return False
    if _same_kind(rest[1:].lstrip(), section.marker) or (len(rest) <= 1 and items_before >= SURELY_ITEMS):
        return False
    return any(pattern.search(text, end + 1, section.end) for pattern in (SENTENCE, _BULLETED))


def _same_kind(line: str, marker: str) -> bool:
    found, own = _marker(line), _marker(marker)
    return found is not None and own is not None and found[0] == own[0]


def headings(text: str) -> list[CharSpan]:
    """The characters of all headings, markers included."""
    return [section.heading for section in sections(text)]


def without_clauses(tree: Sequence[Section], text: str) -> list[CharSpan]:
    """Where no clause can be labelled: the headings, and the preamble, all before the first (rules 2 and 3).

    Args:
        tree: The text's sections.
        text: The text.
    """
    found = [section.heading for section in tree]
    if found and (end := found[0].start):
        last_line = text.rfind("\n", 0, len(text[:end].rstrip())) + 1
        if end <= LONGEST_PREAMBLE * len(text) or _LEADS_IN.search(text[last_line:end]):
            found.insert(0, CharSpan(0, end))
    return found


def path(tree: Sequence[Section], offset: int) -> tuple[int, ...]:
    """The indices of the sections that enclose a character, outermost first; empty before the first heading."""
    inner = [i for i, section in enumerate(tree) if section.heading.start <= offset < section.end]
    return tuple(inner)


def titles(tree: Sequence[Section], offset: int) -> list[str]:
    """The heading path of a character as written, outermost first."""
    return [tree[i].marker + tree[i].title for i in path(tree, offset)]


def regions(tree: Sequence[Section], length: int) -> list[tuple[CharSpan, tuple[int, ...]]]:
    """The stretches of a text of `length` characters that share one heading path; they cover it in order."""
    borders = sorted({0, length, *(s.heading.start for s in tree), *(s.end for s in tree)})
    return [(CharSpan(a, b), path(tree, a)) for a, b in zip(borders, borders[1:], strict=False)]
