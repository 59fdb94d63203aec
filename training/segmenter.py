"""Train the small pkuseg model that ships with the project.

    python training/segmenter.py --corpus prose.txt.xz --corpus policy.txt.xz --out models/words

No segmented official prose is free to use, so the training segmentation is what jieba makes of it. What that is worth,
and what the trained model is worth, is measured on sentences that were segmented one by one (corpus/words.txt).
"""

import random
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import jieba
import numpy as np
import spacy_pkuseg
import typer
from spacy_pkuseg.config import config as pkuseg_config

from fazhi.clauses import sentences
from fazhi.cli import fail
from fazhi.errors import FazhiError
from fazhi.export import write_json
from fazhi.pretraining import read_documents
from fazhi.scoring import Counts
from fazhi.segment import Segmenter
from fazhi.text import clean
from fazhi.types import CharSpan

SAMPLE = Path("corpus/words.txt")
LONGEST = 120
FEWEST_USES = 2
"""A feature seen no oftener than this is dropped (pkuseg's `featureTrim`)."""


def sample_text(corpora: Iterable[Path], characters: int, rng: random.Random) -> list[str]:
    """Sentences drawn at random from all corpora alike, about so many characters, none twice."""
    chosen: list[str] = []
    paths = list(corpora)
    for path in paths:
        drawn = [
            sentence.of(document).strip()
            for document in (clean(found).text for found in read_documents(path))
            for sentence in sentences(document)
            if 5 <= len(sentence) <= LONGEST
        ]
        rng.shuffle(drawn)
        left = characters // len(paths)
        for sentence in dict.fromkeys(drawn):
            if left <= 0:
                break
            chosen.append(sentence)
            left -= len(sentence)
    rng.shuffle(chosen)
    return chosen


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
    corpus: Annotated[list[Path], typer.Option(help="Unlabelled prose, plain or .xz; may come again.")],
    out: Annotated[Path, typer.Option(help="Folder of the model.")] = Path("models/words"),
    characters: Annotated[int, typer.Option(help="To train on.")] = 600_000,
    iterations: Annotated[int, typer.Option(help="Over the training text.")] = 12,
    seed: Annotated[int, typer.Option(help="Of the choice of sentences.")] = 0,
) -> None:
    """Draw sentences, let jieba split them, train, and measure both on the sample split by hand."""
    try:
        lines = sample_text(corpus, characters, random.Random(seed))
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    sample = SAMPLE.read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        training, testing = Path(folder) / "train.txt", Path(folder) / "test.txt"
        training.write_text("\n".join(" ".join(jieba.cut(line.replace(" ", ""))) for line in lines), encoding="utf-8")
        testing.write_text("\n".join(sample), encoding="utf-8")
        pkuseg_config.featureTrim = FEWEST_USES
        spacy_pkuseg.train(str(training), str(testing), str(out), train_iter=iterations)
    _shrink(out / "weights.npz")
    segmenter = Segmenter(out)
    figures = {
        "training": {"segmentation": "jieba", "sentences": len(lines), "characters": sum(map(len, lines))},
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
