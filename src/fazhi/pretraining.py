"""Adaptive pre-training: masked-language-model training of an encoder on unlabelled official prose.

The method is BERT's (Devlin et al. 2019) with whole words masked (Cui et al. 2021) and masks drawn anew each time,
continued from a trained encoder on text of the field (Gururangan et al. 2020). Everything random in a step is drawn
from the seed and the step's number alone, so that a run that was killed goes on as if nothing had happened.

Beside the hidden characters the encoder can learn the part of speech of each character's word (`fazhi.speech`): what a
dictionary knows, with no dictionary needed later; and it can learn to see a text as a larger encoder does (Sanh et al.
2019).
"""

import json
import lzma
import random
import shutil
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from fazhi import speech
from fazhi.carving import PROVENANCE
from fazhi.errors import FazhiError, ModelError
from fazhi.model import CharVocabulary, Passage, Tagger, encode
from fazhi.noise import add_noise
from fazhi.sections import path, sections
from fazhi.speech import KINDS
from fazhi.types import CharSpan, Section
from fazhi.windows import CONTEXT_CHARACTERS, SPECIAL_TOKENS, heading_context

HIDDEN, REPLACED = 0.8, 0.1
IGNORED = -100
NOISE = ("doubled commas", "stray spaces")
CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
FACTS = "adaptation.json"
"""What an adapted encoder's folder says of its making: recipe, sources, figures."""
SENTENCE_ENDS = frozenset("。！!？?；;\n")

Words = Callable[[str], Sequence[CharSpan]]
Kinds = Callable[[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Source:
    """A file of unlabelled text and its share of the passages, relative to the other sources."""

    path: Path
    weight: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an encoder is adapted.

    Attributes:
        steps: Updates of the weights.
        passages: Passages in each.
        length: Characters in a passage, at most.
        learn_rate: The highest, reached after `warmup` of all steps; it falls linearly to zero.
        warmup: Share of the steps.
        weight_decay: Of all weights but biases and norms.
        masked: Share of the characters that are to be predicted (0.15 in BERT; more teaches faster in a short
            training, Wettig et al. 2023).
        noise: Share of the passages that get web noise (`fazhi.noise`).
        headings: Share of the passages that are read behind the headings they stand under, as the tagger reads.
        speech: Weight of the loss on parts of speech beside that on hidden characters; 0 for none.
        distil: Weight of the distance to a teacher's hidden states, where there is a teacher.
        held_out: Share of each source's documents that are never trained on.
        evaluate_every: Steps between two measurements on what was held out.
        checkpoint_every: Steps between two checkpoints.
        seed: Of everything random.
    """

    steps: int
    passages: int = 32
    length: int = 254
    learn_rate: float = 3e-4
    warmup: float = 0.06
    weight_decay: float = 0.01
    masked: float = 0.25
    noise: float = 0.1
    headings: float = 0.8
    speech: float = 0.0
    distil: float = 1.0
    held_out: float = 0.02
    evaluate_every: int = 250
    checkpoint_every: int = 100
    seed: int = 0


def read_documents(path: Path) -> list[str]:
    """The documents of a text file, plain or xz: paragraphs stand on lines, a blank line ends a document.

    Raises:
        FazhiError: if the file is missing, is not UTF-8, is no valid xz, or holds no text.
    """
    try:
        data = path.read_bytes()
        text = (lzma.decompress(data) if path.suffix == ".xz" else data).decode("utf-8-sig")
    except FileNotFoundError:
        raise FazhiError("no such corpus", file=path, fix="give the path of a text file, plain or .xz") from None
    except UnicodeDecodeError as error:
        raise FazhiError(
            "the corpus is not UTF-8", file=path, place=f"byte {error.start}", fix="convert it to UTF-8"
        ) from None
    except (lzma.LZMAError, EOFError) as error:
        raise FazhiError(f"no valid xz file ({error})", file=path, fix="copy it again, or unpack it") from None
    found = [document.strip("\n") for document in text.replace("\r\n", "\n").split("\n\n")]
    found = [document for document in found if document.strip()]
    if not found:
        raise FazhiError("the corpus is empty", file=path, fix="give a file with text in it")
    return found


class Passages:
    """Passages drawn at random from weighted sources.

    Args:
        sources: The documents of each source, and its weight.
        recipe: Gives the length of a passage and the shares of noise and headings.
    """

    def __init__(self, sources: Sequence[tuple[Sequence[str], float]], recipe: Recipe) -> None:
        self._documents = [documents for documents, _ in sources]
        self._weights = [weight for _, weight in sources]
        self._ends = [list(accumulate(map(len, documents))) for documents, _ in sources]
        self._trees: dict[tuple[int, int], list[Section]] = {}
        self._recipe = recipe

    def draw(self, rng: random.Random) -> Passage:
        """A passage that begins a sentence of some document, longer documents being met more often."""
        length = self._recipe.length
        source = rng.choices(range(len(self._documents)), self._weights)[0]
        at = rng.randrange(self._ends[source][-1])
        index = bisect_right(self._ends[source], at)
        text = self._documents[source][index]
        start = max(0, min(at - (self._ends[source][index] - len(text)), len(text) - length))
        while 0 < start < len(text) and text[start - 1] not in SENTENCE_ENDS:
            start -= 1
        context = self._headings(source, index, start) if rng.random() < self._recipe.headings else ""
        passage = text[start : start + length].strip()
        if rng.random() < self._recipe.noise:
            passage = add_noise(passage, NOISE, rng).source[:length]
        return Passage(context, passage or text[:length])

    def _headings(self, source: int, index: int, offset: int) -> str:
        key = source, index
        if key not in self._trees:
            self._trees[key] = sections(self._documents[source][index])
        return heading_context([self._trees[key][i].title for i in path(self._trees[key], offset)])


def split(documents: Sequence[str], share: float) -> tuple[list[str], list[str]]:
    """Documents to train on and documents held out: every n-th one, so that the choice depends on no seed."""
    every = max(2, round(1 / share)) if share > 0 else 0
    held_out = [d for i, d in enumerate(documents) if every and i % every == every - 1]
    rest = [d for i, d in enumerate(documents) if not every or i % every != every - 1]
    return rest, held_out


def choose_words(text: str, words: Words, share: float, rng: random.Random) -> list[int]:
    """Offsets of the characters to predict: whole words, until their share of the text is reached."""
    candidates = [w for w in words(text) if not w.of(text).isspace()]
    rng.shuffle(candidates)
    wanted = max(1, round(share * sum(map(len, candidates))))
    chosen: list[int] = []
    for word in candidates:
        if len(chosen) + len(word) <= wanted or not chosen:
            chosen += range(word.start, word.end)
    return sorted(chosen)


def single_characters(text: str) -> list[CharSpan]:
    """Each character as a word: what masking falls back to without a segmenter."""
    return [CharSpan(i, i + 1) for i in range(len(text))]


def make_batch(
    passages: Sequence[Passage],
    vocabulary: CharVocabulary,
    words: Words,
    share: float,
    rng: random.Random,
    kinds: Kinds | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Passages with masks in their texts; headings are shown as they are.

    Of the characters to predict, eight in ten are hidden, one is replaced by another, one is left as it is.

    Returns:
        Input ids, attention mask, token types, labels and kinds, each (passages, longest); labels and kinds are
        `IGNORED` where nothing is asked.
    """
    unknown = vocabulary.tokenizer.unk_token_id
    ids, attention, types, _, starts = vocabulary.batch(passages)
    labels, asked_kinds = torch.full_like(ids, IGNORED), torch.full_like(ids, IGNORED)
    for row, (passage, start) in enumerate(zip(passages, starts, strict=True)):
        true = vocabulary.ids(passage.text)
        if kinds is not None:
            asked_kinds[row, start : start + len(true)] = torch.tensor(kinds(passage.text))
        for i in choose_words(passage.text, words, share, rng):
            if true[i] == unknown:
                continue
            labels[row, start + i] = true[i]
            fate = rng.random()
            if fate < HIDDEN:
                ids[row, start + i] = vocabulary.hidden_id
            elif fate < HIDDEN + REPLACED:
                ids[row, start + i] = rng.choice(true)
    return ids, attention, types, labels, asked_kinds


class MaskedLanguageModel(nn.Module):
    """An encoder with a head that predicts characters; its output embeddings are the encoder's input embeddings.

    Args:
        encoder: A BERT-like encoder.
        speech: Whether a second head tells parts of speech.
    """

    def __init__(self, encoder: Any, *, speech: bool = False) -> None:
        super().__init__()
        self.encoder = encoder
        embeddings = encoder.get_input_embeddings()
        width = encoder.config.hidden_size
        # At first the transform passes what it gets.
        linear = nn.Linear(width, embeddings.embedding_dim)
        nn.init.eye_(linear.weight)
        nn.init.zeros_(linear.bias)
        self.transform = nn.Sequential(linear, nn.GELU(), nn.LayerNorm(embeddings.embedding_dim))
        self.bias = nn.Parameter(torch.zeros(embeddings.num_embeddings))
        self.speech = nn.Linear(width, KINDS) if speech else None

    def forward(
        self,
        ids: Tensor,
        attention: Tensor,
        types: Tensor,
        labels: Tensor,
        kinds: Tensor,
        taught: Tensor | None = None,
    ) -> "Losses":
        """What it says of the characters asked for, and of the kinds of all.

        Args:
            ids: (batch, length), as are all but the last.
            attention: 1 for what is there.
            types: Token types.
            labels: The true characters, `IGNORED` where nothing is asked.
            kinds: The true kinds, `IGNORED` outside the text.
            taught: (batch, length, width), a teacher's hidden states.
        """
        hidden = encode(self.encoder, ids, attention, types)
        asked = labels != IGNORED
        logits = self.transform(hidden[asked]) @ self.encoder.get_input_embeddings().weight.T + self.bias
        true = labels[asked]
        nothing = torch.zeros((), device=hidden.device)
        speech = distance = nothing
        if self.speech is not None:
            said = self.speech(hidden).flatten(0, 1).float()
            speech = nn.functional.cross_entropy(said, kinds.flatten(), ignore_index=IGNORED)
        if taught is not None:
            there = attention == 1
            distance = 1 - nn.functional.cosine_similarity(hidden[there].float(), taught[there].float(), dim=-1).mean()
        return Losses(
            nn.functional.cross_entropy(logits.float(), true),
            (logits.argmax(-1) == true).float().mean(),
            speech,
            distance,
        )


class Losses(NamedTuple):
    """What a batch gave.

    Attributes:
        masked: Mean cross-entropy of the characters asked for.
        accuracy: The share of them that is right.
        speech: Mean cross-entropy of the kinds, or 0.
        distance: One minus the mean cosine to the teacher's hidden states, or 0.
    """

    masked: Tensor
    accuracy: Tensor
    speech: Tensor
    distance: Tensor


def adapt(
    encoder: str,
    sources: Sequence[Source],
    out: Path,
    recipe: Recipe,
    *,
    words: Words = single_characters,
    teacher: str | None = None,
    report: Callable[[dict[str, Any]], None] = lambda line: None,
) -> dict[str, Any]:
    """Adapt an encoder, going on from the last checkpoint in `out` if there is one of the same recipe.

    Args:
        encoder: Folder or name of the encoder to begin with.
        sources: What to read.
        out: Folder for checkpoint, log and the adapted encoder (`out/encoder`).
        recipe: How.
        words: Splits a text into words, for whole-word masking.
        teacher: Folder or name of an encoder of the same width and vocabulary, whose hidden states are learnt too.
        report: Called with each line of the log.

    Returns:
        The last line of the log: step, loss and accuracy on what was held out, characters a second.

    Raises:
        FazhiError: if a corpus cannot be read, or `out` holds a checkpoint of another recipe.
        ModelError: if the encoder cannot be loaded or has too few positions, or the teacher does not fit it.
    """
    torch.manual_seed(recipe.seed)
    tagger = Tagger.from_encoder(encoder)
    network, vocabulary = tagger.module.encoder, tagger.vocabulary
    _check_positions(tagger.positions, recipe.length, encoder)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = MaskedLanguageModel(network, speech=recipe.speech > 0).to(device)
    kinds = speech.kinds if recipe.speech > 0 else None
    teaching = _teacher(teacher, tagger).to(device) if teacher else None
    training, held_out = _read(sources, recipe)
    optimizer = torch.optim.AdamW(
        _groups(model, recipe.weight_decay), lr=recipe.learn_rate, betas=(0.9, 0.98), eps=1e-6
    )
    out.mkdir(parents=True, exist_ok=True)
    mark = {
        "encoder": encoder,
        "teacher": teacher,
        "sources": [[str(s.path), s.weight] for s in sources],
        **asdict(recipe),
    }
    first = _resume(out, mark, model, optimizer, device)
    last: dict[str, Any] = {}
    started, seen = time.monotonic(), 0
    for step in range(first, recipe.steps + 1):
        rng = random.Random(f"{recipe.seed} {step}")
        torch.manual_seed(hash((recipe.seed, step)) % 2**31)
        passages = [training.draw(rng) for _ in range(recipe.passages)]
        seen += sum(len(passage.text) for passage in passages)
        for group in optimizer.param_groups:
            group["lr"] = recipe.learn_rate * _pace(step, recipe)
        model.eval()  # no dropout: hardly a passage comes twice
        with _autocast(device):
            batch = [x.to(device) for x in make_batch(passages, vocabulary, words, recipe.masked, rng, kinds)]
            with torch.no_grad():
                taught = encode(teaching, *batch[:3]) if teaching else None
            losses: Losses = model(*batch, taught)
        optimizer.zero_grad()
        torch.autograd.backward(losses.masked + recipe.speech * losses.speech + recipe.distil * losses.distance)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        last = {
            "step": step,
            "loss": round(losses.masked.item(), 6),
            "accuracy": round(losses.accuracy.item(), 6),
            **({"speech_loss": round(losses.speech.item(), 6)} if recipe.speech else {}),
            **({"distance": round(losses.distance.item(), 6)} if teaching else {}),
            "characters_per_second": round(seen / (time.monotonic() - started)),
        }
        if step == recipe.steps or step % recipe.evaluate_every == 0:
            last |= evaluate(model, vocabulary, held_out, words, recipe.masked, device)
        _append(out / LOG, last)
        report(last)
        if step == recipe.steps or step % recipe.checkpoint_every == 0:
            _save_checkpoint(out, mark, step, model, optimizer)
    _write_encoder(network, vocabulary, out / "encoder")
    last = last or json.loads((out / LOG).read_text(encoding="utf-8").splitlines()[-1])
    made = {
        "recipe": asdict(recipe),
        "sources": [{"file": source.path.name, "weight": source.weight} for source in sources],
        "teacher": Path(teacher).name if teacher else None,
        "device": device.type,
        **last,
    }
    # What was known of the encoder to begin with is known of what became of it.
    if (earlier := Path(encoder) / FACTS).is_file():
        made["before"] = json.loads(earlier.read_text(encoding="utf-8"))
    if (origin := Path(encoder) / PROVENANCE).is_file():
        shutil.copyfile(origin, out / "encoder" / PROVENANCE)
    (out / "encoder" / FACTS).write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8", newline="\n")
    return last


def forget(encoder: str, out: Path, *, seed: int = 0) -> None:
    """Write an encoder of the same shape and vocabulary with random weights: what pre-training is measured against.

    Args:
        encoder: Folder or name of the encoder.
        out: Folder to write.
        seed: Of the weights.

    Raises:
        ModelError: if it cannot be loaded.
    """
    tagger = Tagger.from_encoder(encoder)
    torch.manual_seed(seed)
    shape = tagger.module.encoder
    network = type(shape)(shape.config)
    network.pooler = None  # as the tagger loads it
    _write_encoder(network, tagger.vocabulary, out)


def evaluate(
    model: MaskedLanguageModel,
    vocabulary: CharVocabulary,
    held_out: Passages | None,
    words: Words,
    share: float,
    device: torch.device,
) -> dict[str, float]:
    """Loss and accuracy on passages that are the same each time; nothing where nothing was held out."""
    if held_out is None:
        return {}
    rng = random.Random("held out")
    model.eval()
    totals = torch.zeros(2)
    batches = 8
    with torch.inference_mode(), _autocast(device):
        for _ in range(batches):
            batch = make_batch([held_out.draw(rng) for _ in range(16)], vocabulary, words, share, rng)
            losses: Losses = model(*(x.to(device) for x in batch))
            totals += torch.tensor([losses.masked.item(), losses.accuracy.item()])
    mean_loss, mean_accuracy = (totals / batches).tolist()
    return {"held_out_loss": round(mean_loss, 4), "held_out_accuracy": round(mean_accuracy, 4)}


def _teacher(name: str, pupil: Tagger) -> Any:
    """An encoder that reads the same ids as the pupil and gives states of the same width; it does not learn."""
    found = Tagger.from_encoder(name)
    ours, theirs = pupil.module.encoder.config, found.module.encoder.config
    same_ids = pupil.vocabulary.tokenizer.get_vocab() == found.vocabulary.tokenizer.get_vocab()
    if ours.hidden_size != theirs.hidden_size or not same_ids:
        what = "another vocabulary" if same_ids is False else f"{theirs.hidden_size} units, not {ours.hidden_size}"
        raise ModelError(f"the teacher {name!r} has {what}", fix="teach by the encoder that the pupil was cut from")
    return found.module.encoder.eval().requires_grad_(False)


def _read(sources: Sequence[Source], recipe: Recipe) -> tuple[Passages, Passages | None]:
    if not sources:
        raise FazhiError("no corpus is named", fix="give at least one file of unlabelled text")
    parts = [(split(read_documents(source.path), recipe.held_out), source.weight) for source in sources]
    training = Passages([(rest, weight) for (rest, _), weight in parts if rest], recipe)
    kept = [(held, weight) for (_, held), weight in parts if held]
    return training, Passages(kept, replace(recipe, noise=0.0)) if kept else None


def _check_positions(positions: int, length: int, name: str) -> None:
    room = positions - CONTEXT_CHARACTERS - SPECIAL_TOKENS
    if room < length:
        raise ModelError(
            f"the encoder {name!r} has {positions} positions, passages of {length} characters with "
            f"{CONTEXT_CHARACTERS} of headings need {length + positions - room}",
            fix=f"shorten the passages to at most {room} characters",
        )


def _groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": plain, "weight_decay": 0.0}]


def _pace(step: int, recipe: Recipe) -> float:
    """The share of the highest rate at a step."""
    rising = max(1, round(recipe.warmup * recipe.steps))
    return step / rising if step <= rising else (recipe.steps - step) / max(1, recipe.steps - rising)


def _autocast(device: torch.device) -> torch.autocast:
    """Mixed precision where the processor computes in bfloat16; elsewhere it would only be slower."""
    fast = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast)


def _append(path: Path, line: dict[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _save_checkpoint(
    out: Path, mark: dict[str, Any], step: int, model: nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """Written beside and then moved into place, so that a kill leaves the old one or the new one."""
    beside = out / f"{CHECKPOINT}.new"
    state = {"mark": json.dumps(mark), "step": step, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(state, beside)
    beside.replace(out / CHECKPOINT)


def _resume(
    out: Path, mark: dict[str, Any], model: nn.Module, optimizer: torch.optim.Optimizer, device: torch.device
) -> int:
    """Load the checkpoint if there is one, and cut the log to it; the number of the next step."""
    path = out / CHECKPOINT
    if not path.is_file():
        (out / LOG).unlink(missing_ok=True)
        return 1
    state = torch.load(path, map_location=device, weights_only=True)
    if json.loads(state["mark"]) != mark:
        raise FazhiError(
            "the folder holds a checkpoint of another recipe", file=path, fix="delete it, or name another folder"
        )
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    lines = list(_lines_until(out / LOG, state["step"]))
    (out / LOG).write_text("".join(lines), encoding="utf-8")
    return int(state["step"]) + 1


def _lines_until(path: Path, step: int) -> Iterator[str]:
    """Whole lines of the log up to a step; a kill may have left half a line behind them."""
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n") and json.loads(line)["step"] <= step:
            yield line


def _write_encoder(network: Any, vocabulary: CharVocabulary, out: Path) -> None:
    """Weights in half precision with configuration and tokenizer, as the encoder's folder had them."""
    out.mkdir(parents=True, exist_ok=True)
    state = {key: tensor.detach().cpu().half().contiguous() for key, tensor in sorted(network.state_dict().items())}
    save_file(state, out / "model.safetensors", metadata={"format": "pt"})
    network.config.save_pretrained(out)
    vocabulary.tokenizer.save_pretrained(out)
    Tagger.from_encoder(str(out))  # what was written can be read
