"""Slices of a report that fit the encoder, each with the heading path that its text stands under."""

from collections.abc import Sequence

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


def windows(length: int, tree: Sequence[Section], *, window: int, stride: int, offset: int = 0) -> list[Window]:
    """Cut a text of `length` characters into windows, none of which crosses from one heading path into another.

    Each character is kept from exactly one window: of those that hold it, the one whose nearer edge is farthest
    from it. Between two windows that is the middle of what they share.

    Args:
        length: Characters in the text.
        tree: The text's sections.
        window: Characters in one window, at most.
        stride: Characters between the starts of two windows.
        offset: Shortens the first window of each stretch to so many characters, if it is not 0: training
            moves the borders with it.
    """
    cut = []
    for region, path in regions(tree, length):
        context = heading_context([tree[i].title for i in path])
        spans = _slices(region, window, stride, offset)
        borders = [region.start, *((a.end + b.start) // 2 for a, b in zip(spans, spans[1:], strict=False)), region.end]
        cut += [
            Window(span, CharSpan(begin, end), context)
            for span, begin, end in zip(spans, borders, borders[1:], strict=False)
        ]
    return cut


def _slices(region: CharSpan, window: int, stride: int, offset: int) -> list[CharSpan]:
    spans = []
    start = region.start
    if 0 < offset < len(region):
        spans.append(CharSpan(start, start + offset))
        start += offset
    while True:
        end = start + window
        if end >= region.end:
            # The last window reaches back to its full length rather than being short of context.
            first = max(region.start, region.end - window) if stride < window else start
            spans.append(CharSpan(first, region.end))
            return spans
        spans.append(CharSpan(start, end))
        start += stride
