"""`spacy train` works as it is, from the command line, with the registered factories alone."""

import os
import subprocess
import sys

import pytest
import spacy
from transformers import AutoTokenizer

from tests.conftest import RAW, ROOT


def test_spacy_train_with_the_base_config(tiny_encoder, tmp_path) -> None:
    settings = {
        "paths.encoder": tiny_encoder,
        "training.max_steps": 2,
        "training.eval_frequency": 2,
        "training.batcher.size": 512,
    }
    options = [part for name, value in settings.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "spacy", "train", "configs/base.cfg", "--output", str(tmp_path), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    nlp = spacy.load(tmp_path / "model-last")
    doc = nlp(RAW[-1].read_text(encoding="utf-8"))
    assert set(doc.spans) == {"clause", "mention"}


@pytest.fixture(scope="module")
def short_recipe(tmp_path_factory):
    """An overlay that makes both stages take one step."""
    path = tmp_path_factory.mktemp("short") / "short.cfg"
    path.write_text(
        "[training]\nmax_steps = 1\neval_frequency = 1\n\n[training.batcher]\nsize = 512\n", encoding="utf-8"
    )
    return path


def train(*options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "training/train.py", *map(str, options)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)


def test_the_macbert_config_trains_from_a_bert_in_the_hub_format(tiny_encoder, short_recipe, tmp_path) -> None:
    """With a WordPiece vocabulary that lacks characters of the reports."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    assert tokenizer.tokenize("荔") == ["[UNK]"]
    overlays = ("--overlay", ROOT / "configs" / "macbert.cfg", "--overlay", short_recipe)
    done = train("--out", tmp_path, "--encoder", tiny_encoder, *overlays)
    assert done.returncode == 0, done.stdout + done.stderr
    nlp = spacy.load(tmp_path / "release" / "model-last")
    assert float(nlp.config["training"]["optimizer"]["learn_rate"]["initial_rate"]) == 0.00005
    text = RAW[-1].read_text(encoding="utf-8")
    assert nlp(text).text == text


def test_an_encoder_that_cannot_be_reached_is_said_and_the_shipped_one_named(tmp_path) -> None:
    done = train("--out", tmp_path, "--overlay", ROOT / "configs" / "macbert.cfg")
    assert done.returncode == 1
    said = " ".join((done.stdout + done.stderr).split())
    assert "no encoder could be loaded from 'hfl/chinese-macbert-base'" in said
    assert "models/encoder" in said
    assert "Traceback" not in said


def test_wrong_paths_are_told_in_one_sentence(tiny_encoder, tmp_path) -> None:
    for setting, reason in (("paths.encoder", "no encoder could be loaded"), ("paths.train", "no labelled reports")):
        options = ["--paths.encoder", str(tiny_encoder), f"--{setting}", str(tmp_path / "nowhere")]
        command = [sys.executable, "-m", "spacy", "train", "configs/base.cfg", "--output", str(tmp_path), *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert reason in done.stdout + done.stderr
