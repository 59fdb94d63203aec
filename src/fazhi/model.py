"""The torch module: an encoder, one head per layer, and the losses. Nothing else imports transformers.

The clause layer is decoded over segments: the borders of its spans are known beforehand, so its logits are
averaged over the characters of a segment and the segment is classified. The mention layer is a linear-chain
conditional random field over the characters (Lafferty et al. 2001) in which invalid sequences have no mass.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedModel

from fazhi.codec import Floats, bio_constraints, bio_tags
from fazhi.cues import CUES
from fazhi.errors import ModelError
from fazhi.labels import CLAUSE, LAYERS, MENTION
from fazhi.types import CharSpan

WEIGHTS = "model.safetensors"
ENCODER_CONFIG = "encoder"
TOKENIZER = "tokenizer"
SHIPPED_ENCODER = "models/encoder"

CUE_PACE = 20.0
"""A cue's shift is one weight where the heads have hundreds that move together; so much faster does it learn."""

_HALF = "，：；（）！？％＋－．／～"
_FOLD = {ord(wide): chr(ord(wide) - 0xFEE0) for wide in _HALF}


def fold(text: str) -> str:
    """Full-width punctuation to half-width, character for character: what the encoder reads, never what is kept."""
    return text.translate(_FOLD)


@dataclass(frozen=True, slots=True)
class Passage:
    """What the encoder reads at once: a heading path, then up to a window of text."""

    context: str
    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """What the losses compare a passage with.

    Attributes:
        segments: The clause segments that lie wholly inside the passage.
        clauses: One class for each of them.
        mentions: One tag for each character, or for each word.
        words: The words, where they are what is tagged; they cover the passage.
        cues: What the clause head is told of each segment (`fazhi.cues`); empty for nothing.
    """

    segments: Sequence[CharSpan]
    clauses: Sequence[int]
    mentions: Sequence[int]
    words: Sequence[CharSpan] | None = None
    cues: Sequence[Sequence[int]] = ()


class CharVocabulary:
    """Characters to ids of any Hugging Face tokenizer: exactly one id for each character.

    A character that the tokenizer splits is represented by its last piece, one that it drops by the unknown token.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self._ids: dict[str, int] = {}
        for name in ("cls", "sep", "pad", "unk"):
            if getattr(tokenizer, f"{name}_token_id") is None:
                raise ModelError(f"the tokenizer has no {name} token", fix="use the tokenizer of a BERT-like encoder")

    @property
    def hidden_id(self) -> int:
        """What stands for a character that training hides: the mask token or, without one, the unknown token."""
        mask = self.tokenizer.mask_token_id
        return int(self.tokenizer.unk_token_id if mask is None else mask)

    def ids(self, text: str) -> list[int]:
        """One id for each character of the folded text."""
        return [self._id(char) for char in fold(text)]

    def _id(self, char: str) -> int:
        if char not in self._ids:
            pieces = self.tokenizer.encode(char, add_special_tokens=False)
            self._ids[char] = pieces[-1] if pieces else self.tokenizer.unk_token_id
        return self._ids[char]

    def batch(self, passages: Sequence[Passage]) -> tuple[Tensor, Tensor, Tensor, Tensor, list[int]]:
        """Passages as `[CLS] context [SEP] text [SEP]`, padded.

        Returns:
            Ids, attention mask, token types and the mask of the context, each (passages, longest input), and the
            place in each input where the text begins.
        """
        tokenizer = self.tokenizer
        rows, starts = [], []
        for passage in passages:
            head = [tokenizer.cls_token_id, *self.ids(passage.context), tokenizer.sep_token_id]
            rows.append((head, [*self.ids(passage.text), tokenizer.sep_token_id]))
            starts.append(len(head))
        longest = max(len(head) + len(tail) for head, tail in rows)
        ids = torch.full((len(rows), longest), tokenizer.pad_token_id)
        mask = torch.zeros_like(ids)
        types = torch.zeros_like(ids)
        context = torch.zeros_like(ids)
        for i, (head, tail) in enumerate(rows):
            context[i, 1 : len(head) - 1] = 1
            ids[i, : len(head) + len(tail)] = torch.tensor(head + tail)
            mask[i, : len(head) + len(tail)] = 1
            types[i, len(head) : len(head) + len(tail)] = 1
        return ids, mask, types, context, starts


class SpanTagger(nn.Module):
    """An encoder with a segment head for clauses and a character head with transitions for mentions."""

    encoder: PreTrainedModel
    forbidden_first: Tensor
    forbidden_follow: Tensor

    def __init__(self, encoder: PreTrainedModel, dropout: float = 0.1) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.clause = nn.Linear(width, 1 + len(LAYERS[CLAUSE]))
        self.heading = nn.Linear(width, 1 + len(LAYERS[CLAUSE]), bias=False)
        self.cue = nn.Parameter(torch.zeros(len(CUES), 1 + len(LAYERS[CLAUSE])))
        tags = len(bio_tags(LAYERS[MENTION]))
        self.mention = nn.Linear(width, tags)
        self.first = nn.Parameter(torch.zeros(tags))
        self.follow = nn.Parameter(torch.zeros(tags, tags))
        first, follow = bio_constraints(LAYERS[MENTION])
        self.register_buffer("forbidden_first", torch.tensor(first, dtype=torch.float32), persistent=False)
        self.register_buffer("forbidden_follow", torch.tensor(follow, dtype=torch.float32), persistent=False)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of both layers for every position: (batch, length, classes) and (batch, length, tags).

        The clause logits of a window are shifted by what its heading path says as a whole, so that the heads need
        not find out through attention alone which role a section has.

        Args:
            ids: (batch, length).
            mask: (batch, length), 1 for what is there.
            types: (batch, length), 1 for the text and 0 for its heading path.
            context: (batch, length), 1 for the characters of the heading path; no 1 at all without headings.
        """
        hidden = self.dropout(encode(self.encoder, ids, mask, types))
        weights = context / context.sum(1, keepdim=True).clamp(min=1)  # (batch, length)
        headings = torch.einsum("bl,blw->bw", weights.to(hidden.dtype), hidden)
        return self.clause(hidden) + self.heading(headings)[:, None, :], self.mention(hidden)

    def shifts(self, cues: Sequence[Sequence[int]]) -> Tensor:
        """What their cues add to the logits of segments: (segments, classes)."""
        present = torch.zeros(len(cues), len(CUES))
        for row, found in zip(present, cues, strict=True):
            row[list(found)] = 1.0
        return CUE_PACE * present @ self.cue

    def chain(self) -> tuple[Tensor, Tensor]:
        """Scores of the first tag (tags,) and of tag j after tag i (tags, tags), the constraints included."""
        return self.first + self.forbidden_first, self.follow + self.forbidden_follow


def encode(encoder: PreTrainedModel, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
    """Hidden states (batch, length, width) of (batch, length) each.

    Encoders differ in how many token types they know: two, one, or no such argument.
    """
    known = getattr(encoder.config, "type_vocab_size", 0)
    extra = {"token_type_ids": types.clamp(max=known - 1)} if known else {}
    hidden: Tensor = encoder(input_ids=ids, attention_mask=mask, **extra).last_hidden_state
    return hidden


def text_logits(logits: Tensor, starts: Sequence[int], lengths: Sequence[int]) -> list[Tensor]:
    """The rows of (batch, length, n) that belong to the texts, one (text length, n) each."""
    return [row[start : start + length] for row, start, length in zip(logits, starts, lengths, strict=True)]


def segment_means(logits: Tensor, segments: Sequence[CharSpan]) -> Tensor:
    """The mean logits of each segment: (text length, classes) to (segments, classes)."""
    return torch.stack([logits[s.start : s.end].mean(dim=0) for s in segments])


def chain_nll(emissions: Sequence[Tensor], tags: Sequence[Sequence[int]], first: Tensor, follow: Tensor) -> Tensor:
    """Negative log-likelihood of tag sequences under the linear chain, one value a sequence.

    Args:
        emissions: One (length, tags) for each sequence.
        tags: The true tags.
        first: (tags,).
        follow: (tags, tags).
    """
    lengths = torch.tensor([len(e) for e in emissions])
    padded = nn.utils.rnn.pad_sequence(list(emissions), batch_first=True)  # (batch, longest, tags)
    gold = nn.utils.rnn.pad_sequence([torch.tensor(t) for t in tags], batch_first=True)  # (batch, longest)
    alive = torch.arange(padded.shape[1])[None, :] < lengths[:, None]
    emitted = padded.gather(2, gold[:, :, None])[:, :, 0]
    moved = follow[gold[:, :-1], gold[:, 1:]]
    score = (emitted * alive).sum(1) + (moved * alive[:, 1:]).sum(1) + first[gold[:, 0]]
    forward = first + padded[:, 0]
    for i in range(1, padded.shape[1]):
        step = torch.logsumexp(forward[:, :, None] + follow, dim=1) + padded[:, i]
        forward = torch.where(alive[:, i, None], step, forward)
    return torch.logsumexp(forward, dim=1) - score


class Tagger:
    """The module with its vocabulary: passages in, numpy scores out; and how both are kept on disk."""

    def __init__(self, module: SpanTagger, vocabulary: CharVocabulary) -> None:
        self.module = module
        self.vocabulary = vocabulary
        size = module.encoder.get_input_embeddings().num_embeddings
        if len(vocabulary.tokenizer) > size:
            raise ModelError(
                f"the tokenizer has {len(vocabulary.tokenizer)} entries, the encoder's weights have {size} rows",
                fix="use the tokenizer that belongs to the encoder",
            )

    @property
    def positions(self) -> int:
        """Positions that the encoder has."""
        config = self.module.encoder.config
        return int(config.max_position_embeddings) - _OFFSET_POSITIONS.get(config.model_type, 0)

    @classmethod
    def from_encoder(cls, name_or_path: str, *, dropout: float = 0.1) -> "Tagger":
        """A tagger with a pre-trained encoder and new heads.

        Args:
            name_or_path: A folder or a model hub's name, in the Hugging Face format.
            dropout: Of the heads' input.

        Raises:
            ModelError: if it cannot be loaded.
        """
        try:
            tokenizer = AutoTokenizer.from_pretrained(name_or_path)
            # Dropout on attention weights keeps torch from its fused kernel and makes training on a CPU five
            # times slower; dropout on the hidden states stays.
            config = AutoConfig.from_pretrained(name_or_path)
            if hasattr(config, "attention_probs_dropout_prob"):
                config.attention_probs_dropout_prob = 0.0
            encoder = AutoModel.from_pretrained(name_or_path, config=config, **_without_pooler(config)).float()
        except (OSError, ValueError, KeyError, TypeError, SafetensorError, RuntimeError) as error:
            raise ModelError(
                f"no encoder could be loaded from {name_or_path!r} ({_first_line(error)})",
                fix=f"give a folder with config, tokenizer and weights, such as the shipped {SHIPPED_ENCODER}",
            ) from error
        if len(tokenizer) <= len(tokenizer.all_special_ids):
            # transformers makes up an empty tokenizer where a folder has none
            raise ModelError(
                "the encoder comes without a tokenizer",
                file=name_or_path,
                fix=f"add its tokenizer files, or take the shipped {SHIPPED_ENCODER}",
            )
        return cls(SpanTagger(encoder, dropout), CharVocabulary(tokenizer))

    def loss(
        self, passages: Sequence[Passage], targets: Sequence[Target], *, mask_rate: float = 0.0
    ) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy of the clause segments, and the chain's loss for as many segments.

        Args:
            passages: What the encoder reads.
            targets: What it should say.
            mask_rate: The share of characters of the texts, chosen at random, that the encoder sees as unknown:
                it shall look at headings and neighbours too, and not learn texts by heart.
        """
        ids, mask, types, context, starts = self.vocabulary.batch(passages)
        hidden = (torch.rand(ids.shape) < mask_rate) & (types == 1) & (mask == 1)
        clause, mention = self.module(ids.masked_fill(hidden, self.vocabulary.hidden_id), mask, types, context)
        lengths = [len(p.text) for p in passages]
        scored = [
            (segment_means(logits, target.segments), target.clauses)
            for logits, target in zip(text_logits(clause, starts, lengths), targets, strict=True)
            if target.segments
        ]
        units = max(1, sum(len(classes) for _, classes in scored))
        clause_loss = (
            nn.functional.cross_entropy(
                torch.cat([means for means, _ in scored])
                + self.module.shifts([told for t in targets for told in t.cues or [()] * len(t.segments)]),
                torch.tensor([c for _, classes in scored for c in classes]),
            )
            if scored
            else clause.sum() * 0.0
        )
        emissions = [
            logits if target.words is None else segment_means(logits, target.words)
            for logits, target in zip(text_logits(mention, starts, lengths), targets, strict=True)
        ]
        mention_loss = chain_nll(emissions, [t.mentions for t in targets], *self.module.chain()).sum() / units
        return clause_loss, mention_loss

    def predict(self, passages: Sequence[Passage], *, batch_size: int) -> list[tuple[Floats, Floats]]:
        """Logits of both layers for each passage: (characters, classes) and (characters, tags).

        Passages of like length are read together; the order of the result is that of the input.
        """
        self.module.eval()
        results: list[tuple[Floats, Floats]] = [(np.empty(0), np.empty(0))] * len(passages)
        order = sorted(range(len(passages)), key=lambda i: len(passages[i].context) + len(passages[i].text))
        with torch.inference_mode():
            for at in range(0, len(order), batch_size):
                chosen = order[at : at + batch_size]
                *inputs, starts = self.vocabulary.batch([passages[i] for i in chosen])
                lengths = [len(passages[i].text) for i in chosen]
                clause, mention = (text_logits(x, starts, lengths) for x in self.module(*inputs))
                for i, c, m in zip(chosen, clause, mention, strict=True):
                    results[i] = (c.numpy(), m.numpy())
        return results

    def shifts(self, cues: Sequence[Sequence[int]]) -> Floats:
        """What their cues add to the logits of segments: (segments, classes)."""
        found: Floats = self.module.shifts(cues).detach().numpy()
        return found

    def chain(self) -> tuple[Floats, Floats]:
        """The mention layer's transition scores as numpy arrays, the constraints included."""
        first, follow = self.module.chain()
        return first.detach().numpy(), follow.detach().numpy()

    def parameter_groups(self, *, learn_rate: float, head_factor: float, weight_decay: float) -> list[dict[str, Any]]:
        """Parameters for an optimizer: heads learn `head_factor` times as fast, biases and norms do not decay."""
        groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
        for name, parameter in self.module.named_parameters():
            key = (name.startswith("encoder."), parameter.ndim > 1 and name != "follow")
            groups.setdefault(key, []).append(parameter)
        return [
            {
                "params": parameters,
                "lr": learn_rate * (1.0 if in_encoder else head_factor),
                "scale": 1.0 if in_encoder else head_factor,
                "weight_decay": weight_decay if decays else 0.0,
            }
            for (in_encoder, decays), parameters in groups.items()
        ]

    def round_to_half(self) -> None:
        """Round all weights to half precision in place, so that they can be stored so without any change."""
        for parameter in self.module.parameters():
            parameter.data = parameter.data.half().float()

    def save(self, folder: Path, *, half: bool) -> None:
        """Write weights (safetensors), encoder configuration and tokenizer."""
        folder.mkdir(parents=True, exist_ok=True)
        state = {
            name: (tensor.half() if half else tensor).contiguous() for name, tensor in self.module.state_dict().items()
        }
        save_file(state, folder / WEIGHTS, metadata={"format": "pt"})
        self.module.encoder.config.save_pretrained(folder / ENCODER_CONFIG)
        self.vocabulary.tokenizer.save_pretrained(folder / TOKENIZER)

    @classmethod
    def load(cls, folder: Path) -> "Tagger":
        """Read what `save` wrote.

        Raises:
            ModelError: if a file is missing or damaged or does not fit the others.
        """
        tokenizer_files = (f"{TOKENIZER}/tokenizer.json", f"{TOKENIZER}/tokenizer_config.json")
        for part in (WEIGHTS, f"{ENCODER_CONFIG}/config.json", *tokenizer_files):
            if not (folder / part).is_file():
                raise ModelError("the file is missing", file=folder / part, fix=_REINSTALL)
        try:
            state = load_file(folder / WEIGHTS)
        except (SafetensorError, OSError) as error:
            raise ModelError(f"damaged weights ({_first_line(error)})", file=folder / WEIGHTS, fix=_REINSTALL) from None
        try:
            config = AutoConfig.from_pretrained(folder / ENCODER_CONFIG)
            encoder = AutoModel.from_config(config, **_without_pooler(config))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"damaged encoder configuration ({_first_line(error)})",
                file=folder / ENCODER_CONFIG / "config.json",
                fix=_REINSTALL,
            ) from None
        try:
            vocabulary = CharVocabulary(AutoTokenizer.from_pretrained(folder / TOKENIZER))
        except Exception as error:  # the tokenizers library raises bare Exception for damaged JSON
            raise ModelError(
                f"damaged tokenizer ({_first_line(error)})", file=folder / TOKENIZER, fix=_REINSTALL
            ) from None
        module = SpanTagger(encoder.float())
        heads = {name for name in module.state_dict() if not name.startswith("encoder.")}
        if lacking := sorted(heads - set(state)):
            raise ModelError(
                f"the weights lack {', '.join(lacking)}: they were trained by another version of fazhi",
                file=folder / WEIGHTS,
                fix="train the pipeline anew, or install the model that belongs to this version",
            )
        try:
            module.load_state_dict({name: tensor.float() for name, tensor in state.items()})
        except RuntimeError as error:
            raise ModelError(
                f"the weights do not fit the encoder's configuration ({_first_line(error)})",
                file=folder / WEIGHTS,
                fix=_REINSTALL,
            ) from None
        return cls(module, vocabulary)


_REINSTALL = "install the model again or copy it whole"


# Encoders that count positions from behind their padding index.
_OFFSET_POSITIONS = {"roberta": 2, "xlm-roberta": 2, "camembert": 2}


def _without_pooler(config: Any) -> dict[str, bool]:
    """BERT's pooler is not used; other encoders do not know the argument."""
    return {"add_pooling_layer": False} if config.model_type in ("bert", *_OFFSET_POSITIONS) else {}


def _first_line(error: Exception) -> str:
    lines: Iterable[str] = (line.strip() for line in str(error).splitlines())
    return next((line for line in lines if line), type(error).__name__)[:200]
