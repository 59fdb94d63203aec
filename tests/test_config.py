"""`spacy train` works as it is, from the command line, with the registered factories alone."""

import subprocess
import sys

import spacy

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


def test_wrong_paths_are_told_in_one_sentence(tiny_encoder, tmp_path) -> None:
    for setting, reason in (("paths.encoder", "no encoder could be loaded"), ("paths.train", "no labelled reports")):
        options = ["--paths.encoder", str(tiny_encoder), f"--{setting}", str(tmp_path / "nowhere")]
        command = [sys.executable, "-m", "spacy", "train", "configs/base.cfg", "--output", str(tmp_path), *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert reason in done.stdout + done.stderr
