"""Shared by all tests: the five reports, their gold, and a tiny encoder made on the spot."""

from pathlib import Path

import pytest
from hypothesis import settings

from fazhi.annotations import GoldDocument, read_gold

# A busy machine must not fail a test: time is measured in training/benchmark.py.
settings.register_profile("fazhi", deadline=None)
settings.load_profile("fazhi")

ROOT = Path(__file__).parents[1]
RAW = sorted((ROOT / "corpus" / "raw").glob("*_20*.txt"))


@pytest.fixture(scope="session")
def gold() -> list[GoldDocument]:
    return list(read_gold(ROOT / "annotations" / "gold" / "real.jsonl"))


@pytest.fixture(scope="session")
def authored() -> list[GoldDocument]:
    return list(read_gold(ROOT / "annotations" / "gold" / "authored.jsonl"))


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


def blank(**settings):
    """An untrained pipeline with small windows."""
    import spacy

    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "fazhi.CharTokenizer.v1"}}})
    nlp.add_pipe("fazhi_sections")
    nlp.add_pipe("fazhi_tagger", config={"window": 64, "stride": 48, **settings})
    nlp.add_pipe("fazhi_linker")
    return nlp


@pytest.fixture(scope="session")
def trained(tiny_encoder):
    """A pipeline that has learnt a little of one report, its examples, and its loss before it learnt."""
    from fazhi.corpus import read_passages

    nlp = blank()
    tagger = nlp.get_pipe("fazhi_tagger")
    examples = list(
        read_passages(
            str(ROOT / "annotations" / "gold" / "real.jsonl"),
            include=["wuzhou_2023"],
            window=64,
            drop_headings=0.5,
            seed=1,
        )(nlp)
    )[:12]
    nlp.get_pipe("fazhi_tagger").initialize(lambda: examples, nlp=nlp, encoder=str(tiny_encoder))
    optimizer = nlp.create_optimizer()
    first = tagger.update(examples, sgd=None)["fazhi_tagger"]
    for _ in range(25):
        nlp.update(examples, sgd=optimizer, drop=0.1)
    return nlp, examples, first


@pytest.fixture(scope="session")
def model_folder(trained, tmp_path_factory) -> Path:
    """The little trained pipeline on disk; copy it before you break it."""
    folder = tmp_path_factory.mktemp("model") / "pipeline"
    trained[0].to_disk(folder)
    return folder
