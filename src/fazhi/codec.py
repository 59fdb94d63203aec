"""Spans to one sequence per layer, and back.

Two kinds of sequence: BIO tags over characters, and one label for each unit of a known division of the text
(clause segments). What a sequence cannot hold is returned, never dropped in silence. Decoding a matrix of
scores is constrained, so that no invalid sequence can come out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fazhi.types import CharSpan, LabeledSpan

OUTSIDE = "O"
FORBIDDEN = -1e4
Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sequence of class indices, and the spans that it could not take in."""

    classes: list[int]
    left_out: list[LabeledSpan]


def bio_tags(labels: Sequence[str]) -> list[str]:
    """The tags of a layer: `O`, then `B-` and `I-` of each label."""
    return [OUTSIDE, *(prefix + label for label in labels for prefix in ("B-", "I-"))]


def encode_bio(length: int, spans: Sequence[LabeledSpan], labels: Sequence[str]) -> Encoded:
    """Tag `length` characters with the spans of one layer.

    Left out: spans that leave the text, have another label, or overlap one that was already taken in.
    """
    index = {label: i for i, label in enumerate(labels)}
    classes = [0] * length
    left_out = []
    for span in sorted(spans):
        if span.label not in index or span.end > length or any(classes[span.start : span.end]):
            left_out.append(span)
            continue
        begin = 2 * index[span.label] + 1
        classes[span.start : span.end] = [begin] + [begin + 1] * (len(span) - 1)
    return Encoded(classes, left_out)


def decode_bio(classes: Sequence[int], labels: Sequence[str]) -> list[LabeledSpan]:
    """The spans of a valid sequence of class indices.

    Raises:
        ValueError: if an `I-` does not follow a tag of its own label.
    """
    spans: list[LabeledSpan] = []
    start: int | None = None
    previous = 0
    for i, tag in enumerate([*classes, 0]):
        inside = tag > 0 and tag % 2 == 0
        if inside and previous not in (tag, tag - 1):
            raise ValueError(f"tag {i} continues a {labels[tag // 2 - 1]} that has not begun")
        if start is not None and not inside:
            spans.append(LabeledSpan(start, i, labels[(previous - 1) // 2]))
            start = None
        if tag % 2 == 1:
            start = i
        previous = tag
    return spans


def encode_units(units: Sequence[CharSpan], spans: Sequence[LabeledSpan], labels: Sequence[str]) -> Encoded:
    """Give each unit the label of the span that equals it.

    Left out: spans that equal no unit, have another label, or come second on the same unit.
    """
    index = {label: i + 1 for i, label in enumerate(labels)}
    place = {(unit.start, unit.end): i for i, unit in enumerate(units)}
    classes = [0] * len(units)
    left_out = []
    for span in sorted(spans):
        i = place.get((span.start, span.end))
        if i is None or span.label not in index or classes[i]:
            left_out.append(span)
        else:
            classes[i] = index[span.label]
    return Encoded(classes, left_out)


def decode_units(units: Sequence[CharSpan], logits: Floats, labels: Sequence[str]) -> list[LabeledSpan]:
    """The best label of each unit with its probability.

    Args:
        units: n units.
        logits: (n, 1 + labels), class 0 meaning none.
        labels: The labels of classes 1 and up.
    """
    if not units:
        return []
    probabilities = np.exp(logits - _logsumexp(logits, axis=1)[:, None])
    best = probabilities.argmax(axis=1)
    return [
        LabeledSpan(unit.start, unit.end, labels[k - 1], float(p[k]))
        for unit, k, p in zip(units, best.tolist(), probabilities, strict=True)
        if k
    ]


def bio_constraints(labels: Sequence[str]) -> tuple[Floats, Floats]:
    """What may follow what: 0 where allowed, `FORBIDDEN` where not.

    Returns:
        Scores of the first tag (tags,), and of tag j after tag i (tags, tags).
    """
    n = 2 * len(labels) + 1
    first = np.zeros(n)
    follow = np.zeros((n, n))
    for inside in range(2, n, 2):
        first[inside] = FORBIDDEN
        follow[:, inside] = FORBIDDEN
        follow[[inside - 1, inside], inside] = 0.0
    return first, follow


def viterbi(emissions: Floats, first: Floats, follow: Floats) -> list[int]:
    """The best tag sequence.

    Args:
        emissions: (length, tags).
        first: (tags,), added to the first row.
        follow: (tags, tags), score of column after row.
    """
    if not len(emissions):
        return []
    score = first + emissions[0]
    back = np.zeros(emissions.shape, dtype=np.int64)
    for i in range(1, len(emissions)):
        candidates = score[:, None] + follow
        back[i] = candidates.argmax(axis=0)
        score = candidates.max(axis=0) + emissions[i]
    path = [int(score.argmax())]
    for i in range(len(emissions) - 1, 0, -1):
        path.append(int(back[i, path[-1]]))
    return path[::-1]


def span_posteriors(
    spans: Sequence[LabeledSpan], emissions: Floats, first: Floats, follow: Floats, labels: Sequence[str]
) -> list[LabeledSpan]:
    """The spans with the posterior probability that exactly this span, with this label, is there.

    Forward-backward over the linear chain (Rabiner 1989): the mass of all valid sequences in which the span
    begins, runs and ends as given, over the mass of all valid sequences.
    """
    if not spans:
        return []
    n = len(emissions)
    forward = np.empty(emissions.shape)
    backward = np.zeros(emissions.shape)
    forward[0] = first + emissions[0]
    for i in range(1, n):
        forward[i] = _logsumexp(forward[i - 1][:, None] + follow, axis=0) + emissions[i]
    for i in range(n - 2, -1, -1):
        backward[i] = _logsumexp(follow + (emissions[i + 1] + backward[i + 1])[None, :], axis=1)
    total = _logsumexp(forward[-1], axis=0)
    scored = []
    for span in spans:
        begin = 2 * labels.index(span.label) + 1
        inside = begin + 1
        mass = forward[span.start, begin]
        tag = begin
        for i in range(span.start + 1, span.end):
            mass += follow[tag, inside] + emissions[i, inside]
            tag = inside
        if span.end < n:
            onward = follow[tag] + emissions[span.end] + backward[span.end]
            mass += _logsumexp(np.delete(onward, inside), axis=0)
        scored.append(LabeledSpan(span.start, span.end, span.label, float(np.exp(min(0.0, mass - total)))))
    return scored


def _logsumexp(values: Floats, axis: int) -> Floats:
    top = values.max(axis=axis, keepdims=True)
    result: Floats = np.log(np.exp(values - top).sum(axis=axis)) + np.squeeze(top, axis=axis)
    return result
