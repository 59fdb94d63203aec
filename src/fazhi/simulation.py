"""What labelling the least sure texts first saves, simulated on reports whose labels are known."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from fazhi import matching
from fazhi.annotations.documents import GoldDocument
from fazhi.exchange.prelabel import Prelabelled, in_paragraphs, least_sure_first
from fazhi.labels import LAYERS
from fazhi.types import LabeledSpan, Link

SHARES = (0.1, 0.25, 0.5, 0.75)
"""Of the characters read and of the corrections made, at which the curve is told."""


def prelabelled(gold: GoldDocument, prediction: dict[str, Any]) -> Prelabelled:
    """A labelled report's text with what a model found in it (`fazhi.evaluate.predict`) in the place of its labels."""
    spans = tuple(LabeledSpan(row["start"], row["end"], row["label"]) for row in prediction["spans"])
    links = tuple(sorted(Link(*pair) for pair in prediction["links"]))
    scores = tuple(row["score"] for row in prediction["spans"])
    return Prelabelled(GoldDocument(gold.id, gold.text, spans, links, gold.meta), scores)


def corrections(gold: GoldDocument, found: GoldDocument) -> int:
    """How many spans a person has to add, delete or change in what a model found in a text."""
    return sum(sum(1 for _ in matching.errors(gold.layer(layer), found.layer(layer))) for layer in LAYERS)


def reading(gold: Sequence[GoldDocument], predictions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A person corrects a model's labels paragraph by paragraph, the least sure first: how soon are the errors found?

    Args:
        gold: Reports that the model has not been trained on.
        predictions: What `fazhi.evaluate.predict` gave for them.

    Returns:
        `paragraphs`, `characters` and `corrections` of all; `found`: for each of `SHARES` of the characters read the
        share of all corrections made by then; `read`: for each of the same shares of the corrections the share of the
        characters to read for them. In random order both shares are expected to be equal.
    """
    by_id = {prediction["id"]: prediction for prediction in predictions}
    true: dict[str, GoldDocument] = {}
    found: list[Prelabelled] = []
    for document in gold:
        whole = Prelabelled(document, (1.0,) * len(document.spans))
        true |= {part.document.id: part.document for part in in_paragraphs(whole)}
        found += in_paragraphs(prelabelled(document, by_id[document.id]))
    steps = [
        (len(part.document.text), corrections(true[part.document.id], part.document))
        for part in least_sure_first(found)
    ]
    characters, wrong = sum(length for length, _ in steps), sum(errors for _, errors in steps)
    return {
        "paragraphs": len(steps),
        "characters": characters,
        "corrections": wrong,
        "found": {str(share): round(_reached(steps, share * characters) / max(1, wrong), 4) for share in SHARES},
        "read": {
            str(share): round(_reached([step[::-1] for step in steps], share * wrong) / max(1, characters), 4)
            for share in SHARES
        },
    }


def _reached(steps: Sequence[tuple[int, int]], goal: float) -> float:
    """The sum of the second parts once that of the first reaches the goal, within a step in proportion."""
    first = second = 0.0
    for one, other in steps:
        if one and first + one >= goal:
            return second + other * (goal - first) / one
        first, second = first + one, second + other
    return second


def choose(found: Sequence[Prelabelled], characters: float, order: str, seed: int = 0) -> list[str]:
    """Reports to label next, up to about so many characters.

    Args:
        found: The texts to choose from, with a model's spans.
        characters: Once this many are reached, no more are taken.
        order: `uncertain`, the least sure first, or `random`.
        seed: Of the random order.

    Returns:
        Their ids.
    """
    orders: dict[str, Callable[[], list[Prelabelled]]] = {
        "uncertain": lambda: least_sure_first(found),
        "random": lambda: random.Random(seed).sample(list(found), len(found)),
    }
    chosen: list[str] = []
    length = 0
    for one in orders[order]():
        if length >= characters:
            break
        chosen.append(one.document.id)
        length += len(one.document.text)
    return chosen
