"""Train the small pkuseg model that ships with the project.

    python training/segmenter.py --out models/words

No segmented official prose is free to use, so sentences of the authored reports were split one by one
(corpus/words/train.txt). What the trained model is worth is measured on others that were (corpus/words/test.txt), and
jieba beside it.
"""

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import jieba
import numpy as np
import spacy_pkuseg
import typer
from spacy_pkuseg.config import config as pkuseg_config

from fazhi.export import write_json
from fazhi.scoring import Counts
from fazhi.segment import Segmenter
from fazhi.types import CharSpan

TRAINING = Path("corpus/words/train.txt")
SAMPLE = Path("corpus/words/test.txt")
FEWEST_USES = 2
"""A feature seen no oftener than this is dropped (pkuseg's `featureTrim`)."""


def word_spans(words: Iterable[str]) -> set[CharSpan]:
    """The words of a line as spans of the line without its blanks."""
    spans, at = set(), 0
    for word in words:
        spans.add(CharSpan(at, at + len(word)))
        at += len(word)
    return spans


def measure(cut: Callable[[str], Iterable[str]], sample: list[str]) -> Counts:
    """Words found against words segmented by hand."""
    total = Counts()
    for line in sample:
        true, found = word_spans(line.split()), word_spans(cut("".join(line.split())))
        total += Counts(len(true & found), len(found - true), len(true - found))
    return total


def main(
    out: Annotated[Path, typer.Option(help="Folder of the model.")] = Path("models/words"),
    iterations: Annotated[int, typer.Option(help="Over the training sentences.")] = 12,
    seed: Annotated[int, typer.Option(help="Of the order of sentences.")] = 0,
) -> None:
    """Train on the sentences split by reading, and measure on the sample."""
    sentences = TRAINING.read_text(encoding="utf-8").splitlines()
    sample = SAMPLE.read_text(encoding="utf-8").splitlines()
    pkuseg_config.featureTrim = FEWEST_USES
    # pkuseg shuffles its sentences with these.
    random.seed(seed)
    np.random.seed(seed)
    spacy_pkuseg.train(str(TRAINING), str(SAMPLE), str(out), train_iter=iterations)
    _shrink(out / "weights.npz")
    segmenter = Segmenter(out)
    figures = {
        "training": {"sentences": len(sentences), "words": sum(len(line.split()) for line in sentences)},
        "sample": {"sentences": len(sample), "words": sum(len(line.split()) for line in sample)},
        "jieba": measure(jieba.cut, sample).to_dict(),
        "model": measure(lambda text: [w.of(text) for w in segmenter.words(text)], sample).to_dict(),
    }
    write_json(figures, out / "evaluation.json")
    typer.echo(f"{out}: {figures}")


def _shrink(weights: Path) -> None:
    """Weights in single precision, compressed; the precision beyond it changes no word."""
    with np.load(weights) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["w"] = arrays["w"].astype(np.float32).astype(np.float64)
    np.savez_compressed(weights, **arrays)


if __name__ == "__main__":
    typer.run(main)
