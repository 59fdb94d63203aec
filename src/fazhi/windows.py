"""Slices of a report that fit the encoder, each with the heading path that its text stands under."""

from bisect import bisect_right
from collections.abc import Sequence

from fazhi.clauses import delimiters
from fazhi.errors import FazhiError
from fazhi.sections import regions
from fazhi.types import CharSpan, Section, Window

# Characters of heading path that an encoder input has room for; the outermost words of a longer path are left out.
CONTEXT_CHARACTERS = 64
SEPARATOR = "/"
SPECIAL_TOKENS = 3


def check_budget(window: int, stride: int, positions: int) -> None:
    """Check that windows fit the encoder and leave no gaps.

    Args:
        window: Characters of text in one window.
        stride: Characters between the starts of two windows.
        positions: Positions that the encoder has, special tokens included.

    Raises:
        FazhiError: naming all numbers, if `stride` is not between 1 and `window` or an input would be too long.
    """
    if not 1 <= stride <= window:
        raise FazhiError(f"stride {stride} does not lie between 1 and window {window}", fix="set 1 <= stride <= window")
    needed = window + CONTEXT_CHARACTERS + SPECIAL_TOKENS
    if needed > positions:
        raise FazhiError(
            f"window {window} with {CONTEXT_CHARACTERS} characters of headings and {SPECIAL_TOKENS} special tokens "
            f"needs {needed} positions, the encoder has {positions}",
            fix=f"set window to at most {positions - CONTEXT_CHARACTERS - SPECIAL_TOKENS}",
        )


def heading_context(titles: Sequence[str]) -> str:
    """The heading path as the encoder reads it: outermost first, cut at its start if it is too long."""
    return SEPARATOR.join(titles)[-CONTEXT_CHARACTERS:]


def windows(length: int, tree: Sequence[Section], *, window: int, stride: int) -> list[Window]:
    """Cut a text of `length` characters into windows, none of which crosses from one heading path into another.

    Each character is kept from exactly one window: of those that hold it, the one whose nearer edge is farthest
    from it. Between two windows that is the middle of what they share.

    Args:
        length: Characters in the text.
        tree: The text's sections.
        window: Characters in one window, at most.
        stride: Characters between the starts of two windows.
    """
    cut = []
    for region, path in regions(tree, length):
        context = heading_context([tree[i].title for i in path])
        spans = _slices(region, window, stride)
        borders = [
            region.start,
            *((a.end + b.start) // 2 for a, b in zip(spans, spans[1:], strict=False)),
            region.end,
        ]
        cut += [
            Window(span, CharSpan(begin, end), context)
            for span, begin, end in zip(spans, borders, borders[1:], strict=False)
        ]
    return cut


def _slices(region: CharSpan, window: int, stride: int) -> list[CharSpan]:
    """Overlapping slices; the last one reaches back to its full length rather than being short of context."""
    spans = []
    start = region.start
    while start + window < region.end:
        spans.append(CharSpan(start, start + window))
        start += stride
    spans.append(CharSpan(max(region.start, min(start, region.end - window)), region.end))
    return spans


def passages(text: str, tree: Sequence[Section], *, window: int, first: int) -> list[Window]:
    """Cut a text into passages to train on: disjoint, covering it, ending at clause delimiters where they can.

    Args:
        text: The cleaned text.
        tree: Its sections; no passage crosses from one heading path into another.
        window: Characters in a passage, at most.
        first: Characters in the first passage of each stretch, at most: other values move all later borders.
    """
    breaks = [i + 1 for i in delimiters(text)]
    cut = []
    for region, path in regions(tree, len(text)):
        context = heading_context([tree[i].title for i in path])
        start, limit = region.start, first
        while start < region.end:
            end = min(start + limit, region.end)
            if end < region.end:
                last = bisect_right(breaks, end) - 1
                if last >= 0 and breaks[last] > start:
                    end = breaks[last]
                elif limit < window:
                    limit = window
                    continue
            cut.append(Window(CharSpan(start, end), CharSpan(start, end), context))
            start, limit = end, window
    return cut
