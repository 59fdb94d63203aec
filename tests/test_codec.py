import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.codec import (
    bio_constraints,
    bio_tags,
    decode_bio,
    decode_units,
    encode_bio,
    encode_units,
    span_posteriors,
    viterbi,
)
from fazhi.types import CharSpan, LabeledSpan

LABELS = ("METRIC", "QUANTITY")
LENGTH = 12


@st.composite
def disjoint_spans(draw: st.DrawFn) -> list[LabeledSpan]:
    cuts = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=8)))
    pairs = list(zip(cuts, cuts[1:], strict=False))
    chosen = [pair for pair in pairs if draw(st.booleans())]
    return [LabeledSpan(a, b, draw(st.sampled_from(LABELS))) for a, b in chosen]


@given(disjoint_spans())
def test_bio_round_trip(spans: list[LabeledSpan]) -> None:
    encoded = encode_bio(LENGTH, spans, LABELS)
    assert encoded.left_out == []
    assert decode_bio(encoded.classes, LABELS) == spans


def test_what_bio_cannot_hold_is_returned() -> None:
    good, crossing = LabeledSpan(0, 3, "METRIC"), LabeledSpan(2, 5, "QUANTITY")
    outside, foreign = LabeledSpan(9, 20, "METRIC"), LabeledSpan(6, 7, "PLAN")
    encoded = encode_bio(10, [good, crossing, outside, foreign], LABELS)
    assert set(encoded.left_out) == {crossing, outside, foreign}
    assert decode_bio(encoded.classes, LABELS) == [good]


def test_invalid_sequence_is_refused() -> None:
    with pytest.raises(ValueError, match="has not begun"):
        decode_bio([0, 2, 0], LABELS)
    with pytest.raises(ValueError, match="has not begun"):
        decode_bio([1, 4], LABELS)


def test_units() -> None:
    units = [CharSpan(0, 4), CharSpan(5, 9)]
    whole, part = LabeledSpan(5, 9, "PLAN"), LabeledSpan(0, 3, "PLAN")
    encoded = encode_units(units, [whole, part], ("MEASURE", "PLAN"))
    assert encoded.classes == [0, 2]
    assert encoded.left_out == [part]
    logits = np.array([[4.0, 0.0, 0.0], [0.0, 0.0, 3.0]])
    (found,) = decode_units(units, logits, ("MEASURE", "PLAN"))
    assert (found.start, found.end, found.label) == (5, 9, "PLAN")
    assert found.score == pytest.approx(np.exp(3) / (2 + np.exp(3)))
    assert decode_units([], np.empty((0, 3)), ("MEASURE", "PLAN")) == []


@given(st.integers(0, 10_000))
def test_decoding_never_gives_an_invalid_sequence(seed: int) -> None:
    emissions = np.random.default_rng(seed).normal(scale=5, size=(15, 5))
    decode_bio(viterbi(emissions, *bio_constraints(LABELS)), LABELS)


def all_paths(emissions: np.ndarray, first: np.ndarray, follow: np.ndarray) -> dict[tuple[int, ...], float]:
    """Score of every tag sequence, by trying them all."""
    length, tags = emissions.shape
    return {
        path: first[path[0]]
        + sum(emissions[i, t] for i, t in enumerate(path))
        + sum(follow[a, b] for a, b in itertools.pairwise(path))
        for path in itertools.product(range(tags), repeat=length)
    }


@pytest.mark.parametrize("seed", range(5))
def test_viterbi_and_posteriors_agree_with_trying_all_sequences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    emissions = rng.normal(size=(5, 5))
    first, follow = (a + rng.normal(size=a.shape) for a in bio_constraints(LABELS))
    paths = all_paths(emissions, first, follow)
    best = max(paths, key=paths.__getitem__)
    assert viterbi(emissions, first, follow) == list(best)
    spans = [LabeledSpan(0, 2, "METRIC"), LabeledSpan(3, 5, "QUANTITY"), LabeledSpan(2, 3, "METRIC")]
    total = sum(np.exp(score) for score in paths.values())
    for span in span_posteriors(spans, emissions, first, follow, LABELS):
        plain = LabeledSpan(span.start, span.end, span.label)
        mass = sum(
            np.exp(score) for path, score in paths.items() if score > -1000 and plain in decode_bio(path, LABELS)
        )
        assert span.score == pytest.approx(mass / total, rel=1e-6)


def test_tags_are_named_in_order() -> None:
    assert bio_tags(LABELS) == ["O", "B-METRIC", "I-METRIC", "B-QUANTITY", "I-QUANTITY"]
