"""A linter that knows the specification: what a valid gold file can still have wrong.

It never decides a label. It only finds what no reading of the specification allows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fazhi.annotations.documents import GoldDocument
from fazhi.clauses import BRACKETS, segments, sentences
from fazhi.labels import CLAUSE, METRIC, QUANTITY
from fazhi.sections import headings
from fazhi.types import LabeledSpan

NUMERAL = re.compile(r"[0-9０-９〇零一二两三四五六七八九十百千万亿半数几]")
QUOTES = {"“": "”", "《": "》", "「": "」", "『": "』"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of the specification: the rule's number, where it is and what it is."""

    report: str
    rule: int
    span: LabeledSpan
    text: str
    what: str

    def __str__(self) -> str:
        return f"{self.report}, {self.span.start}:{self.span.end} {self.span.label} {self.text!r}: {self.what}"


def lint(document: GoldDocument) -> Iterator[Finding]:
    """All findings of a report, in order of the specification's rules."""

    def finding(rule: int, span: LabeledSpan, what: str) -> Finding:
        return Finding(document.id, rule, span, span.of(document.text), what)

    units = {(s.start, s.end): s for s in segments(document.text)}
    for span in document.layer(CLAUSE):
        if (span.start, span.end) not in units:
            near = [s.of(document.text) for s in units.values() if s.overlaps(span)]
            yield finding(1, span, f"a clause span is one whole segment; here it would be {' / '.join(near)!r}")
    titles = headings(document.text)
    for span in document.layer(CLAUSE):
        if any(title.overlaps(span) for title in titles):
            yield finding(2, span, "a heading carries no clause label")
    for span in document.spans:
        if span.label == QUANTITY:
            if not NUMERAL.search(span.of(document.text)):
                yield finding(9, span, "a quantity has a number")
            if _is_quoted(document.text, span):
                yield finding(11, span, "a number inside a name or quotation is no quantity")
        if span.label == METRIC and span.of(document.text)[0] in "的,，、。;；:：":
            yield finding(12, span, "a metric starts with a word of its own")
    for group in _crossed_links(document):
        yield finding(15, group, "one link number joins several quantities with several metrics; number them anew")
    bounds = sentences(document.text)
    for link in document.links:
        quantity, metric = document.spans[link.quantity], document.spans[link.metric]
        if not any(s.contains(quantity) and s.contains(metric) for s in bounds):
            yield finding(15, quantity, f"linked to {metric.of(document.text)!r} in another sentence")


def _crossed_links(document: GoldDocument) -> Iterator[LabeledSpan]:
    """Quantities that share several metrics with another quantity: as a rule, a number used twice in one sentence."""
    metrics: dict[int, set[int]] = {}
    for link in document.links:
        metrics.setdefault(link.quantity, set()).add(link.metric)
    for quantity, mine in sorted(metrics.items()):
        if any(other != quantity and len(mine & theirs) > 1 for other, theirs in metrics.items()):
            yield document.spans[quantity]


def _is_quoted(text: str, span: LabeledSpan) -> bool:
    """Whether the span lies inside quotation or title marks of its own line."""
    line_start = text.rfind("\n", 0, span.start) + 1
    before = text[line_start : span.start]
    return any(
        before.count(opener) > before.count(BRACKETS[opener]) and closer in text[span.end :].split("\n", 1)[0]
        for opener, closer in QUOTES.items()
    )
