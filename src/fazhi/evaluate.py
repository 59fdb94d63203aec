"""How good a pipeline is on labelled reports: counts, intervals, errors, and seqeval as the outside authority."""

import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from seqeval.metrics import classification_report
from seqeval.scheme import IOB2
from spacy.language import Language

from fazhi import matching
from fazhi.annotations.documents import GoldDocument
from fazhi.calibration import Judged, expected_calibration_error, fit, held_out, reliability, to_dict
from fazhi.codec import bio_tags, encode_bio
from fazhi.docs import get_layer, get_links
from fazhi.labels import CLAUSE, LABELS, LAYERS, MENTION
from fazhi.linking import indicators
from fazhi.resampling import intervals
from fazhi.scoring import Counts, Scores, count
from fazhi.sections import sections, titles
from fazhi.types import LabeledSpan, Link

CONTEXT_SHOWN = 60
THRESHOLDS = tuple(round(0.05 * i, 2) for i in range(20))

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
    """Compare predictions with gold. Counts come first, all rates are derived from them.

    Args:
        gold: Labelled reports.
        predictions: What `predict` gave for the same reports, in any order.

    Returns:
        `scores`: strict counts pooled over the reports; `intervals`: of their F1, by report; `matching`: the four
        ways of SemEval 2013, for each layer and label; `indicators`: metric, number and unit of linked quantities;
        `seqeval`: what seqeval says of the same spans as BIO sequences, one per layer, in strict mode with scheme
        IOB2; `reports`, `sections`, `origins`: strict counts for each; `empty`: reports without any span; and, if
        the predictions carry scores, `calibration` and `thresholds`.
    """
    by_id = {prediction["id"]: prediction for prediction in predictions}
    pairs = [Compared(document, by_id[document.id]) for document in gold]
    total = sum((pair.scores() for pair in pairs), Scores())
    found: dict[str, Any] = {
        "scores": total.to_dict(),
        "intervals": intervals([pair.scores() for pair in pairs]),
        "matching": _matching(pairs),
        "indicators": _indicators(pairs),
        "seqeval": {layer: _seqeval(layer, gold, by_id) for layer in LAYERS},
        "reports": {pair.gold.id: pair.scores().to_dict() for pair in pairs},
        "sections": [row for pair in pairs for row in pair.sections()],
        "origins": {
            origin: sum((p.scores() for p in pairs if p.gold.meta.origin == origin), Scores()).to_dict()
            for origin in sorted({pair.gold.meta.origin for pair in pairs})
        },
        "empty": {
            "gold": sum(not pair.gold.spans for pair in pairs),
            "predicted": sum(not pair.spans for pair in pairs),
            "reports": len(pairs),
        },
    }
    judged = {pair.gold.id: pair.judged() for pair in pairs}
    if any(judged.values()):
        found |= _confidence(judged, total)
    return found


class Compared:
    """A labelled report and what a pipeline found in it."""

    def __init__(self, gold: GoldDocument, prediction: dict[str, Any]) -> None:
        self.gold = gold
        self.spans, self.links = _spans_and_links(prediction)
        self.gold_links = [(gold.spans[link.quantity], gold.spans[link.metric]) for link in gold.links]

    def scores(self) -> Scores:
        """Strict counts."""
        found = Scores()
        found.add(self.gold.spans, self.spans, self.gold_links, self.links)
        return found

    def layer(self, labels: Collection[str]) -> tuple[list[LabeledSpan], list[LabeledSpan]]:
        """Gold and predicted spans with these labels."""
        return [s for s in self.gold.spans if s.label in labels], [s for s in self.spans if s.label in labels]

    def sections(self) -> list[dict[str, Any]]:
        """Strict counts of spans by the outermost heading that they stand under."""
        tree = sections(self.gold.text)

        def under(spans: Iterable[LabeledSpan], heading: str) -> list[LabeledSpan]:
            return [span for span in spans if (titles(tree, span.start) or [""])[0] == heading]

        headings = dict.fromkeys(["", *(s.marker + s.title for s in tree if s.parent is None)])
        rows = []
        for heading in headings:
            found = Scores()
            found.add(under(self.gold.spans, heading), under(self.spans, heading))
            if found.micro != Counts():
                rows.append({"report": self.gold.id, "section": heading, **found.micro.to_dict()})
        return rows

    def judged(self) -> list[Judged]:
        """Predicted spans with their scores; none where the prediction has no scores."""
        true = {(s.start, s.end, s.label) for s in self.gold.spans}
        return [Judged(s.label, s.score, (s.start, s.end, s.label) in true) for s in self.spans if s.score is not None]

    def indicators(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The indicators that the gold links and the predicted links make."""
        return _rows_of(self.gold.text, self.gold.spans, self.gold_links), _rows_of(
            self.gold.text, self.spans, self.links
        )

    def errors(self) -> Iterator[dict[str, Any]]:
        """Each error with its kind, the gold span and the predicted one, and where it stands."""
        text, tree = self.gold.text, sections(self.gold.text)
        for layer, labels in LAYERS.items():
            for kind, (true, found) in matching.errors(*self.layer(labels)):
                shown = [span for span in (true, found) if span is not None]
                start, end = min(s.start for s in shown), max(s.end for s in shown)
                yield {
                    "report": self.gold.id,
                    "layer": layer,
                    "kind": kind,
                    "label": shown[0].label,
                    "gold": _plain(true, text),
                    "predicted": _plain(found, text),
                    "section": " / ".join(titles(tree, start)),
                    "before": text[max(0, start - CONTEXT_SHOWN) : start],
                    "text": text[start:end],
                    "start": start,
                    "after": text[end : end + CONTEXT_SHOWN],
                }


def error_list(gold: Sequence[GoldDocument], predictions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every error of every report (`Compared.errors`)."""
    by_id = {prediction["id"]: prediction for prediction in predictions}
    return [error for document in gold for error in Compared(document, by_id[document.id]).errors()]


def _plain(span: LabeledSpan | None, text: str) -> dict[str, Any] | None:
    if span is None:
        return None
    return {"start": span.start, "end": span.end, "label": span.label, "text": span.of(text)}


def _rows_of(text: str, spans: Sequence[LabeledSpan], links: Sequence[LinkPair]) -> list[dict[str, Any]]:
    clauses = sorted(s for s in spans if s.label in LAYERS[CLAUSE])
    mentions = sorted(s for s in spans if s.label in LAYERS[MENTION])
    place = {(s.start, s.end, s.label): i for i, s in enumerate(mentions)}
    found = [Link(place[q.start, q.end, q.label], place[m.start, m.end, m.label]) for q, m in links]
    return indicators(text, clauses, mentions, found)


def _indicators(pairs: Sequence[Compared]) -> dict[str, Any]:
    """Right number, right unit, right metric: each alone, and all of an indicator together.

    An indicator is compared by what it says, wherever in the report it stands.
    """
    parts = {
        "metric": ("metric",),
        "number": ("value", "lower", "upper", "approximate"),
        "unit": ("unit",),
        "all": ("metric", "value", "lower", "upper", "approximate", "unit"),
    }
    totals = {name: Counts() for name in parts}
    for pair in pairs:
        gold, found = pair.indicators()
        for name, keys in parts.items():
            totals[name] += count(*([tuple(row[key] for key in keys) for row in rows] for rows in (gold, found)))
    return {name: counts.to_dict() for name, counts in totals.items()}


def _matching(pairs: Sequence[Compared]) -> dict[str, Any]:
    groups = {**LAYERS, **{label: (label,) for label in LABELS}}
    return {
        name: {
            scheme: sum((matching.tally(*pair.layer(labels), scheme) for pair in pairs), matching.Tally()).to_dict()
            for scheme in matching.SCHEMES
        }
        for name, labels in groups.items()
    }


def _confidence(judged: dict[str, list[Judged]], total: Scores) -> dict[str, Any]:
    """How far scores can be trusted, as they are and calibrated, and what a threshold costs.

    What is said of calibrated scores is said of each report by curves that were fitted on the others; `curves` are
    fitted on all.
    """
    raw = [span for spans in judged.values() for span in spans]
    calibrated = [span for spans in held_out(judged).values() for span in spans]
    return {
        "calibration": {
            "curves": to_dict(fit(raw)),
            "error": {
                name: {
                    "before": expected_calibration_error([s for s in raw if s.label in labels]),
                    "after": expected_calibration_error([s for s in calibrated if s.label in labels]),
                }
                for name, labels in {"all": tuple(LABELS), **{label: (label,) for label in LABELS}}.items()
            },
            "before": reliability(raw),
            "after": reliability(calibrated),
        },
        "thresholds": {
            label: [
                {"min_score": at, **_kept([s for s in calibrated if s.label == label], at, counts).to_dict()}
                for at in THRESHOLDS
            ]
            for label, counts in total.labels.items()
        },
    }


def _kept(spans: Sequence[Judged], threshold: float, counts: Counts) -> Counts:
    """Counts of the spans at or above a threshold; what is below counts as not found."""
    kept = [span for span in spans if span.score >= threshold]
    right = sum(span.right for span in kept)
    return Counts(right, len(kept) - right, counts.tp + counts.fn - right)


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
