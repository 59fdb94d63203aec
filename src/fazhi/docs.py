"""The only bridge to spaCy's `Doc`: tokens of one character, two span groups, plain data in `doc._.fazhi`.

Tokens may be words instead (`WordTokenizer`); then a span can only begin and end where a word does.
"""

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from spacy.tokens import Doc, Span, SpanGroup
from spacy.vocab import Vocab

from fazhi.annotations.documents import GoldDocument
from fazhi.errors import FazhiError, FazhiWarning, ModelError
from fazhi.labels import LAYERS, MENTION, span_id
from fazhi.segment import Segmenter
from fazhi.types import CharSpan, LabeledSpan, Link, Section

KEY = "fazhi"
# Set on a doc that is a passage of a longer report: the heading path that it stands under there, its roles, and where
# no clause can be.
CONTEXT = "context"
ROLES = "roles"
WITHOUT_CLAUSES = "without_clauses"


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
        return _empty_doc(self.vocab, list(text))

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


class WordTokenizer:
    """A spaCy tokenizer whose tokens are the words of a pkuseg model; a run of white space is a token too.

    The model is given by `[initialize.tokenizer] segmenter` in the config and kept in the pipeline's folder.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        self._segmenter: Segmenter | None = None

    def initialize(
        self, get_examples: Callable[[], Iterable[Any]], *, nlp: Any = None, segmenter: str | None = None
    ) -> None:
        """Load the pkuseg model.

        Args:
            get_examples: Unused; spaCy passes it.
            nlp: Unused; spaCy passes it.
            segmenter: Folder of the model.

        Raises:
            ModelError: if no folder is named, or it holds no model.
        """
        if segmenter is None:
            raise ModelError(
                "the config names no pkuseg model",
                place="[initialize.tokenizer]",
                fix='add segmenter = "models/words", or another folder',
            )
        self._segmenter = Segmenter(Path(segmenter))

    def __call__(self, text: str) -> Doc:
        """A doc of words, with both span groups, empty.

        Raises:
            ModelError: if no pkuseg model has been loaded.
        """
        if self._segmenter is None:
            raise ModelError(
                "the tokenizer has no pkuseg model yet", fix="train the pipeline, or load a trained one with spacy.load"
            )
        return _empty_doc(self.vocab, [word.of(text) for word in self._segmenter.words(text)])

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Copy the pkuseg model."""
        if self._segmenter is not None:
            self._segmenter.save(Path(path))

    def from_disk(self, path: str | Path, **_: Any) -> "WordTokenizer":
        """Load the pkuseg model from the pipeline's folder.

        Raises:
            ModelError: if it is missing or damaged.
        """
        self._segmenter = Segmenter(Path(path))
        return self

    def to_bytes(self, **_: Any) -> bytes:
        """Not offered: a pkuseg model is kept on disk."""
        raise ModelError("the word tokenizer is kept on disk, not in bytes", fix="use nlp.to_disk and spacy.load")


def _empty_doc(vocab: Vocab, words: Sequence[str]) -> Doc:
    doc = Doc(vocab, words=words, spaces=[False] * len(words))
    for layer in LAYERS:
        doc.spans[layer] = []
    return doc


def words_of(doc: Doc) -> list[CharSpan] | None:
    """The tokens as character spans, or None if each is a single character.

    Raises:
        FazhiError: if the tokens do not cover the text, as those of spaCy's own tokenizers do not.
    """
    if len(doc) == len(doc.text):
        return None
    if (covered := sum(map(len, doc))) != len(doc.text):
        raise FazhiError(
            f"the doc has {len(doc)} tokens of {covered} characters for a text of {len(doc.text)}",
            fix='set [nlp.tokenizer] @tokenizers = "fazhi.CharTokenizer.v1"',
        )
    return [CharSpan(token.idx, token.idx + len(token)) for token in doc]


def misaligned(doc: Doc, spans: Iterable[LabeledSpan]) -> list[LabeledSpan]:
    """The spans that begin or end inside a token."""
    return [span for span in spans if doc.char_span(span.start, span.end) is None]


def set_layer(doc: Doc, layer: str, spans: Sequence[LabeledSpan]) -> None:
    """Write the spans of one layer, replacing what is there.

    Span i of the group has the id `LAYER-i`; the scores stand in the group's `attrs["scores"]` in the same order. Where
    tokens are words, a span that ends inside one is widened to the whole word, with a warning.
    """
    characters = len(doc) == len(doc.text)  # asked once: spaCy joins all tokens to answer
    if not characters and (cut := misaligned(doc, spans)):
        warnings.warn(
            f"{len(cut)} spans end inside words and were widened, the first is {cut[0].of(doc.text)!r} at offset "
            f"{cut[0].start}",
            FazhiWarning,
            stacklevel=2,
        )
    found = []
    for i, span in enumerate(sorted(spans)):
        named = {"label": span.label, "span_id": span_id(layer, i)}
        if characters:
            found.append(Span(doc, span.start, span.end, **named))
        else:
            found.append(doc.char_span(span.start, span.end, alignment_mode="expand", **named))
    doc.spans[layer] = SpanGroup(doc, name=layer, spans=found, attrs={"scores": [s.score for s in sorted(spans)]})


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
