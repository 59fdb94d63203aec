import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.errors import FazhiError
from fazhi.sections import sections
from fazhi.windows import CONTEXT_CHARACTERS, check_budget, heading_context, passages, windows

REPORT = (
    "某市2023年法治政府建设报告\n一、主要工作\n(一)推进改革。"
    + "开展培训3次,化解纠纷5件。" * 20
    + "\n二、存在的不足\n力量不足。\n三、打算\n加强培训。"
)


@given(st.integers(1, 600), st.integers(1, 60), st.data())
def test_kept_parts_cover_the_text_once(length: int, window: int, data: st.DataObject) -> None:
    stride = data.draw(st.integers(1, window))
    found = windows(length, [], window=window, stride=stride)
    kept = [i for w in found for i in range(w.keep.start, w.keep.end)]
    assert kept == list(range(length))
    for w in found:
        assert len(w.span) <= window
        assert w.span.contains(w.keep)


@given(st.integers(1, 300), st.integers(2, 40), st.data())
def test_each_character_is_kept_where_it_is_most_central(length: int, window: int, data: st.DataObject) -> None:
    found = windows(length, [], window=window, stride=data.draw(st.integers(1, window)))

    def margin(w, i: int) -> float:
        left = i - w.span.start + 0.5 if w.span.start > 0 else float("inf")
        right = w.span.end - i - 0.5 if w.span.end < length else float("inf")
        return min(left, right)

    for w in found:
        for i in range(w.keep.start, w.keep.end):
            holders = [v for v in found if v.span.start <= i < v.span.end]
            # The middle of an odd overlap may fall to either side.
            assert margin(w, i) >= max(margin(v, i) for v in holders) - 1


def test_windows_stay_under_one_heading() -> None:
    tree = sections(REPORT)
    found = windows(len(REPORT), tree, window=100, stride=60)
    assert {w.context for w in found} == {"", "主要工作", "主要工作/推进改革", "存在的不足", "打算"}
    assert [w.context for w in found if "力量不足" in w.span.of(REPORT)] == ["存在的不足"]


def test_long_heading_paths_keep_the_inner_end() -> None:
    context = heading_context(["甲" * 60, "乙" * 20])
    assert len(context) == CONTEXT_CHARACTERS
    assert context.endswith("/" + "乙" * 20)


@given(st.integers(5, 80), st.integers(1, 80))
def test_passages_cover_the_text_and_end_at_delimiters(window: int, first: int) -> None:
    found = passages(REPORT, sections(REPORT), window=window, first=first)
    assert [i for p in found for i in range(p.span.start, p.span.end)] == list(range(len(REPORT)))
    assert all(len(p.span) <= max(window, first) for p in found)
    if window >= 20:
        starts = {s.heading.start for s in sections(REPORT)}
        for p in found:
            assert REPORT[p.span.end - 1] in ",。\n" or p.span.end in starts or p.span.end == len(REPORT)


@pytest.mark.parametrize(("window", "stride", "positions"), [(256, 300, 512), (256, 0, 512), (500, 100, 512)])
def test_budget_names_its_numbers(window: int, stride: int, positions: int) -> None:
    with pytest.raises(FazhiError) as error:
        check_budget(window, stride, positions)
    assert str(window) in str(error.value)
