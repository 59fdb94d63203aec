"""Cleaned text to web text: what `fazhi.text` does, backwards, with the offsets carried along.

For testing the cleaner on damage whose right answer is known, and for training on text as it is found.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate

import opencc
import pypinyin

from fazhi.annotations.documents import GoldDocument
from fazhi.text import HAN_CHARACTER, MappedText, cells
from fazhi.types import LabeledSpan

PUNCTUATION = frozenset(",，、。;；:：!！")
CANNOT_BEGIN_A_LINE = PUNCTUATION | frozenset("?？”’）》")
HEAD_FURNITURE = (
    "网站首页",
    "您现在的位置：首页 > 政府信息公开 > 法治政府建设",
    "当前位置: 首页>>通知公告",
    "来源：司法局 发布时间：2024-01-15",
    "【字体：大 中 小】",
    "打印本页",
    "浏览次数：1024",
    "分享到：微信 微博",
)
FOOT_FURNITURE = (
    "上一篇：关于开展专项检查的通知",
    "下一篇：没有了",
    "责任编辑：王芳",
    "附件下载",
    "扫一扫在手机打开当前页",
    "***",
)


@dataclass(slots=True)
class _Page:
    """A text on its way to a page: each character as it will be shown, and what will stand before it."""

    shown: list[str]
    before: list[str] = field(init=False)
    behind: str = ""

    def __post_init__(self) -> None:
        self.before = [""] * len(self.shown)


Noise = Callable[[_Page, str, random.Random], None]


def _furniture(page: _Page, text: str, rng: random.Random) -> None:
    """Navigation, share bars and neighbouring pages around the report."""
    head = rng.sample(HEAD_FURNITURE, rng.randint(1, 4))
    foot = rng.sample(FOOT_FURNITURE, rng.randint(1, 3))
    page.before[0] = "".join(f"{line}\n" for line in head) + page.before[0]
    page.behind += "".join(f"\n{line}" for line in foot)


def _traditional(page: _Page, text: str, rng: random.Random) -> None:
    """Traditional script throughout."""
    forms = _to_traditional()
    page.shown = [forms.get(char, char) for char in page.shown]


def _glosses(page: _Page, text: str, rng: random.Random) -> None:
    """Pinyin behind a few characters, and every blank lost to a question mark, as such pages come."""
    if "?" in text:
        return
    page.shown = [shown.replace(" ", "?") for shown in page.shown]
    places = [i for i, char in enumerate(text[:-1]) if HAN_CHARACTER.match(char)]
    for i in rng.sample(places, len(places) // 50):
        reading = pypinyin.pinyin(text[i], style=pypinyin.Style.TONE)[0][0]
        if not reading.isascii():  # without a tone mark it could as well be English
            page.before[i + 1] = f"({reading})" + page.before[i + 1]


def _doubled_commas(page: _Page, text: str, rng: random.Random) -> None:
    """Commas before other punctuation."""
    for i, char in enumerate(text):
        if i and text[i - 1] not in PUNCTUATION and char in PUNCTUATION and rng.random() < 0.1:
            page.before[i] += rng.choice(",，")


def _stray_spaces(page: _Page, text: str, rng: random.Random) -> None:
    """Blanks between Chinese characters, indents and empty lines."""
    for i in range(1, len(text)):
        if text[i - 1] == "\n":
            page.before[i] += rng.choice(("", "\u3000\u3000", "    ", "????", "\n"))
        elif HAN_CHARACTER.match(text[i - 1]) and HAN_CHARACTER.match(text[i]) and rng.random() < 0.02:
            page.before[i] += rng.choice((" ", "\u3000", "\u00a0"))


def _wide_digits(page: _Page, text: str, rng: random.Random) -> None:
    """Full-width letters and digits."""
    page.shown = [chr(ord(c) + 0xFEE0) if len(c) == 1 and c.isascii() and c.isalnum() else c for c in page.shown]


def _line_breaks(page: _Page, text: str, rng: random.Random) -> None:
    """Hard line breaks where a line of a paragraph is full; paragraphs get an indent."""
    width = 2 * rng.randint(28, 44)
    column = since = breakable = 0
    for i, char in enumerate(text):
        if char == "\n":
            column = since = breakable = 0
            continue
        if i and text[i - 1] == "\n":
            page.before[i] = page.before[i] or "\u3000\u3000"
            column = 0
        elif char not in CANNOT_BEGIN_A_LINE and not (
            char.isascii() and text[i - 1].isalnum() and text[i - 1].isascii()
        ):
            breakable, since = i, column + cells(page.before[i])
        width_here = cells(page.before[i].lstrip("\n")) + cells(page.shown[i])
        if column + width_here > width and breakable:
            page.before[breakable] += "\n"
            column -= since
            breakable = 0
        column += width_here


# Applied in this order: glosses stand next to their character, breaks and indents outside of all else.
NOISES: dict[str, Noise] = {
    "traditional script": _traditional,
    "full-width digits": _wide_digits,
    "doubled commas": _doubled_commas,
    "stray spaces": _stray_spaces,
    "pinyin glosses": _glosses,
    "hard line breaks": _line_breaks,
    "furniture": _furniture,
}


@cache
def _to_traditional() -> dict[str, str]:
    """Simplified → traditional for the characters that lead back to themselves (OpenCC, `s2t` and `t2s`)."""
    there, back = opencc.OpenCC("s2t").convert, opencc.OpenCC("t2s").convert
    found = {}
    for code in range(0x4E00, 0xA000):
        char = chr(code)
        form = there(char)
        if form != char and len(form) == 1 and back(form) == char:
            found[char] = form
    return found


def add_noise(text: str, kinds: Sequence[str], rng: random.Random) -> MappedText:
    """Make a page of a cleaned text.

    Args:
        text: The cleaned text, not empty.
        kinds: Names from `NOISES`; the order does not matter.
        rng: Decides where and how much.

    Returns:
        A map whose `text` is the cleaned text and whose `source` is the page, as if `fazhi.text.clean` had made the
        one from the other. `clean(page.source)` gives the text back.

    Raises:
        ValueError: if a kind is unknown or the text is empty.
    """
    if unknown := set(kinds) - set(NOISES):
        raise ValueError(f"no noise is called {sorted(unknown)[0]!r}; there are {', '.join(NOISES)}")
    if not text:
        raise ValueError("an empty text makes no page")
    # A blank of the cleaned text stands for a wide gap: a single one between Chinese characters is taken for stray.
    page = _Page(["  " if char == " " else char for char in text])
    for name, noise in NOISES.items():
        if name in kinds:
            noise(page, text, rng)
    ends = list(accumulate(len(b) + len(s) for b, s in zip(page.before, page.shown, strict=True)))
    starts = [end - len(shown) for end, shown in zip(ends, page.shown, strict=True)]
    source = "".join(b + s for b, s in zip(page.before, page.shown, strict=True)) + page.behind
    return MappedText(text, source, tuple(starts), tuple(ends))


def noised(document: GoldDocument, kinds: Sequence[str], rng: random.Random) -> GoldDocument:
    """A labelled report as a page, its spans carried along.

    Raises:
        ValueError: as for `add_noise`.
    """
    page = add_noise(document.text, kinds, rng)
    spans = tuple(
        LabeledSpan(place.start, place.end, span.label) for span in document.spans for place in (page.to_source(span),)
    )
    return replace(document, text=page.source, spans=spans)
