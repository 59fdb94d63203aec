"""Simpler systems for comparison: spaCy's own components, and a plain token classifier on the same encoder.

They read a text paragraph by paragraph and know nothing of headings. What they find is linked by the project's rule.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from spacy.language import Language
from spacy.pipeline.spancat import Suggester
from spacy.training import Example
from spacy.util import filter_spans, registry
from thinc.api import Ops, get_current_ops
from thinc.types import Ragged
from torch import nn
from transformers import AutoModelForTokenClassification, AutoTokenizer

from fazhi.annotations.documents import GoldDocument
from fazhi.clauses import segments
from fazhi.codec import bio_tags, encode_bio
from fazhi.corpus import documents
from fazhi.docs import to_doc
from fazhi.labels import CLAUSE, LAYERS, MENTION
from fazhi.linking import link
from fazhi.model import CharVocabulary, Passage
from fazhi.types import LabeledSpan
from fazhi.windows import passages

WINDOW = 256
Prediction = dict[str, Any]


def prediction(document: GoldDocument, spans: Iterable[LabeledSpan]) -> Prediction:
    """What a baseline found in a report, in the form of `fazhi.evaluate.predict`, with the rule's links."""
    found = sorted(spans)
    return {
        "id": document.id,
        "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in found],
        "links": [[pair.quantity, pair.metric] for pair in link(document.text, found)],
    }


def merged(parts: Sequence[Sequence[Prediction]], gold: Sequence[GoldDocument]) -> list[Prediction]:
    """One prediction a report from those of the layers, linked anew."""
    by_id: dict[str, list[LabeledSpan]] = {}
    for found in (row for part in parts for row in part):
        spans = by_id.setdefault(found["id"], [])
        spans += [LabeledSpan(s["start"], s["end"], s["label"]) for s in found["spans"]]
    return [prediction(document, by_id[document.id]) for document in gold]


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text that hold something, each with its offset."""
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield start, line
        start += len(line) + 1


def predict(nlp: Language, gold: Iterable[GoldDocument]) -> list[Prediction]:
    """What a pipeline with `ner` or `spancat` finds; of spans of one layer that overlap, the longest are kept."""
    found = []
    for document in gold:
        spans = []
        for start, line in paragraphs(document.text):
            doc = nlp(line)
            groups = [doc.ents, *(filter_spans(doc.spans[layer]) for layer in LAYERS if layer in doc.spans)]
            spans += [
                LabeledSpan(start + span.start_char, start + span.end_char, span.label_) for g in groups for span in g
            ]
        found.append(prediction(document, spans))
    return found


@registry.readers("fazhi.Entities.v1")
def read_entities(
    source: str, layer: str, include: Sequence[str] = (), exclude: Sequence[str] = (), seed: int = 0
) -> Callable[[Language], Iterator[Example]]:
    """A corpus of passages in which one layer stands as entities and as spans, for spaCy's own components."""
    rng = random.Random(seed)

    def read(nlp: Language) -> Iterator[Example]:
        cut = [
            part
            for document in documents(source, include=include, exclude=exclude)
            for part in _passages(document, rng.randint(1, WINDOW))
        ]
        rng.shuffle(cut)
        for part in cut:
            reference = to_doc(part, nlp.vocab)
            reference.set_ents(list(reference.spans[layer]))
            yield Example(nlp.make_doc(part.text), reference)

    return read


def _passages(document: GoldDocument, first: int) -> Iterator[GoldDocument]:
    """Passages of a report, without headings; one that would cut a labelled span is left out."""
    for cut in passages(document.text, [], window=WINDOW, first=first):
        if all(cut.span.contains(s) or not s.overlaps(cut.span) for s in document.spans) and cut.span.of(document.text):
            inside = tuple(
                LabeledSpan(s.start - cut.span.start, s.end - cut.span.start, s.label)
                for s in document.spans
                if cut.span.contains(s)
            )
            yield GoldDocument(document.id, cut.span.of(document.text), inside, (), document.meta)


@registry.misc("fazhi.segment_suggester.v1")
def segment_suggester() -> Suggester:
    """Clause segments as candidates for `spancat`: no other span can be a clause."""

    def suggest(docs: Iterable[Any], *, ops: Ops | None = None) -> Ragged:
        chosen = ops or get_current_ops()
        found = [[(s.start, s.end) for s in segments(doc.text)] for doc in docs]
        rows = [pair for pairs in found for pair in pairs]
        data = chosen.asarray2i(rows) if rows else chosen.alloc2i(0, 2)
        return Ragged(data, chosen.asarray1i([len(pairs) for pairs in found]))

    return suggest


TAGS = [(clause, mention) for clause in bio_tags(LAYERS[CLAUSE]) for mention in bio_tags(LAYERS[MENTION])]
"""Tags of the plain classifier: both layers in one, as a token classifier has one label a token."""


class PlainClassifier:
    """Hugging Face's token classifier as it comes: one label a character, the likeliest taken, no headings."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model
        self.vocabulary = CharVocabulary(tokenizer)

    @classmethod
    def load(cls, folder: str | Path) -> "PlainClassifier":
        """From an encoder, with a new head, or from what `save` wrote."""
        model = AutoModelForTokenClassification.from_pretrained(
            folder, num_labels=len(TAGS), attention_probs_dropout_prob=0.0
        )
        return cls(model.float(), AutoTokenizer.from_pretrained(folder))

    def save(self, folder: Path) -> None:
        """Write weights, configuration and tokenizer."""
        self.model.save_pretrained(folder)
        self.vocabulary.tokenizer.save_pretrained(folder)

    def fit(self, gold: Sequence[GoldDocument], *, steps: int, learn_rate: float, seed: int, batch: int = 8) -> None:
        """Train on passages of labelled reports, cut anew in each round, the rate rising for a tenth and falling."""
        rng = random.Random(seed)
        torch.manual_seed(seed)
        optimizer = torch.optim.AdamW(self.model.parameters(), lr=learn_rate, weight_decay=0.01)
        pace = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, learn_rate, total_steps=steps + 1, pct_start=0.1, anneal_strategy="linear", cycle_momentum=False
        )
        queue: list[GoldDocument] = []
        self.model.train()
        for _ in range(steps):
            while len(queue) < batch:
                cut = [part for document in gold for part in _passages(document, rng.randint(1, WINDOW))]
                rng.shuffle(cut)
                queue += cut
            chosen, queue = queue[:batch], queue[batch:]
            ids, mask, types, _, starts = self.vocabulary.batch([Passage("", part.text) for part in chosen])
            labels = torch.full_like(ids, -100)
            for row, (part, start) in enumerate(zip(chosen, starts, strict=True)):
                labels[row, start : start + len(part.text)] = torch.tensor(tags(part))
            logits = self.model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            optimizer.step()
            pace.step()

    def predict(self, gold: Iterable[GoldDocument]) -> list[Prediction]:
        """What it finds in reports; runs of one label are spans, as tokens say."""
        self.model.eval()
        return [prediction(document, self._spans(document.text)) for document in gold]

    def _spans(self, text: str) -> Iterator[LabeledSpan]:
        with torch.inference_mode():
            for start, line in paragraphs(text):
                found: list[int] = []
                for at in range(0, len(line), WINDOW):
                    part = line[at : at + WINDOW]
                    ids, mask, types, _, (first,) = self.vocabulary.batch([Passage("", part)])
                    logits = self.model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits
                    found += logits[0, first : first + len(part)].argmax(-1).tolist()
                for place, layer in enumerate(LAYERS):
                    kinds = bio_tags(LAYERS[layer])
                    for span in spans_of([kinds.index(TAGS[tag][place]) for tag in found], LAYERS[layer]):
                        yield LabeledSpan(start + span.start, start + span.end, span.label)


def tags(part: GoldDocument) -> list[int]:
    """The tag of each character of a passage, as an index into `TAGS`."""
    clause, mention = (
        [bio_tags(labels)[tag] for tag in encode_bio(len(part.text), part.layer(layer), labels).classes]
        for layer, labels in LAYERS.items()
    )
    return [TAGS.index(pair) for pair in zip(clause, mention, strict=True)]


def spans_of(classes: Sequence[int], labels: Sequence[str]) -> Iterator[LabeledSpan]:
    """Spans of BIO classes that may be invalid: an `I` behind anything but its own label begins a span."""
    start, label = 0, -1
    for i, kind in enumerate([*classes, 0]):
        goes_on = kind > 0 and kind % 2 == 0 and kind // 2 - 1 == label
        if not goes_on:
            if label >= 0:
                yield LabeledSpan(start, i, labels[label])
            start, label = i, (kind - 1) // 2 if kind else -1
