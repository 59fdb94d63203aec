"""`fazhi_tagger`: the trainable component that finds the spans of both layers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import srsly
import torch
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vocab import Vocab

from fazhi.calibration import Curve, apply, from_dict, to_dict
from fazhi.clauses import clause_units
from fazhi.codec import Floats, encode_bio, encode_units
from fazhi.cues import GROUPS, cues, roles
from fazhi.decoding import decode_clauses, decode_mentions, stitch
from fazhi.docs import CONTEXT, ROLES, WITHOUT_CLAUSES, facts, get_layer, get_sections, set_layer, words_of
from fazhi.errors import FazhiError, ModelError
from fazhi.labels import CLAUSE, LAYERS, MENTION
from fazhi.model import Passage, Tagger, Target
from fazhi.pipes.scorer import score_examples
from fazhi.sections import sections, without_clauses, without_item_marks
from fazhi.segment import Segmenter
from fazhi.types import CharSpan, LabeledSpan, Window
from fazhi.windows import check_budget, windows

SETTINGS = "settings.json"
WORDS = "words"


class TaggerPipe(TrainablePipe):
    """Tags clauses and mentions in one pass of the encoder over windows that know their headings.

    Args:
        vocab: The pipeline's vocabulary.
        name: The component's name; the loss and the weights are kept under it.
        window: Characters of text that the encoder reads at once.
        stride: Characters between two windows. What lies in both is taken from the one where it is more central.
        use_headings: Whether the encoder reads the heading path before the text.
        batch_size: Windows read at once when predicting.
        head_factor: How many times faster than the encoder the heads learn.
        mask_rate: The share of the text's characters that training hides from the encoder.
        cues: Groups of `fazhi.cues.GROUPS` that the clause head is told of.
        half: Whether the weights are stored in half precision; see `round_to_half`.

    Predicting gives `doc.spans["clause"]` and `doc.spans["mention"]`, both present on every doc, with one score
    between 0 and 1 for each span in `attrs["scores"]`. Those of clauses are class probabilities of their segment,
    those of mentions the posterior probability of exactly that span under the chain.
    """

    def __init__(
        self,
        vocab: Vocab,
        name: str = "fazhi_tagger",
        *,
        window: int,
        stride: int,
        use_headings: bool,
        batch_size: int,
        head_factor: float,
        mask_rate: float,
        cues: Sequence[str] = tuple(GROUPS),
        half: bool = False,
    ) -> None:
        if unknown := sorted(set(cues) - set(GROUPS)):
            raise FazhiError(
                f"no group of cues is called {', '.join(map(repr, unknown))}",
                place=f"[components.{name}] cues",
                fix=f"use some of {', '.join(GROUPS)}",
            )
        self.vocab = vocab
        self.name = name
        self.model: Tagger | None = None
        self.scorer = score_examples
        self.cfg: dict[str, Any] = {
            "window": window,
            "stride": stride,
            "use_headings": use_headings,
            "batch_size": batch_size,
            "head_factor": head_factor,
            "mask_rate": mask_rate,
            "cues": list(cues),
            "half": half,
        }
        self.calibration: dict[str, Curve] = {}
        self.segmenter: Segmenter | None = None
        self._optimizer: torch.optim.Optimizer | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels of both layers."""
        return LAYERS[CLAUSE] + LAYERS[MENTION]

    @property
    def tagger(self) -> Tagger:
        """The module with its vocabulary.

        Raises:
            ModelError: if the component has neither been trained nor loaded.
        """
        if self.model is None:
            raise ModelError(
                f"the component {self.name!r} has no weights yet",
                fix="train the pipeline with `spacy train`, or load a trained one with `spacy.load`",
            )
        return self.model

    def words(self, doc: Doc) -> list[CharSpan] | None:
        """What mentions begin and end with: the doc's tokens or, if these are characters, the segmenter's words.

        None where that is characters.
        """
        found = words_of(doc)
        return self.segmenter.words(doc.text) if found is None and self.segmenter is not None else found

    def cues(self, doc: Doc, text: str, units: Sequence[CharSpan]) -> list[list[int]]:
        """What the clause head is told of each segment. A passage has the roles that it has in its report."""
        if (known := facts(doc).get(ROLES)) is not None:
            said = [LabeledSpan(**role) for role in known]
        else:
            said = roles(text, (get_sections(doc) or sections(text)) if self.cfg["use_headings"] else [])
        return cues(text, units, said, groups=self.cfg["cues"])

    def units(self, doc: Doc, text: str) -> list[CharSpan]:
        """The segments that can be a clause. A passage knows where none can be in its report."""
        if (known := facts(doc).get(WITHOUT_CLAUSES)) is not None:
            barred = [CharSpan(**span) for span in known]
        else:
            barred = without_clauses(get_sections(doc), text)
        return clause_units(text, barred)

    # Predicting

    def windows(self, doc: Doc, text: str) -> list[Window]:
        """The windows of a doc. A passage of a longer report stands under the headings that it has there.

        Raises:
            FazhiError: if the doc's tokens do not cover the text.
        """
        words_of(doc)
        if not text:
            return []
        settings = {"window": self.cfg["window"], "stride": self.cfg["stride"]}
        if not self.cfg["use_headings"]:
            return windows(len(text), [], **settings)
        if (context := facts(doc).get(CONTEXT)) is not None:
            return [replace(w, context=context) for w in windows(len(text), [], **settings)]
        return windows(len(text), get_sections(doc) or sections(text), **settings)

    def shown(self, doc: Doc, text: str) -> str:
        """What the encoder reads: the text without what leads its items. A passage has lost it already."""
        return text if facts(doc).get(CONTEXT) is not None else without_item_marks(text)

    def predict(self, docs: Iterable[Doc]) -> list[tuple[Floats, Floats]]:
        """Stitched logits of both layers for each doc: (characters, classes) and (characters, tags)."""
        docs = list(docs)
        texts = [doc.text for doc in docs]
        cut = [self.windows(doc, text) for doc, text in zip(docs, texts, strict=True)]
        shown = [self.shown(doc, text) for doc, text in zip(docs, texts, strict=True)]
        passages = [Passage(w.context, w.span.of(text)) for text, found in zip(shown, cut, strict=True) for w in found]
        scores = iter(self.tagger.predict(passages, batch_size=self.cfg["batch_size"]))
        return [stitch(found, [next(scores) for _ in found]) for found in cut]

    def set_annotations(self, docs: Iterable[Doc], scores: Sequence[tuple[Floats, Floats]]) -> None:
        """Decode the logits of each doc and write both span groups, their scores calibrated."""
        chain = self.tagger.chain()
        for doc, (clause, mention) in zip(docs, scores, strict=True):
            units = self.units(doc, doc.text)
            shifts = self.tagger.shifts(self.cues(doc, doc.text, units))
            set_layer(doc, CLAUSE, self._calibrated(decode_clauses(units, clause, shifts)))
            region = facts(doc)["metadata"].get("region")
            found = decode_mentions(doc.text, mention, *chain, words=self.words(doc), region=region)
            set_layer(doc, MENTION, self._calibrated(found))

    def _calibrated(self, spans: Sequence[LabeledSpan]) -> list[LabeledSpan]:
        return [replace(span, score=apply(self.calibration, span.label, span.score or 0.0)) for span in spans]

    # Training

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        encoder: str | None = None,
        start_from: str | None = None,
        words: str | None = None,
        seed: int = 0,
    ) -> None:
        """Load a pre-trained encoder and give it new heads, or go on from a trained tagger.

        Args:
            get_examples: Gives gold examples; they are checked, not counted.
            nlp: Unused; spaCy passes it.
            encoder: Folder or name of the encoder, `[initialize.components.NAME] encoder` in the config.
            start_from: Folder of a trained tagger (inside a pipeline's folder) to go on from instead.
            words: Folder of a pkuseg model; then mentions begin and end where its words do.
            seed: Of the heads' random weights and of dropout.

        Raises:
            ModelError: if no encoder is named or it cannot be loaded.
            FazhiError: if windows do not fit the encoder, or the examples hold no span of either layer.
        """
        if encoder is None and start_from is None:
            raise ModelError(
                "the config names no encoder",
                place=f"[initialize.components.{self.name}]",
                fix='add encoder = "models/encoder", or another folder or name',
            )
        torch.manual_seed(seed)
        self.model = Tagger.load(Path(start_from)) if start_from else Tagger.from_encoder(str(encoder))
        check_budget(self.cfg["window"], self.cfg["stride"], self.tagger.positions)
        self.segmenter = Segmenter(Path(words)) if words else None
        if not any(get_layer(example.reference, layer) for example in get_examples() for layer in LAYERS):
            raise FazhiError("the training examples hold no span", fix="point the corpus to labelled reports")
        self._optimizer = None

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch of passages, each no longer than a window; `drop` is the dropout of the heads' input."""
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        passages, targets = [], []
        for example in examples:
            text = example.reference.text
            words, units = self.words(example.predicted), self.units(example.predicted, text)
            for window in self.windows(example.predicted, text):
                passages.append(Passage(window.context, window.span.of(text)))
                inside = [unit for unit in units if window.span.contains(unit)]
                found = target(example.reference, window.span, inside, words)
                targets.append(replace(found, cues=self.cues(example.predicted, text, inside)))
        if not passages:
            return losses
        self.tagger.module.train()
        self.tagger.module.dropout.p = drop
        clause_loss, mention_loss = self.tagger.loss(passages, targets, mask_rate=self.cfg["mask_rate"])
        loss = clause_loss + mention_loss
        torch.autograd.backward(loss)
        losses[self.name] += loss.item()
        if sgd not in (None, False):
            self.finish_update(sgd)
        return losses

    def finish_update(self, sgd: Any) -> None:
        """Take one AdamW step with the learning rate, decay and clipping of spaCy's optimizer.

        The step itself is torch's, because the heads learn at their own rate.
        """
        module = self.tagger.module
        if self._optimizer is None:
            self._optimizer = torch.optim.AdamW(
                self.tagger.parameter_groups(
                    learn_rate=float(sgd.learn_rate),
                    head_factor=self.cfg["head_factor"],
                    weight_decay=float(sgd.L2),
                ),
                betas=(float(sgd.b1), float(sgd.b2)),
                eps=float(sgd.eps),
            )
        for group in self._optimizer.param_groups:
            group["lr"] = float(sgd.learn_rate) * group["scale"]
        if sgd.grad_clip:
            torch.nn.utils.clip_grad_norm_(module.parameters(), float(sgd.grad_clip))
        self._optimizer.step()
        self.cfg["half"] = False
        self.calibration = {}  # fitted to weights that are no more
        self._optimizer.zero_grad(set_to_none=True)

    @contextmanager
    def use_params(self, params: dict[Any, Any]) -> Iterator[None]:
        """Parameter averages are not kept; the weights are used as they are."""
        yield

    def round_to_half(self) -> None:
        """Round the weights to half precision and store them so from now on: half the size, no change on loading."""
        self.tagger.round_to_half()
        self.cfg["half"] = True

    # Keeping

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write weights (safetensors), encoder configuration and tokenizer; the settings stand in the config."""
        path = Path(path)
        path.mkdir(parents=True, exist_ok=True)
        srsly.write_json(path / SETTINGS, {"half": self.cfg["half"], "calibration": to_dict(self.calibration)})
        if self.segmenter is not None:
            self.segmenter.save(path / WORDS)
        if self.model is not None:
            self.tagger.save(path, half=self.cfg["half"])

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "TaggerPipe":
        """Read what `to_disk` wrote.

        Raises:
            ModelError: if a file is missing or damaged.
        """
        path = Path(path)
        try:
            settings = srsly.read_json(path / SETTINGS)
            self.cfg["half"] = bool(settings["half"])
            self.calibration = from_dict(settings.get("calibration", {}))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(
                f"the settings cannot be read ({error})",
                file=path / SETTINGS,
                fix="install the model again or copy it whole",
            ) from None
        self.model = Tagger.load(path)
        self.segmenter = Segmenter(path / WORDS) if (path / WORDS).is_dir() else None
        self._optimizer = None
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Not offered: a pipeline with an encoder is kept on disk."""
        raise ModelError("the tagger is kept on disk, not in bytes", fix="use nlp.to_disk and spacy.load")


def target(
    reference: Doc,
    span: CharSpan,
    units: Sequence[CharSpan],
    words: Sequence[CharSpan] | None = None,
) -> Target:
    """What the model should say of one window of a gold doc.

    Of a mention that the window cuts, the part inside is the target; passages from `fazhi.Passages.v1` cut none. Where
    words are tagged, each has the tag of its first labelled character.

    Args:
        reference: The gold doc.
        span: The window.
        units: The segments in it that can be a clause: what is never asked is not taught either.
        words: The words of the doc, if they are what is tagged.
    """
    clauses = encode_units(units, get_layer(reference, CLAUSE), LAYERS[CLAUSE]).classes
    mentions = encode_bio(len(reference), get_layer(reference, MENTION), LAYERS[MENTION]).classes
    inside = mentions[span.start : span.end]
    # The rest of a mention that began before the window reads as a beginning: tags must be valid.
    if inside and inside[0] % 2 == 0 and inside[0] > 0:
        inside[0] -= 1
    shifted = [CharSpan(s.start - span.start, s.end - span.start) for s in units]
    if words is None:
        return Target(shifted, clauses, inside)
    parts = [
        CharSpan(max(w.start, span.start) - span.start, min(w.end, span.end) - span.start)
        for w in words
        if w.overlaps(span)
    ]
    return Target(shifted, clauses, word_tags(inside, parts), parts)


def word_tags(tags: Sequence[int], words: Sequence[CharSpan]) -> list[int]:
    """BIO tags of words from those of characters: a valid sequence, each mention widened to whole words.

    Of two mentions that meet in one word, the first has it, and the second begins behind it.
    """
    found: list[int] = []
    for word in words:
        tag = next((t for t in tags[word.start : word.end] if t), 0)
        if tag and tag % 2 == 0 and not (found and found[-1] in (tag, tag - 1)):
            tag -= 1
        found.append(tag)
    return found
