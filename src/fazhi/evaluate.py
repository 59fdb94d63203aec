"""How good a pipeline is on labelled reports: strict counts, and seqeval as the outside authority."""

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from seqeval.metrics import classification_report
from seqeval.scheme import IOB2
from spacy.language import Language

from fazhi.annotations.documents import GoldDocument
from fazhi.codec import bio_tags, encode_bio
from fazhi.docs import get_layer, get_links
from fazhi.labels import LAYERS
from fazhi.scoring import Scores
from fazhi.types import LabeledSpan

LinkPair = tuple[LabeledSpan, LabeledSpan]


def predict(nlp: Language, documents: Iterable[GoldDocument]) -> list[dict[str, Any]]:
    """What a pipeline finds in the texts of labelled reports, as plain data: `id`, `spans` and `links`."""
    found = []
    for document in documents:
        doc = nlp(document.text)
        spans = sorted(span for layer in LAYERS for span in get_layer(doc, layer))
        place = {(s.start, s.end, s.label): i for i, s in enumerate(spans)}
        found.append(
            {
                "id": document.id,
                "spans": [
                    {"start": s.start, "end": s.end, "label": s.label, "score": round(s.score or 0.0, 4)} for s in spans
                ],
                "links": [[place[q.start, q.end, q.label], place[m.start, m.end, m.label]] for q, m in get_links(doc)],
            }
        )
    return found


def score(gold: Sequence[GoldDocument], predictions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Compare predictions with gold.

    Returns:
        `scores`: our strict counts pooled over the reports; `seqeval`: what seqeval says of the same spans as BIO
        sequences, one per layer, in strict mode with scheme IOB2; `reports`: our counts for each report.
    """
    by_id = {prediction["id"]: prediction for prediction in predictions}
    total = Scores()
    reports = {}
    for document in gold:
        scores = Scores()
        spans, links = _spans_and_links(by_id[document.id])
        gold_links = [(document.spans[link.quantity], document.spans[link.metric]) for link in document.links]
        scores.add(document.spans, spans, gold_links, links)
        reports[document.id] = scores.to_dict()
        total = total + scores
    return {
        "scores": total.to_dict(),
        "seqeval": {layer: _seqeval(layer, gold, by_id) for layer in LAYERS},
        "reports": reports,
    }


def _spans_and_links(prediction: dict[str, Any]) -> tuple[list[LabeledSpan], list[LinkPair]]:
    spans = [LabeledSpan(s["start"], s["end"], s["label"], s.get("score")) for s in prediction["spans"]]
    return spans, [(spans[q], spans[m]) for q, m in prediction["links"]]


def _seqeval(layer: str, gold: Sequence[GoldDocument], by_id: dict[str, dict[str, Any]]) -> dict[str, Any]:
    tags = bio_tags(LAYERS[layer])

    def sequence(length: int, spans: Iterable[LabeledSpan]) -> list[str]:
        inside = [span for span in spans if span.label in LAYERS[layer]]
        return [tags[i] for i in encode_bio(length, inside, LAYERS[layer]).classes]

    true = [sequence(len(document.text), document.spans) for document in gold]
    found = [sequence(len(document.text), _spans_and_links(by_id[document.id])[0]) for document in gold]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # seqeval warns of labels without any span; the counts say so
        report = classification_report(
            true, found, mode="strict", scheme=IOB2, output_dict=True, zero_division=0, digits=4
        )
    return {
        name: {key: round(float(value), 4) if key != "support" else int(value) for key, value in row.items()}
        for name, row in report.items()
        if name in (*LAYERS[layer], "micro avg")
    }
