"""Shared by all tests: the five reports, their gold, and a tiny encoder made on the spot."""

from pathlib import Path

import pytest

from fazhi.annotations import GoldDocument, read_gold

ROOT = Path(__file__).parents[1]
RAW = sorted((ROOT / "corpus" / "raw").glob("*_20*.txt"))


@pytest.fixture(scope="session")
def gold() -> list[GoldDocument]:
    return list(read_gold(ROOT / "annotations" / "gold" / "real.jsonl"))


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers with random weights and a WordPiece vocabulary that lacks most characters."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    characters = "的一是二三年月日0123456789%,。、:;()法治政府建设行政复议推进强化不足加强件次项个率"
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(characters)]
    (folder / "vocab.txt").write_text("\n".join(tokens), encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=400,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder
