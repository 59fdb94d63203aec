"""A linter that knows the specification: what a valid gold file can still have wrong.

It never decides a label. It only finds what no reading of the specification allows, or what one seldom allows:
the rare case that is right all the same stands in an exceptions file with its reason.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fazhi.annotations.documents import GoldDocument
from fazhi.clauses import BRACKETS, depths, segments, sentences
from fazhi.errors import AnnotationError
from fazhi.labels import CLAUSE, METRIC, QUANTITY
from fazhi.sections import headings
from fazhi.types import CharSpan, LabeledSpan
from fazhi.vocabulary import EFFECT_VERBS, ENDS_LIKE_INDICATOR, MEASURE_VERBS

NUMERAL = re.compile(r"[0-9０-９〇零一二两三四五六七八九十百千万亿半数几]")
QUOTES = {"“": "”", "《": "》", "「": "」", "『": "』"}
COUNTED = re.compile(
    r"[0-9]+(?:\.[0-9]+)?[余多]?[万亿]?[余多]?(?:[件个起次项人名份家场条批宗部户处篇亩吨元%％])"
    "|[两三四五六七八九十百千万]+余?[件起项份家场条宗]"
)
VERB = re.compile("|".join((*MEASURE_VERBS, *EFFECT_VERBS)))
# 排名 is left out: it is a verb as often as a noun (排名全区第2). So are words that only look like indicator names.
INDICATOR = re.compile(
    "(?<![效频概汇利税功草坦])(?<!以上)率(?![先领队部众真直])|(?<!满意度)满意度(?!调查|测评)|比例|次数|人数|金额"
)
EXCEPTION_COLUMNS = ("report", "rule", "text", "reason")


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of the specification: the rule's number, where it is and what it is."""

    report: str
    rule: int
    span: CharSpan
    text: str
    what: str

    def __str__(self) -> str:
        label = f" {self.span.label}" if isinstance(self.span, LabeledSpan) else ""
        return f"{self.report}, {self.span.start}:{self.span.end}{label} {self.text!r}: {self.what}"


@dataclass(frozen=True, slots=True)
class LintException:
    """A finding that is right all the same.

    Attributes:
        report: The report's id, or `*` for any.
        rule: The number of the rule.
        text: The text of the span found.
        reason: Why it is right.
    """

    report: str
    rule: int
    text: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether this is the exception for a finding."""
        return self.report in ("*", finding.report) and (self.rule, self.text) == (finding.rule, finding.text)


def lint(document: GoldDocument) -> Iterator[Finding]:
    """All findings of a report, in order of the specification's rules."""
    yield from _clause_findings(document)
    yield from _quantity_findings(document)
    yield from _metric_findings(document)
    yield from _link_findings(document)


def _finding(document: GoldDocument, rule: int, span: CharSpan, what: str) -> Finding:
    return Finding(document.id, rule, span, span.of(document.text), what)


def _clause_findings(document: GoldDocument) -> Iterator[Finding]:
    units = {(s.start, s.end): s for s in segments(document.text)}
    for span in document.layer(CLAUSE):
        if (span.start, span.end) not in units:
            near = [s.of(document.text) for s in units.values() if s.overlaps(span)]
            if len(near) > 1:
                what = f"crosses a delimiter; here are {len(near)} segments: {' / '.join(near)!r}"
            else:
                what = f"is not the whole segment without list word and white space, which is {' '.join(near)!r}"
            yield _finding(document, 1, span, what)
    titles = headings(document.text)
    for span in document.layer(CLAUSE):
        if any(title.overlaps(span) for title in titles):
            yield _finding(document, 2, span, "a heading carries no clause label")


def _quantity_findings(document: GoldDocument) -> Iterator[Finding]:
    for span in document.spans:
        if span.label == QUANTITY:
            if not NUMERAL.search(span.of(document.text)):
                yield _finding(document, 9, span, "a quantity has a number")
            if _is_quoted(document.text, span):
                yield _finding(document, 11, span, "a number inside a name or quotation is no quantity")


def _metric_findings(document: GoldDocument) -> Iterator[Finding]:
    depth = depths(document.text)
    marked = [span for span in document.spans if span.label in (METRIC, QUANTITY)]
    for span in marked:
        text = span.of(document.text)
        if span.label != METRIC:
            continue
        if text[0] in "的,，、。;；:：":
            yield _finding(document, 12, span, "a metric starts with a word of its own")
        if any(depth[span.start + m.start()] == 0 for m in COUNTED.finditer(text)):
            yield _finding(document, 12, span, "a metric never contains a quantity")
        if VERB.match(text) and not ENDS_LIKE_INDICATOR.search(text) and not text.startswith("规范性文件"):
            yield _finding(document, 12, span, "a metric leaves the governing verb outside")
    for match in INDICATOR.finditer(document.text):
        place = CharSpan(*match.span())
        if depth[place.start] == 0 and not any(span.overlaps(place) for span in marked):
            start, end = max(0, place.start - 6), min(len(document.text), place.end + 2)
            yield _finding(document, 13, CharSpan(start, end), "an indicator name is a metric also without a number")


def _link_findings(document: GoldDocument) -> Iterator[Finding]:
    for group in _crossed_links(document):
        what = "one link number joins several quantities with several metrics; number them anew"
        yield _finding(document, 15, group, what)
    bounds = sentences(document.text)
    for link in document.links:
        quantity, metric = document.spans[link.quantity], document.spans[link.metric]
        if not any(s.contains(quantity) and s.contains(metric) for s in bounds):
            yield _finding(document, 15, quantity, f"linked to {metric.of(document.text)!r} in another sentence")


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


def read_exceptions(path: Path) -> list[LintException]:
    """The exceptions file: CSV with the columns report, rule, text and reason.

    Raises:
        AnnotationError: if the file is missing, has other columns, or a row lacks a reason or a rule's number.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != EXCEPTION_COLUMNS:
                raise AnnotationError(
                    "is no exceptions file", file=path, fix=f"give it the columns {', '.join(EXCEPTION_COLUMNS)}"
                )
            found = []
            for row in reader:
                if not (row["rule"] or "").isdigit() or not (row["reason"] or "").strip():
                    raise AnnotationError(
                        "an exception names its rule by number and its reason",
                        file=path,
                        place=f"line {reader.line_num}",
                        fix="fill in both, or delete the row",
                    )
                found.append(LintException(row["report"], int(row["rule"]), row["text"], row["reason"]))
            return found
    except FileNotFoundError:
        raise AnnotationError("no such exceptions file", file=path, fix="give the path of a CSV file") from None
    except UnicodeDecodeError:
        raise AnnotationError("is not UTF-8", file=path, fix="save the exceptions as UTF-8") from None


def without_exceptions(
    findings: Iterable[Finding], exceptions: Iterable[LintException]
) -> tuple[list[Finding], list[LintException]]:
    """The findings that no exception covers, and the exceptions that cover nothing."""
    listed = list(exceptions)
    found = list(findings)
    left = [finding for finding in found if not any(e.covers(finding) for e in listed)]
    unused = [e for e in listed if not any(e.covers(finding) for finding in found)]
    return left, unused
