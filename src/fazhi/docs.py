"""The only bridge to spaCy's `Doc`: one token per character, two span groups, plain data in `doc._.fazhi`."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from spacy.tokens import Doc, Span, SpanGroup
from spacy.vocab import Vocab

from fazhi.annotations.documents import GoldDocument
from fazhi.labels import LAYERS, MENTION, span_id
from fazhi.types import CharSpan, LabeledSpan, Link, Section

KEY = "fazhi"
# Set on a doc that is a passage of a longer report: the heading path that it stands under there.
CONTEXT = "context"


def facts(doc: Doc) -> dict[str, Any]:
    """What the pipeline found out about a doc, as plain data: `sections`, `links`, `indicators`, `metadata`."""
    found: dict[str, Any] = doc.user_data.setdefault(
        KEY, {"sections": [], "links": [], "indicators": [], "metadata": {}}
    )
    return found


if not Doc.has_extension(KEY):
    Doc.set_extension(KEY, getter=facts)


class CharTokenizer:
    """A spaCy tokenizer with exactly one token per character, white space included.

    `doc[i]` is character i of the text, so that character offsets and token offsets are the same numbers.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """A doc of one token per character, with both span groups, empty."""
        doc = Doc(self.vocab, words=list(text), spaces=[False] * len(text))
        for layer in LAYERS:
            doc.spans[layer] = []
        return doc

    def to_bytes(self, **_: Any) -> bytes:
        """Nothing to keep: the tokenizer has no state."""
        return b""

    def from_bytes(self, data: bytes, **_: Any) -> "CharTokenizer":
        """Nothing to restore."""
        return self

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Nothing to write."""

    def from_disk(self, path: str | Path, **_: Any) -> "CharTokenizer":
        """Nothing to read."""
        return self


def set_layer(doc: Doc, layer: str, spans: Sequence[LabeledSpan]) -> None:
    """Write the spans of one layer, replacing what is there.

    Span i of the group has the id `LAYER-i`; the scores stand in the group's `attrs["scores"]` in the same order.
    """
    group = SpanGroup(
        doc,
        name=layer,
        spans=[
            Span(doc, s.start, s.end, label=s.label, span_id=span_id(layer, i)) for i, s in enumerate(sorted(spans))
        ],
        attrs={"scores": [s.score for s in sorted(spans)]},
    )
    doc.spans[layer] = group


def get_layer(doc: Doc, layer: str) -> list[LabeledSpan]:
    """The spans of one layer with their scores, in order; none if the group is missing."""
    if layer not in doc.spans:
        return []
    group = doc.spans[layer]
    scores = group.attrs.get("scores") or [None] * len(group)
    return [
        LabeledSpan(span.start_char, span.end_char, span.label_, score)
        for span, score in zip(group, scores, strict=True)
    ]


def set_sections(doc: Doc, tree: Sequence[Section]) -> None:
    """Write the heading tree as plain data."""
    facts(doc)["sections"] = [asdict(section) for section in tree]


def get_sections(doc: Doc) -> list[Section]:
    """The heading tree of a doc; empty if no component has written one."""
    return [Section(**{**section, "heading": CharSpan(**section["heading"])}) for section in facts(doc)["sections"]]


def to_doc(document: GoldDocument, vocab: Vocab) -> Doc:
    """A gold report as a `Doc`."""
    doc = CharTokenizer(vocab)(document.text)
    for layer in LAYERS:
        set_layer(doc, layer, document.layer(layer))
    set_links(doc, document.spans, document.links)
    return doc


def set_links(doc: Doc, spans: Sequence[LabeledSpan], links: Iterable[Link]) -> None:
    """Write links, given as indices into `spans`, keyed by span id."""
    ids: dict[LabeledSpan, str] = {}
    for layer, labels in LAYERS.items():
        for i, span in enumerate(sorted(s for s in spans if s.label in labels)):
            ids[span] = span_id(layer, i)
    facts(doc)["links"] = [
        {"quantity": ids[spans[link.quantity]], "metric": ids[spans[link.metric]], "score": link.score}
        for link in links
    ]


def get_links(doc: Doc) -> list[tuple[LabeledSpan, LabeledSpan]]:
    """The links of a doc as pairs of quantity and metric."""
    mentions = {span_id(MENTION, i): span for i, span in enumerate(get_layer(doc, MENTION))}
    return [(mentions[link["quantity"]], mentions[link["metric"]]) for link in facts(doc)["links"]]
