"""Raw text to cleaned text, with a map that leads every cleaned character back to its source.

Cleaning never changes what a report says: it takes away what a web page put around and between the words.
Each operation works on a `MappedText` and gives a new one, so that the map is never kept by hand.
The cleaned text is also what gold is annotated on.

Operations look only at their near surroundings, or at the `Condition` of the whole text. Hence a piece of the
source, cleaned with the condition of its document, gives the same characters as the document cleaned at once.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import opencc

from fazhi.types import CharSpan

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HAN_CHARACTER = re.compile(f"[{HAN}]")
CJK = HAN + "\u3001-\u303f\uff01-\uffef“”‘’…—·"

LINE_END = re.compile("\r\n?|[\u2028\u2029\u0085\x0b\x0c]")
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffe]+")
_PINYIN = "[(（](?=[a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ])[a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ]{1,6}[)）]"
GLOSS = re.compile(f"(?<=[{HAN}])(?:{_PINYIN})+")
GLOSS_BEHIND_GAP = re.compile(rf"(?<=[{HAN}])(?:[^\S\n]*{_PINYIN})+")
LOST_SPACE = re.compile(r"\?")
LOST_INDENT = re.compile(r"^[^\S\n]*(?:\?[^\S\n]*){2,}", re.MULTILINE)
STRAY_SPACE = re.compile(rf"(?<=[{CJK}])[^\S\n](?=\S)|(?<=\S)[^\S\n](?=[{CJK}])")
SPACE = re.compile(r"[^\S\n]+")
INDENT = re.compile(r"^ | $", re.MULTILINE)
DOUBLED_COMMA = re.compile("(?<=[^\n?])[,，](?= ?[,，、。;；:：!！?？])")
BLANK_LINES = re.compile("^\n+|\n+$|(?<=\n)\n+")
# The number at a page's foot or head, with the line break before it: the paragraph may go on behind it.
PAGE_NUMBER = re.compile(
    r"\n[ \u3000]*(?:[-–—·~]{1,2} ?\d{1,3} ?[-–—·~]{1,2}|第 ?\d{1,3} ?页(?:[ ,，]?共 ?\d{1,3} ?页)?)[ \u3000]*(?=\n|$)"
)
LINE_BREAK = re.compile(r"(?<=[^\n])\n(?=[^\n])")
# What begins a paragraph of its own also where lines are broken by width: an indent, a list number or a bullet.
PARAGRAPH_START = re.compile(
    r"[? \u00a0\u3000\t]{2}|\u3000|[(（]?[一二三四五六七八九十]{1,3}[)）、]|第[一二三四五六七八九十]{1,3}(?:部分|、)"
    r"|\d{1,2}[.．、](?!\d)|[(（]?\d{1,2}[)）]|[①-⑳⑴-⒇㈠-㈩]|[●○◆◇■□▪▲△★☆►▶➢➤✓✔√]"
)
# What stays together where lines are broken by width: a number or word in Latin letters, or one Chinese character
# with its gloss and the punctuation that cannot begin a line.
UNBROKEN = re.compile(r"(?:[!-~０-９Ａ-Ｚａ-ｚ]+|.(?:\([^()\n]{1,8}\))?)[\s,，、。;；:：!！?？”’）》]{0,4}")
# A text is taken for broken by width if so many of its lines, and such a share, are as long as lines get, and if most
# of these stop in the middle of a sentence.
FEWEST_FULL_LINES = 8
LEAST_FULL_SHARE = 0.3
LEAST_CUT_SHARE = 0.7
SLACK_CELLS = 4
WIDE_ALPHANUMERIC = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()}

# A Latin word with small letters that is part of no address or file name; Cyrillic, Arabic, Thai, kana, Hangul.
FOREIGN_WORD = re.compile(
    r"(?<![\w@./:+-])(?=[A-Z]*[a-z])[A-Za-z]{3,}(?![\w@/:+-]|\.\w)"
    "|[\u0400-\u04ff]+|[\u0590-\u06ff]+|[\u0e00-\u0e7f]+|[\u3041-\u30fa]+|[\uac00-\ud7af]+",
    re.ASCII,
)
KNOWN_WORDS = frozenset({"app", "wifi", "deepseek", "vlog", "biz"})

# Whole lines that a web page adds around a report. Patterns see one line without indent.
FURNITURE: dict[str, re.Pattern[str]] = {
    reason: re.compile(f"(?:{pattern})", re.IGNORECASE)
    for reason, pattern in {
        "page control": r"[\s:：\[\]【】()>|]*"
        r"(?:(?:支持IPv6|(?:进入)?无障碍(?:版|浏览|阅读)?|长者(?:助手|模式|版)|关怀版|适老版|登录|注册|"
        r"(?:网站)?首页|分享到?|微信|头条|微博|空间|QQ|(?:我要)?打印(?:本页)?|关闭(?:窗口|本页)?|收藏|字体|字号|"
        r"[大中小])[\s:：\[\]【】()>|]*)+",
        "navigation path": r"(?:您|你)?(?:的)?(?:现在的?|当前的?|所在的?)?位置\s*[:：].{0,80}",
        "source line": r"(?:\d{4}-\d{1,2}-\d{1,2}(?: \d{1,2}:\d{2}(?::\d{2})?)?\s*)?"
        r"(?:信息来源|文章来源|稿件来源|来源)\s*[:：].{0,80}",
        "page facts": r"(?:(?:(?:发布|发文|成文|更新)(?:时间|日期|单位|机构|机关)|日期|作者|点击数|主题词"
        r"|(?:信息)?索引号|主题分类|公开方式|有效性|审核程序)\s*[:：]|时间\s*[:：]\s*\d{4}(?=[-年/.])).{0,100}",
        "reader count": r"(?:浏览|阅读|点击|访问)(?:次数|量|数)?\s*[:：]?\s*\d*次?",
        "file links": r"(?:文件|附件|相关|关联)(?:下载|文件|链接|附件|文档|稿件)\s*[:：]?",
        "neighbouring page": r"(?:上一[篇条]|下一[篇条]|扫一扫).{0,60}",
        "editor": r"(?:责任编辑|编辑|责编|校对|审核|审校|终审|初审|复审)\s*[:：]\s*\S{1,12}",
        "index table": r"(?=(?:[^|\n]*\|){2})[^\n]{0,120}",
        "lone symbol": r"[#*_=>\-|]+",
    }.items()
}
FURNITURE_LINE = re.compile(r"^[^\n]{1,160}$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of the source that cleaning took away or replaced, and why."""

    source: CharSpan
    reason: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What the whole source tells about how it was damaged.

    Attributes:
        traditional: The text is in traditional script.
        spaces_lost: Spaces came out as question marks, as happens on pages that gloss characters with pinyin.
        line_cells: How wide lines are at most where paragraphs are broken by width, in cells (two for a Chinese
            character, one for a Latin letter); 0 where each line is a paragraph.
    """

    traditional: bool = False
    spaces_lost: bool = False
    line_cells: int = 0


@dataclass(frozen=True, slots=True)
class MappedText:
    """A text made from a source, with the place in the source of each of its characters.

    Attributes:
        text: The text, n characters.
        source: What it was made from.
        starts: n source offsets, never falling: where each character begins.
        ends: n source offsets, never falling: where each character ends (half-open).
        edits: What was changed on the way, in order of the operations.
    """

    text: str
    source: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    edits: tuple[Edit, ...] = ()

    @classmethod
    def of(cls, source: str) -> "MappedText":
        """The source itself, each character mapped to its own place."""
        return cls(source, source, tuple(range(len(source))), tuple(range(1, len(source) + 1)))

    def sub(self, pattern: re.Pattern[str], replace: str | Callable[[re.Match[str]], str], reason: str) -> "MappedText":
        """Replace every match by a text that is not longer.

        The first characters of the replacement stand for the first of the match, its last one for all that is
        left of the match.

        Raises:
            ValueError: if a replacement is longer than its match.
        """
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        edits: list[Edit] = []
        done = 0
        for match in pattern.finditer(self.text):
            new = replace if isinstance(replace, str) else replace(match)
            old, (begin, end) = match.group(), match.span()
            if new == old:
                continue
            if len(new) > len(old):
                raise ValueError(f"the replacement {new!r} is longer than its match {old!r}")
            kept = begin + len(new)
            pieces += self.text[done:begin], new
            starts += self.starts[done:kept]
            ends += self.ends[done:kept]
            if new:
                ends[-1] = self.ends[end - 1]
            edits.append(Edit(CharSpan(self.starts[begin], self.ends[end - 1]), reason))
            done = end
        if not edits:
            return self
        pieces.append(self.text[done:])
        starts += self.starts[done:]
        ends += self.ends[done:]
        return MappedText("".join(pieces), self.source, tuple(starts), tuple(ends), self.edits + tuple(edits))

    def translate(self, table: dict[int, int], reason: str) -> "MappedText":
        """Replace characters one for one."""
        new = self.text.translate(table)
        edits = tuple(
            Edit(CharSpan(self.starts[i], self.ends[i]), reason)
            for i, (a, b) in enumerate(zip(self.text, new, strict=True))
            if a != b
        )
        return MappedText(new, self.source, self.starts, self.ends, self.edits + edits)

    def to_source(self, span: CharSpan) -> CharSpan:
        """The source characters that a span of the text was made from.

        Raises:
            IndexError: if the span reaches beyond the text.
        """
        return CharSpan(self.starts[span.start], self.ends[span.end - 1])

    def from_source(self, span: CharSpan) -> CharSpan | None:
        """The characters of the text made from a span of the source, or None where all of it was taken away."""
        start = bisect_right(self.ends, span.start)
        end = bisect_left(self.starts, span.end)
        return CharSpan(start, end) if start < end else None


def foreign_words(text: str) -> list[CharSpan]:
    """Words that hardly belong into an official Chinese text: of Latin letters, not all capital, or of other scripts.

    They may come from a broken page or a slip of the pen. Nothing is changed: what they stood for cannot be known.
    """
    return [
        CharSpan(*found.span()) for found in FOREIGN_WORD.finditer(text) if found.group().lower() not in KNOWN_WORDS
    ]


@cache
def _to_simplified() -> dict[int, int]:
    """Traditional → simplified for every character that has exactly one simplified form (OpenCC, `t2s`)."""
    convert = opencc.OpenCC("t2s").convert
    return {
        code: ord(simple)
        for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00))
        if (simple := convert(chr(code))) != chr(code) and len(simple) == 1
    }


@cache
def _only_traditional(char: str) -> bool:
    """Whether a character is used in traditional script alone: it has a simplified form and GB 2312 lacks it."""
    if ord(char) not in _to_simplified():
        return False
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


def condition(source: str) -> Condition:
    """What is wrong with a source as a whole: the facts that its pieces cannot tell alone."""
    traditional = sum(map(_only_traditional, source))
    simplified = sum(map(_only_simplified, source))
    glossed = GLOSS.search(source) is not None
    return Condition(traditional=traditional > simplified, spaces_lost=glossed, line_cells=_line_cells(source))


def cells(text: str) -> int:
    """The width of a text as it is shown: two for a character that is wide in Chinese type, one for any other."""
    return sum(1 + (unicodedata.east_asian_width(char) in "WFA") for char in text)


def _line_cells(source: str) -> int:
    """The width at which a text's lines are broken, or 0 if its lines are paragraphs."""
    lines = [line.rstrip() for line in LINE_END.sub("\n", source).split("\n") if line.strip()]
    if len(lines) < FEWEST_FULL_LINES:
        return 0
    widths = [cells(line) for line in lines]
    # The longest lines may be few and odd (a table, a link): take the width that most full lines share.
    best = max(set(widths), key=lambda w: sum(w - SLACK_CELLS <= other <= w for other in widths))
    full = [line for line, width in zip(lines, widths, strict=True) if best - SLACK_CELLS <= width <= best]
    cut = [line for line in full if line[-1] not in "。！!；;：:"]
    longer = sum(width > best for width in widths)
    shared = len(full) >= max(FEWEST_FULL_LINES, LEAST_FULL_SHARE * len(lines))
    told = shared and len(cut) >= LEAST_CUT_SHARE * len(full) and longer <= len(full) // 10
    return best if told and best >= 3 * SLACK_CELLS else 0


@cache
def _only_simplified(char: str) -> bool:
    """Whether a character is the simplified form of another and Big5, the code of traditional script, lacks it."""
    if char not in _simplified_forms():
        return False
    try:
        char.encode("big5")
    except UnicodeEncodeError:
        return True
    return False


@cache
def _simplified_forms() -> frozenset[str]:
    return frozenset(map(chr, _to_simplified().values()))


def _join_lines(mapped: MappedText, width: int, is_piece: bool) -> MappedText:
    """Take away the line breaks inside paragraphs: behind a full line, unless the next one begins a paragraph.

    A span never reaches over the end of a paragraph, so all breaks inside a piece are of this kind.
    """

    def replace(found: re.Match[str]) -> str:
        text, at = found.string, found.start()
        line = text[text.rfind("\n", 0, at) + 1 : at].rstrip()
        unbroken = UNBROKEN.match(text, at + 1)
        full = cells(line) + (cells(unbroken.group()) if unbroken else 0) > width - SLACK_CELLS
        joined = full and not PARAGRAPH_START.match(text, at + 1)
        # Between two Latin letters the break stood for a blank.
        latin = text[at - 1].isascii() and text[at + 1].isascii() and text[at - 1].isalpha() and text[at + 1].isalpha()
        return (" " if latin else "") if joined or is_piece else "\n"

    return mapped.sub(LINE_BREAK, replace, "line break inside a paragraph")


def _drop_furniture(mapped: MappedText) -> MappedText:
    for reason, pattern in FURNITURE.items():
        mapped = mapped.sub(
            FURNITURE_LINE,
            lambda line, pattern=pattern: "" if pattern.fullmatch(line.group()) else line.group(),  # type: ignore[misc]
            reason,
        )
    return mapped


def clean(source: str | MappedText, piece_of: Condition | None = None) -> MappedText:
    """Clean a report.

    Args:
        source: The decoded text as found, or a text that was itself made from a source (an HTML page), whose places
            then lead back there.
        piece_of: The condition of the document that `source` is a piece of, if it is not a whole document. Whole
            lines of page furniture are looked for in documents only.

    Returns:
        The cleaned text with its map. It has no indents, no blank lines, no white space but single blanks and
        line breaks, no full-width letters or digits and no pinyin glosses; traditional script is simplified.
        Punctuation keeps its width. The result may be empty.
    """
    mapped = MappedText.of(source) if isinstance(source, str) else source
    state = piece_of or condition(mapped.text)
    mapped = mapped.sub(LINE_END, "\n", "line end")
    mapped = mapped.sub(INVISIBLE, "", "invisible character")
    if piece_of is None:
        mapped = _drop_furniture(mapped)
    mapped = mapped.sub(PAGE_NUMBER, "", "page number")
    if state.line_cells:
        mapped = _join_lines(mapped, state.line_cells, is_piece=piece_of is not None)
    mapped = mapped.translate(WIDE_ALPHANUMERIC, "full-width letter or digit")
    mapped = mapped.sub(GLOSS, "", "pinyin gloss")
    if state.traditional:
        mapped = mapped.translate(_to_simplified(), "traditional script")
    mapped = mapped.sub(LOST_INDENT, "", "lost indent")
    if state.spaces_lost:
        mapped = mapped.sub(LOST_SPACE, " ", "lost space")
    mapped = mapped.sub(STRAY_SPACE, "", "stray space")
    mapped = mapped.sub(GLOSS_BEHIND_GAP, "", "pinyin gloss")  # which lost spaces had stood before
    mapped = mapped.sub(SPACE, " ", "white space")
    mapped = mapped.sub(INDENT, "", "indent")
    mapped = mapped.sub(DOUBLED_COMMA, "", "doubled punctuation")
    if piece_of is None:
        mapped = _drop_furniture(mapped)
    return mapped.sub(BLANK_LINES, "", "blank line")
