"""What `spacy train` and `nlp.evaluate` report."""

from collections.abc import Iterable
from typing import Any

from spacy.tokens import Doc
from spacy.training import Example

from fazhi.docs import get_layer, get_links
from fazhi.labels import LAYERS
from fazhi.scoring import Scores
from fazhi.types import LabeledSpan


def score_examples(examples: Iterable[Example], **_: Any) -> dict[str, float]:
    """Strict micro precision, recall and F1 over both layers, F1 for each label, and link F1.

    Every doc counts, those without any span included.
    """
    scores = Scores()
    for example in examples:
        add_docs(scores, example.reference, example.predicted)
    rates = {"fazhi_micro_p": scores.micro.precision, "fazhi_micro_r": scores.micro.recall}
    labels = {f"fazhi_{label.lower()}_f": counts.f1 for label, counts in scores.labels.items()}
    return {"fazhi_micro_f": scores.micro.f1, **rates, **labels, "fazhi_links_f": scores.links.f1}


def add_docs(scores: Scores, gold: Doc, predicted: Doc) -> None:
    """Count one report, given as two docs."""
    scores.add(_spans(gold), _spans(predicted), get_links(gold), get_links(predicted))


def _spans(doc: Doc) -> list[LabeledSpan]:
    return [span for layer in LAYERS for span in get_layer(doc, layer)]
