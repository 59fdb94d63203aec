"""The characters of a QUANTITY span → exact decimals, unit and bounds.

A quantity is read as a sequence of parts, most of them optional:

    hedge     ordinal   number     hedge   scale   unit   hedge
    不少于    第 前     12.5 三百  余 多   万 亿   件 %   以上 左右

A range is two such sequences with a separator between them (3至5天, 85%—90%). The tables below name the
words of each part. Arithmetic is on `Fraction`, results are `Decimal`, both exact: 16.4亿 is 1640000000.
"""

import re
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from math import prod
from typing import Literal

Kind = Literal["count", "percent", "ratio", "multiple", "rank"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a quantity says, as exact numbers.

    Attributes:
        value: The number as stated, in `unit`, with 万, 亿 and the like multiplied out (1.2万件 → 12000)
            and without trailing zeros. None where no single number is stated: ranges (3至5天) and vague
            counts (数百件, 三四件).
        unit: All that stands behind number and scale, as written (件, 人次, 个方面), but with width folded
            and 個 點 simplified; "" for a bare number. 百分之 and 成 give "%" (五成 → 50 %), 千分之 "‰",
            万分之 "‱". 翻两番 is 2 番: each 番 is one doubling. SI prefixes stay (5千瓦 → 5 千瓦).
        kind: "count" for numbers of things and amounts of money, time, weight …; "percent" for %, ‰, ‱ and
            个百分点, whose value is the number before the sign (12.5% → 12.5); "ratio" for fractions
            (三分之一, 1/3, 一半); "multiple" for 倍 and 番; "rank" for 第3名 and 前三.
        approximate: Whether the text calls the number rough (约 近 余 多 左右 上百 数百 三四十). A limit
            alone (不少于, 超过, 以上) is not rough.
        lower: The least number that the text allows, itself included, or None. 超过300 gives 300, like
            不少于300: whether the limit itself is excluded is not kept.
        upper: The greatest number that the text allows, itself included, or None. 几 and 数 stand for one
            unknown digit of a whole number: 数百 is 200 to 999, 十几 is 11 to 19. Hedges that contradict
            each other (近7000余篇) give no bounds.
        fraction: The exact number of a single ratio, whose `value` is rounded half-even to six decimal
            places (三分之一 → 0.333333). None for other kinds and for ranges.
    """

    value: Decimal | None
    unit: str
    kind: Kind
    approximate: bool = False
    lower: Decimal | None = None
    upper: Decimal | None = None
    fraction: Fraction | None = None


@dataclass(frozen=True, slots=True)
class _Hedge:
    """What the words around a number say about it: that it is rough, that it is a lower or an upper limit."""

    rough: bool = False
    floor: bool = False
    ceiling: bool = False

    def __or__(self, other: "_Hedge") -> "_Hedge":
        return _Hedge(self.rough or other.rough, self.floor or other.floor, self.ceiling or other.ceiling)


@dataclass(frozen=True, slots=True)
class _Term:
    """One number with its unit: a whole quantity, or one side of a range.

    `low` and `high` differ for vague numbers only (数百). `scale` holds the words that end the number (千万).
    """

    low: Fraction
    high: Fraction
    scale: str
    unit: str
    kind: Kind
    hedge: _Hedge


# Words

_NOTHING = _Hedge()
_ROUGH = _Hedge(rough=True)
_FLOOR = _Hedge(floor=True)
_CEILING = _Hedge(ceiling=True)


def _all(words: str, hedge: _Hedge) -> dict[str, _Hedge]:
    """A table in which each of `words`, which spaces part, means `hedge`."""
    return dict.fromkeys(words.split(), hedge)


_BEFORE: dict[str, _Hedge] = {
    **_all("约 大约 约为 大概 大致 ≈", _ROUGH),
    **_all("近 将近 接近", _ROUGH | _CEILING),
    "上": _ROUGH | _FLOOR,
    **_all("超 超过 超出 逾 过 破 突破 高于 大于 多于 > ≥ ≧", _FLOOR),
    **_all("不少于 不低于 不小于 不下 不下于 至少 最少", _FLOOR),
    **_all("不超过 未超过 不高于 不多于 不大于 至多 最多", _CEILING),
    **_all("低于 少于 小于 不足 不满 未满 不到 < ≤ ≦", _CEILING),
    **_all("达 达到 共 共计 累计 总计 合计 翻 翻了", _NOTHING),
}
_INSIDE: dict[str, _Hedge] = {"余": _ROUGH | _FLOOR, "多": _ROUGH | _FLOOR, "来": _ROUGH}
_AFTER: dict[str, _Hedge] = {
    **_all("左右 上下", _ROUGH),
    **_all("余 多 有余", _ROUGH | _FLOOR),
    **_all("以上 及以上 之上", _FLOOR),
    **_all("以下 及以下 之下 以内 之内 内", _CEILING),
}

_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
_SCALES = {"亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}  # _number splits at them in this order
_NEIGHBOURS = ("一二", "两三", "二三", "三四", "四五", "五六", "六七", "七八", "八九", "三五", "三两")
_PARTS = {Fraction(100): "%", Fraction(1000): "‰", Fraction(10000): "‱"}
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("%", "‰", "‱", "个百分点"), "percent"),
    **dict.fromkeys(("倍", "番"), "multiple"),
}
_IDIOMS = {"百分百": "百分之百", "翻番": "翻一番", "翻倍": "翻一番", "首位": "第一位", "榜首": "第一"}

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FORMAL = str.maketrans("壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億〇○", "一二二三三四五六六七八九十百千万亿零零")
_TRADITIONAL = str.maketrans("兩幾數餘約過於達內點負個", "两几数余约过于达内点负个")
_OTHER_SIGNS = str.maketrans({"廿": "二十", "卅": "三十", "﹪": "%", "−": "-"})

# Patterns


def _any_of(words: dict[str, _Hedge]) -> str:
    """A pattern for one of `words`, longer ones first."""
    return "|".join(sorted(words, key=len, reverse=True))


_ARABIC = r"(?>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)"
_DIGIT = f"[{''.join(_DIGITS)}]"
_SCALE = "(?:百(?!分[点之])|千(?![瓦克米伏])|[十万亿])"  # 百分点 and 千瓦 are units
_UNKNOWN = "[几数](?=[十百千万亿件个起次项名家场人条份宗批种类天日月年]|$)"  # not 几乎, 数据
_NUMERAL = f"(?:{_ARABIC}|{_DIGIT}|{_SCALE}|{_UNKNOWN}|点(?={_DIGIT}))++"
_WHOLE = f"(?:{_ARABIC}|{_DIGIT}|[十百千万亿])++"
_UNIT = r"(?:[^\W\d_零一二两三四五六七八九十几至到之第]|[㎡㎥℃°/()])"

_HEDGE_BEFORE = re.compile(f"(?!上[^百千万亿])(?:{_any_of(_BEFORE)})")  # 上百件, not 上半年
_HEDGE_AFTER = re.compile(_any_of(_AFTER))
_TERM = re.compile(
    rf"""
    (?P<ordinal>[第前])?
    (?P<sign>[-+负])?
    (?: (?P<whole>{_WHOLE})分之(?P<part>{_NUMERAL})
      | (?P<dividend>[0-9]+)/(?P<divisor>[0-9]+)
      | (?P<half>一半|半数|半)
      | (?P<number>{_NUMERAL}) )
    (?P<inside>[余多来])?+
    (?P<scale>{_SCALE}++)?+
    (?: (?P<tenths>成)(?P<hundredths>{_DIGIT}|半)?
      | 个(?P<between>[半多])(?P<period>月|小时|星期|世纪)
      | (?P<unit>[%‰‱]|{_UNIT}{{0,12}}?) )
    (?P<and_half>半)?
    (?P<after>(?:{_any_of(_AFTER)})*)
    """,
    re.VERBOSE,
)
_SEPARATOR = re.compile(r"以上(?=[0-9一二两三四五六七八九十百千万])|——|--|[-–—―─~〜至到]")
_SPACE = re.compile(r"(?<![0-9])\s+|\s+(?![0-9])")
_SPOKEN_DIGITS = re.compile(f"{_DIGIT}+|{_DIGIT}*点{_DIGIT}+")
_SPOKEN_PAIR = re.compile(r"(?:^|(?<=[十百千万亿]))([一二两三四五六七八][二两三四五六七八九])(?=[十百千万亿]|$)")

_MAX_LENGTH = 64  # characters: no quantity is longer, and any number this short is exact in _EXACT
_EXACT = Context(prec=1000)
_HALF = Fraction(1, 2)
_SIX_PLACES = Decimal("0.000001")


def parse_quantity(text: str) -> Quantity | None:
    """Read the characters of one QUANTITY span.

    Args:
        text: The span and nothing else. White space between its parts, full-width forms and traditional
            or formal numerals (萬, 叁) are accepted.

    Returns:
        The quantity, or None where `text` is not one number or one range: no number (多次), a malformed
        one (1,23), several (3小时20分), or more than 64 characters. Never raises.
    """
    if len(text) > _MAX_LENGTH:
        return None
    cleaned = _clean(text)
    if term := _term(cleaned):
        return _single(term)
    for separator in _SEPARATOR.finditer(cleaned):
        left, right = _term(cleaned[: separator.start()]), _term(cleaned[separator.end() :])
        if left and right:
            return _range(left, right)
    return None


def decimal_string(number: Decimal) -> str:
    """`number` in plain notation: no exponent, no trailing zeros behind the point, no negative zero.

    Raises:
        ValueError: if `number` is infinite or not a number.
    """
    if not number.is_finite():
        raise ValueError(f"{number} has no plain notation")
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain == "-0" else plain


def _clean(text: str) -> str:
    """`text` in half width and simple numerals, without white space except between two digits."""
    text = text.translate(_FULL_WIDTH).translate(_FORMAL).translate(_TRADITIONAL).translate(_OTHER_SIGNS)
    text = _SPACE.sub("", text.strip())
    for idiom, spelt_out in _IDIOMS.items():
        text = text.replace(idiom, spelt_out)
    return text


def _single(term: _Term) -> Quantity:
    """A quantity of one term."""
    hedge, vague = term.hedge, term.low != term.high
    has_lower = vague or (hedge.floor and not hedge.ceiling)
    has_upper = vague or (hedge.ceiling and not hedge.floor)
    return Quantity(
        value=None if vague else _decimal(term.low, term.kind),
        unit=term.unit,
        kind=term.kind,
        approximate=vague or hedge.rough,
        lower=_decimal(term.low, term.kind) if has_lower else None,
        upper=_decimal(term.high, term.kind) if has_upper else None,
        fraction=term.low if term.kind == "ratio" and not vague else None,
    )


def _range(left: _Term, right: _Term) -> Quantity | None:
    """A quantity from one term to another, or None where their units differ."""
    if left.unit and right.unit and left.unit != right.unit:
        return None
    factor = _shared_factor(left, right)
    ends = (left.low * factor, left.high * factor, right.low, right.high)
    kind = left.kind if right.kind == "count" else right.kind
    return Quantity(
        value=None,
        unit=left.unit or right.unit,
        kind=kind,
        approximate=left.hedge.rough or right.hedge.rough,
        lower=_decimal(min(ends), kind),
        upper=_decimal(max(ends), kind),
    )


def _shared_factor(left: _Term, right: _Term) -> int:
    """What the left number of a range borrows from the right one: 10000 in 1至2万, but 1 in 5000至1万."""
    if not left.unit and not left.scale.endswith(("万", "亿")):
        for start in range(len(right.scale)):
            factor = _product(right.scale[start:])
            if left.high * factor < right.low:
                return factor
    return 1


def _decimal(number: Fraction, kind: Kind) -> Decimal:
    """`number` without trailing zeros: exact, but for a ratio rounded to six places."""
    with localcontext(_EXACT):
        decimal = Decimal(number.numerator) / number.denominator
        return Decimal(decimal_string(decimal.quantize(_SIX_PLACES) if kind == "ratio" else decimal))


def _term(text: str) -> _Term | None:
    """One number with its hedges and unit, or None where `text` is anything else."""
    hedge, start = _NOTHING, 0
    while word := _HEDGE_BEFORE.match(text, start):
        hedge, start = hedge | _BEFORE[word[0]], word.end()
    match = _TERM.fullmatch(text, start)
    if match is None:
        return None
    try:
        low, high = _stated(match)
        unit, kind = _unit_and_kind(match)
    except (ValueError, ZeroDivisionError):
        return None
    number = match["number"] or ""
    scale = match["scale"] or number[len(number.rstrip("百千万亿")) :]
    scale += match["tenths"] or ""
    return _Term(low, high, scale, unit, kind, hedge | _hedge_behind(match))


def _stated(match: re.Match[str]) -> tuple[Fraction, Fraction]:
    """The least and the greatest number that a match of `_TERM` may state, in its unit.

    Raises:
        ValueError: if the number is malformed.
        ZeroDivisionError: if it is a fraction with denominator 0.
    """
    if match["half"]:
        low = high = _HALF
    elif match["dividend"]:
        low = high = Fraction(int(match["dividend"]), int(match["divisor"]))
    else:
        low, high = _numeral(match["part"] or match["number"])
        if match["whole"] and (whole := _number(match["whole"])) not in _PARTS:
            low, high = low / whole, high / whole
    factor = _product((match["scale"] or "") + (match["tenths"] or ""))
    added = _HALF if "半" in (match["between"], match["and_half"]) else Fraction(0)
    if match["hundredths"]:
        added += 5 if match["hundredths"] == "半" else _DIGITS[match["hundredths"]]
    low, high = low * factor + added, high * factor + added
    return (-high, -low) if match["sign"] in ("-", "负") else (low, high)


def _unit_and_kind(match: re.Match[str]) -> tuple[str, Kind]:
    """The unit and kind of a match of `_TERM`.

    Raises:
        ValueError: if there are two units (百分之三个) or the number is malformed.
    """
    if match["tenths"]:
        return "%", "percent"
    unit = "个" + match["period"] if match["period"] else match["unit"]
    if match["whole"] and (sign := _PARTS.get(_number(match["whole"]))):
        if unit:
            raise ValueError(f"{sign} and {unit} are two units")
        return sign, "percent"
    if match["whole"] or match["dividend"] or (match["half"] and not unit):
        return unit, "ratio"
    unit = "个百分点" if unit == "百分点" else unit
    return unit, _KINDS.get(unit, "rank" if match["ordinal"] else "count")


def _hedge_behind(match: re.Match[str]) -> _Hedge:
    """What the words of a match of `_TERM` say about its number: 前, those inside it and those behind it."""
    hedge = _CEILING if match["ordinal"] == "前" else _NOTHING
    for word in (match["inside"], match["between"]):
        hedge |= _INSIDE.get(word or "", _NOTHING)
    for word in _HEDGE_AFTER.findall(match["after"]):
        hedge |= _AFTER[word]
    return hedge


def _product(scales: str) -> int:
    """The words of `scales` multiplied: 千万 → 10000000, "" → 1. 成 counts ten parts of a hundred."""
    return prod(10 if word == "成" else _SCALES[word] for word in scales)


def _numeral(numeral: str) -> tuple[Fraction, Fraction]:
    """The least and the greatest number that `numeral` may mean; they differ for 三四十, 几十 and 数百.

    Raises:
        ValueError: if it is malformed.
    """
    pair = _SPOKEN_PAIR.search(numeral)
    if pair and pair[1] in _NEIGHBOURS:
        before, behind = numeral[: pair.start()], numeral[pair.end() :]
        ends = sorted(_number(before + digit + behind) for digit in pair[1])
        return ends[0], ends[1]
    before, unknown, behind = numeral.replace("数", "几").partition("几")
    if not unknown:
        number = _number(numeral)
        return number, number
    low, eight, nine = (_number(before + digit + behind) for digit in ("一" if before else "二", "八", "九"))
    return low, nine + (nine - eight) - 1  # 几十: up to 99, one short of the ten behind 90


def _number(numeral: str) -> Fraction:
    """The one number that `numeral` means: Arabic (1,234.5), Chinese (三千零二十) or mixed (1.2万).

    Raises:
        ValueError: if it is malformed.
    """
    for scale, factor in _SCALES.items():
        head, found, tail = numeral.rpartition(scale)
        if found:
            coefficient = _number if factor >= _SCALES["万"] else _unscaled
            return (coefficient(head) if head else 1) * factor + _below(tail, factor)
    return _unscaled(numeral)


def _below(tail: str, scale: int) -> Fraction:
    """What stands behind a scale word: 两千|零二十 → 20, and 三万|二 → 2000, as if 千 had been said.

    Raises:
        ValueError: if it is malformed or too large for its place.
    """
    if not tail:
        return Fraction(0)
    if tail in _DIGITS or (len(tail) == 1 and tail.isdecimal()):
        return _unscaled(tail) * scale / 10
    number = _number(tail.removeprefix("零"))
    if number >= scale:
        raise ValueError(f"{tail} cannot stand behind a scale word of {scale}")
    return number


def _unscaled(numeral: str) -> Fraction:
    """A number without scale words: 1,234.5, or digits read out one by one (二零二三, 三点五).

    Raises:
        ValueError: if it is anything else.
    """
    if re.fullmatch(_ARABIC, numeral):
        return Fraction(numeral.replace(",", ""))
    if not _SPOKEN_DIGITS.fullmatch(numeral):
        raise ValueError(f"{numeral!r} is not a number")
    return Fraction("".join("." if digit == "点" else str(_DIGITS[digit]) for digit in numeral))
