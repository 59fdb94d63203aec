import csv
from dataclasses import FrozenInstanceError
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.quantity import Quantity, decimal_string, parse_quantity

TABLE = Path(__file__).parent / "data" / "quantities.csv"
FIELDS = ("value", "unit", "approximate", "lower", "upper", "kind")
CHARACTERS = "0129０９,.，%‰万亿千百十零〇一两三几数约近超不少于余多来个件半成番分之第前至到-—/点以上下左右 翻倍"

CASES = list(csv.DictReader(TABLE.open(encoding="utf-8", newline="")))


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def parsed(text: str) -> Quantity:
    quantity = parse_quantity(text)
    assert quantity is not None, f"{text} was not read"
    return quantity


def test_the_table_is_large_and_has_no_case_twice() -> None:
    texts = [case["text"] for case in CASES]
    assert len(set(texts)) == len(texts) >= 400


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_table(case: dict[str, str]) -> None:
    quantity = parse_quantity(case["text"])
    if not case["kind"]:
        assert quantity is None
        return
    assert quantity is not None
    expected = {
        "value": number(case["value"]),
        "unit": case["unit"],
        "approximate": case["approximate"] == "true",
        "lower": number(case["lower"]),
        "upper": number(case["upper"]),
        "kind": case["kind"],
    }
    assert {field: getattr(quantity, field) for field in FIELDS} == expected


def test_a_ratio_keeps_its_exact_fraction() -> None:
    assert parsed("近三分之一").fraction == Fraction(1, 3)
    assert parsed("2/7").fraction == Fraction(2, 7)
    assert parsed("一半").fraction == Fraction(1, 2)
    assert parsed("三分之一至三分之二").fraction is None
    assert parsed("50%").fraction is None


def test_values_do_not_depend_on_the_caller_s_decimal_context() -> None:
    with localcontext() as context:
        context.prec = 3
        assert parsed("1411780123.45万").value == Decimal("14117801234500")


def test_values_carry_no_trailing_zeros() -> None:
    assert str(parsed("16.4亿").value) == "1640000000"
    assert str(parsed("28.50%").value) == "28.5"


def test_a_quantity_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        parsed("3件").unit = "个"  # type: ignore[misc]


@pytest.mark.parametrize("text", ["1" * 65, "一" * 100_000, "约" * 5000 + "3件", "至" * 64, "亿" * 64])
def test_long_text_is_harmless(text: str) -> None:
    parse_quantity(text)


@given(st.text() | st.text(alphabet=CHARACTERS, max_size=20))
def test_any_text_is_read_or_refused_with_bounds_in_order(text: str) -> None:
    quantity = parse_quantity(text)
    if quantity is None:
        return
    stated = [n for n in (quantity.lower, quantity.value, quantity.upper) if n is not None]
    assert stated
    assert stated == sorted(stated)
    assert (quantity.fraction is None) or quantity.kind == "ratio"


def chinese(number: int) -> str:
    """`number` as read aloud in full: 3020 → 三千零二十, 10 → 一十."""
    if number == 0:
        return "零"
    words, places = "", ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, ""))
    zero = False
    for size, scale in places:
        count, number = divmod(number, size)
        zero |= count < 1000 and size == 10**4
        if count:
            words += "零" if zero and words else ""
            words += ("零一二三四五六七八九"[count] if count < 10 else chinese(count)) + scale
        zero = count == 0
    return words


counts = st.integers(0, 10**12 - 1) | st.integers(0, 30_000)
decimals = st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False, places=4)


def full_width(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def test_the_helper_reads_aloud_correctly() -> None:
    assert chinese(3020) == "三千零二十"
    assert chinese(105) == "一百零五"
    assert chinese(120_0500_0003) == "一百二十亿零五百万零三"


@given(counts)
def test_whole_numbers_in_every_notation(count: int) -> None:
    for notation in (
        str(count),
        f"{count:,}",
        full_width(str(count)),
        full_width(f"{count:,}"),
        chinese(count),
    ):
        assert parsed(notation + "件") == Quantity(Decimal(count), "件", "count")
    assert parsed(chinese(count).replace("零", "〇")).value == count


@given(decimals)
def test_decimals_in_every_notation(value: Decimal) -> None:
    plain = decimal_string(value)
    for notation in (plain, f"{value:,}", full_width(plain), f"{value}"):
        assert parsed(notation + "%") == Quantity(Decimal(plain), "%", "percent")
    assert parsed("百分之" + plain).value == value


@given(decimals, st.sampled_from([("百", 10**2), ("千", 10**3), ("万", 10**4), ("千万", 10**7), ("亿", 10**8)]))
def test_scaled_numbers_are_exact(value: Decimal, scale: tuple[str, int]) -> None:
    word, factor = scale
    assert parsed(f"{value}{word}元").value == value * factor
    assert parsed(f"{value}余{word}元").value == value * factor


@given(counts, counts)
def test_ranges_keep_both_ends(one: int, other: int) -> None:
    quantity = parsed(f"{one}件至{other}件")
    assert quantity.lower == min(one, other)
    assert quantity.upper == max(one, other)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_decimal_string_round_trip(value: Decimal) -> None:
    plain = decimal_string(value)
    assert Decimal(plain) == value
    assert "E" not in plain
    assert not ("." in plain and plain.endswith(("0", ".")))


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("1E+2", "100"),
        ("100.00", "100"),
        ("-0.0", "0"),
        ("0E-9", "0"),
        ("1E-7", "0.0000001"),
        ("-2.50", "-2.5"),
    ],
)
def test_decimal_string(value: str, plain: str) -> None:
    assert decimal_string(Decimal(value)) == plain


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_decimal_string_refuses_what_is_no_number(value: str) -> None:
    with pytest.raises(ValueError, match="no plain notation"):
        decimal_string(Decimal(value))
