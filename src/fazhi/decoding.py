"""From a model's logits to spans: constrained, bordered as the specification says, each with its probability.

Nothing here takes part in training, so it may change without a model being trained anew.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fazhi.borders import metric_borders, quantity_borders
from fazhi.clauses import delimiters
from fazhi.codec import FORBIDDEN, Floats, decode_bio, decode_units, span_posteriors, viterbi
from fazhi.labels import CLAUSE, LAYERS, MENTION, METRIC
from fazhi.types import CharSpan, LabeledSpan, Window

# The tags that begin and continue a metric, and what no metric begins with.
_BEGIN, _INSIDE = (1 + 2 * LAYERS[MENTION].index(METRIC) + i for i in range(2))
_NO_BEGINNING = frozenset("(（、")


def stitch(cut: Sequence[Window], scores: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Join the kept parts of all windows, which cover the text in order."""
    if not cut:
        return np.empty((0, 1 + len(LAYERS[CLAUSE]))), np.empty((0, 1 + 2 * len(LAYERS[MENTION])))
    parts = [
        tuple(layer[w.keep.start - w.span.start : w.keep.end - w.span.start] for layer in both)
        for w, both in zip(cut, scores, strict=True)
    ]
    clause, mention = zip(*parts, strict=True)
    return np.concatenate(clause), np.concatenate(mention)


def decode_clauses(units: Sequence[CharSpan], logits: Floats, shifts: Floats) -> list[LabeledSpan]:
    """Clause spans from character logits: each segment takes the class of its mean logits and what its cues add.

    Args:
        units: The segments.
        logits: (characters, classes).
        shifts: (segments, classes).
    """
    if not units:
        return []
    means = np.stack([logits[unit.start : unit.end].mean(axis=0) for unit in units])
    return decode_units(units, means + shifts, LAYERS[CLAUSE])


def decode_mentions(
    text: str,
    logits: Floats,
    first: Floats,
    follow: Floats,
    *,
    words: Sequence[CharSpan] | None = None,
    region: str | None = None,
) -> list[LabeledSpan]:
    """Mention spans from character logits: the best valid tag sequence, each span with its posterior.

    No mention crosses a line break, none begins or ends in white space, no metric crosses a clause delimiter or begins
    with a bracket. Metrics and quantities lose what rules 9 and 12 leave outside them, unless that would cut a word.

    Args:
        text: The text.
        logits: (characters, tags).
        first: (tags,), scores of the first tag.
        follow: (tags, tags), scores of the column's tag after the row's.
        words: What is tagged instead of characters, by the mean logits of its characters; they cover the text.
        region: The leading region name of the issuer.
    """
    if not text:
        return []
    units = [CharSpan(i, i + 1) for i in range(len(text))] if words is None else words
    if words is None:
        allowed = np.array(logits, dtype=np.float64)
    else:
        allowed = np.stack([logits[word.start : word.end].mean(axis=0, dtype=np.float64) for word in words])
    allowed[["\n" in unit.of(text) for unit in units], 1:] = FORBIDDEN
    allowed[[unit.of(text).isspace() for unit in units], 1::2] = FORBIDDEN
    allowed[[unit.of(text)[0] in _NO_BEGINNING for unit in units], _BEGIN] = FORBIDDEN
    parting = set(delimiters(text))
    allowed[[not parting.isdisjoint(range(unit.start, unit.end)) for unit in units], _BEGIN : _INSIDE + 1] = FORBIDDEN
    found = []
    for span in decode_bio(viterbi(allowed, first, follow), LAYERS[MENTION]):
        while units[span.end - 1].of(text).isspace():
            span = LabeledSpan(span.start, span.end - 1, span.label)
        found.append(span)
    scored = span_posteriors(found, allowed, first, follow, LAYERS[MENTION])
    placed = [LabeledSpan(units[s.start].start, units[s.end - 1].end, s.label, s.score) for s in scored]
    starts, ends = {unit.start for unit in units}, {unit.end for unit in units}
    found = []
    for span in placed:
        parts = [metric_borders(text, span, region)] if span.label == METRIC else quantity_borders(text, span)
        whole = all(part.start in starts and part.end in ends for part in parts)  # no word is cut
        found += [replace(span, start=part.start, end=part.end) for part in parts] if whole else [span]
    return found
