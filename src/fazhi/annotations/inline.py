"""Inline markup: the cleaned text with tags added and nothing else changed.

    <M>办理<T1>市人大代表建议</T1><Q1>358件</Q1></M>,<T2>办结率</T2>达<Q2>100%</Q2>。

Tags are `M S P T Q` for MEASURE, SHORTCOMING, PLAN, METRIC, QUANTITY. A number in the tags of a quantity and a
metric of one sentence links them; in the next sentence numbers may start again.
"""

import re
from dataclasses import dataclass

from fazhi.clauses import sentences
from fazhi.errors import AnnotationError
from fazhi.labels import BY_TAG, LABELS, METRIC, QUANTITY
from fazhi.types import LabeledSpan, Link

TAG = re.compile(r"<(/?)([MSPTQ])(\d*)>")
MISTYPED = re.compile(r"</?(?![MSPTQ]\d*>)[A-Za-z]{1,2}\d*\s*>")


@dataclass(frozen=True, slots=True)
class Markup:
    """What one inline markup says: the plain text, its spans in order of offsets, the links between them."""

    text: str
    spans: tuple[LabeledSpan, ...]
    links: tuple[Link, ...]


def parse(markup: str) -> Markup:
    """Read inline markup.

    Raises:
        AnnotationError: for a tag that is not closed, closes what is not open, crosses another or holds nothing,
            and for a link number that has no partner in its sentence. The message names line and column.
    """
    pieces: list[str] = []
    length = 0
    done = 0
    open_tags: list[tuple[str, str, int, int]] = []
    numbered: list[tuple[LabeledSpan, str, int]] = []
    for match in TAG.finditer(markup):
        pieces.append(markup[done : match.start()])
        length += match.start() - done
        done = match.end()
        closing, tag, number = match.groups()
        if not closing:
            open_tags.append((tag, number, length, match.start()))
            continue
        if not open_tags or open_tags[-1][:2] != (tag, number):
            wanted = f"</{''.join(open_tags[-1][:2])}>" if open_tags else "no tag to close"
            raise _error(markup, match.start(), f"{match.group()} stands where {wanted} belongs")
        _, _, start, at = open_tags.pop()
        if start == length:
            raise _error(markup, at, f"<{tag}{number}> holds no text")
        numbered.append((LabeledSpan(start, length, BY_TAG[tag].name), number, at))
    if open_tags:
        tag, number, _, at = open_tags[-1]
        raise _error(markup, at, f"<{tag}{number}> is never closed")
    pieces.append(markup[done:])
    text = "".join(pieces)
    if wrong := MISTYPED.search(markup):
        raise _error(markup, wrong.start(), f"{wrong.group()} is no tag; tags are M, S, P, T and Q, with a number")
    numbered.sort(key=lambda item: item[0])
    spans = tuple(span for span, _, _ in numbered)
    return Markup(text, spans, _links(markup, text, numbered))


def _links(markup: str, text: str, numbered: list[tuple[LabeledSpan, str, int]]) -> tuple[Link, ...]:
    links = []
    bounds = sentences(text)
    sentence_of = [
        next((i for i, sentence in enumerate(bounds) if sentence.contains(span)), -1) for span, _, _ in numbered
    ]
    for i, (span, number, at) in enumerate(numbered):
        if not number:
            continue
        if span.label not in (METRIC, QUANTITY):
            raise _error(markup, at, f"only METRIC and QUANTITY take a link number, not {span.label}")
        partners = [
            j
            for j, (other, other_number, _) in enumerate(numbered)
            if other_number == number and sentence_of[j] == sentence_of[i] and other.label != span.label
        ]
        if not partners:
            raise _error(markup, at, f"link number {number} of {span.of(text)!r} has no partner in its sentence")
        if span.label == QUANTITY:
            links += [Link(i, j) for j in partners]
    return tuple(links)


def _error(markup: str, at: int, what: str) -> AnnotationError:
    line = markup.count("\n", 0, at) + 1
    column = at - (markup.rfind("\n", 0, at) + 1) + 1
    around = markup[max(0, at - 12) : at + 18].replace("\n", "⏎")
    return AnnotationError(what, place=f"line {line}, column {column} (…{around}…)", fix="correct the markup there")


def render(text: str, spans: tuple[LabeledSpan, ...], links: tuple[Link, ...] = ()) -> str:
    """Write inline markup; the inverse of `parse` for spans that nest.

    Raises:
        AnnotationError: if two spans cross, which markup cannot show.
    """
    numbers = _link_numbers(text, spans, links)
    order = sorted(range(len(spans)), key=lambda i: (spans[i].start, -spans[i].end, LABELS[spans[i].label].layer))
    pieces: list[str] = []
    done = 0
    open_spans: list[int] = []

    def close_until(limit: int) -> None:
        nonlocal done
        while open_spans and spans[open_spans[-1]].end <= limit:
            i = open_spans.pop()
            pieces.append(text[done : spans[i].end] + f"</{LABELS[spans[i].label].tag}{numbers.get(i, '')}>")
            done = spans[i].end

    for i in order:
        span = spans[i]
        close_until(span.start)
        if open_spans and span.end > spans[open_spans[-1]].end:
            raise AnnotationError(
                f"{span.label} {span.start}:{span.end} crosses another span",
                fix="inline markup needs nested spans",
            )
        pieces.append(text[done : span.start] + f"<{LABELS[span.label].tag}{numbers.get(i, '')}>")
        done = span.start
        open_spans.append(i)
    close_until(len(text))
    return "".join([*pieces, text[done:]])


def _link_numbers(text: str, spans: tuple[LabeledSpan, ...], links: tuple[Link, ...]) -> dict[int, int]:
    """One number for each group of linked spans, counted anew in each sentence.

    Raises:
        AnnotationError: if the links of a group do not join every quantity with every metric of it.
    """
    group: dict[int, set[int]] = {}
    for link in links:
        joined = group.get(link.quantity, {link.quantity}) | group.get(link.metric, {link.metric})
        for member in joined:
            group[member] = joined
    pairs = {(link.quantity, link.metric) for link in links}
    numbers: dict[int, int] = {}
    for sentence in sentences(text):
        inside = [i for i, span in enumerate(spans) if sentence.contains(span) and i in group]
        count = 0
        for i in sorted(inside, key=lambda i: spans[i]):
            if i in numbers:
                continue
            count += 1
            for member in group[i]:
                numbers[member] = count
            quantities = [m for m in group[i] if spans[m].label == QUANTITY]
            metrics = [m for m in group[i] if spans[m].label == METRIC]
            if any((q, m) not in pairs for q in quantities for m in metrics):
                raise AnnotationError(
                    f"the links of {spans[i].of(text)!r} cannot be written as one number",
                    place=f"offset {spans[i].start}",
                    fix="link every quantity of the group with every metric of it, or keep JSONL",
                )
    return numbers
