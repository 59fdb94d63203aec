"""Offsets that do not fit are never believed: the cause is named, and mended where there is one way to."""

import pytest

from fazhi.errors import AnnotationError
from fazhi.exchange.drafts import Draft, DraftSpan, settle
from fazhi.types import LabeledSpan, Link

TEXT = "😀一是推进改革。\n办理案件12件，办结12件。"


def draft(*spans: DraftSpan, text: str = TEXT, links: tuple = ()) -> Draft:
    return Draft("r", text, spans, links, file=None, place="line 3")


def span_at(text: str, piece: str, label: str, count) -> DraftSpan:
    start = text.index(piece)
    return DraftSpan(piece, label, count(text[:start]), count(text[: start + len(piece)]), piece)


COUNTERS = {
    "UTF-16": lambda piece: len(piece.encode("utf-16-le")) // 2,
    "bytes of UTF-8": lambda piece: len(piece.encode()),
    "CRLF": lambda piece: len(piece) + piece.count("\n"),
}


@pytest.mark.parametrize("cause", COUNTERS)
def test_other_ways_of_counting_are_found_out_from_all_spans(cause: str) -> None:
    pieces = [("推进改革", "MEASURE"), ("案件", "METRIC"), ("12件，", "QUANTITY")]
    spans = [span_at(TEXT, piece, label, COUNTERS[cause]) for piece, label in pieces]
    with pytest.raises(AnnotationError) as error:
        settle(draft(*spans))
    for told in ("line 3, report 'r'", cause, "--repair", "should be"):
        assert told in str(error.value)
    document, mends = settle(draft(*spans), repair=True)
    assert [s.of(TEXT) for s in document.spans] == [piece for piece, _ in pieces]
    assert mends
    assert all(cause in str(mend) for mend in mends)


def test_a_text_that_lost_its_carriage_returns() -> None:
    text = "一是\r\n推进\r\n改革"
    without = text.replace("\r", "")
    span = DraftSpan("a", "MEASURE", without.index("改革"), len(without), "改革")
    document, _ = settle(draft(span, text=text), repair=True)
    assert document.spans[0].of(text) == "改革"


def test_a_span_whose_text_stands_elsewhere_moves_only_if_there_is_one_place() -> None:
    moved = DraftSpan("a", "METRIC", 3, 5, "案件")
    document, mends = settle(draft(moved), repair=True)
    assert document.spans[0].of(TEXT) == "案件"
    assert "the text was changed" in mends[0].cause
    twice = DraftSpan("b", "QUANTITY", 3, 6, "12件")
    with pytest.raises(AnnotationError, match="correct the span in the tool"):
        settle(draft(twice), repair=True)


def test_outer_white_space_is_trimmed_on_request_alone() -> None:
    text = "推进 改革 。"
    span = DraftSpan("a", "MEASURE", 2, 6, " 改革 ")
    with pytest.raises(AnnotationError, match="begins or ends in white space"):
        settle(draft(span, text=text))
    document, mends = settle(draft(span, text=text), repair=True)
    assert document.spans == (LabeledSpan(3, 5, "MEASURE"),)
    assert mends[0].cause == "outer white space"
    with pytest.raises(AnnotationError, match="delete the span"):
        settle(draft(DraftSpan("a", "MEASURE", 2, 3, " "), text=text), repair=True)


def test_labels_are_renamed_or_left_out_with_their_links() -> None:
    spans = [
        DraftSpan("q", "NUM", TEXT.index("12件"), TEXT.index("12件") + 3, "12件"),
        DraftSpan("m", "NAME", TEXT.index("案件"), TEXT.index("案件") + 2, "案件"),
    ]
    found = draft(*spans, links=(("m", "q"),))
    document, _ = settle(found, labels={"NUM": "QUANTITY", "NAME": "METRIC"})
    assert document.links == (Link(1, 0),)
    document, mends = settle(found, labels={"NUM": "QUANTITY", "NAME": ""})
    assert (document.links, [s.label for s in document.spans]) == ((), ["QUANTITY"])
    assert str(mends[0]) == "r: NAME '案件' left out (as asked for)"


def test_empty_and_backward_spans_are_refused() -> None:
    for start, end in ((3, 3), (5, 3), (-1, 2)):
        with pytest.raises(AnnotationError, match="report 'r'"):
            settle(draft(DraftSpan("a", "MEASURE", start, end)))
