"""Leave-one-issuer-out cross-validation: every real report is in the test role exactly once.

Each fold trains with a fixed number of steps on all other reports. Nothing of the held-out issuer is seen before
the last step is done: no early stopping, no threshold, no choice of model.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.cli.train import train as spacy_train

from fazhi.annotations.documents import GoldDocument
from fazhi.corpus import documents
from fazhi.evaluate import predict, score


def folds(gold: Sequence[GoldDocument]) -> dict[str, list[GoldDocument]]:
    """The test reports of each fold, by group: one fold for each group of real reports."""
    found: dict[str, list[GoldDocument]] = {}
    for document in gold:
        if document.meta.origin == "real":
            found.setdefault(document.meta.group, []).append(document)
    return found


def fingerprint(config: Path, overrides: dict[str, Any], gold: Sequence[GoldDocument]) -> str:
    """Changes whenever the recipe or the data of a fold changes; a finished fold with the same one is not run again."""
    parts = [
        config.read_text(encoding="utf-8"),
        json.dumps(overrides, sort_keys=True, default=str),
        *(json.dumps(document.to_dict(), sort_keys=True) for document in gold),
    ]
    for key in ("paths.encoder", "paths.start_from"):
        weights = Path(str(overrides.get(key) or "")) / "model.safetensors"
        if weights.is_file():
            parts.append(hashlib.sha256(weights.read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def crossvalidate(
    config: Path,
    source: str,
    out: Path,
    *,
    overrides: dict[str, Any],
    start_from: Callable[[str], str | None] = lambda group: None,
    report: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Train and test every fold that is not finished, and pool the results.

    Args:
        config: A complete spaCy training config.
        source: The labelled reports, as `fazhi.corpus.load_dataset` takes them.
        out: Folder for one sub-folder a fold; what is there and fits is used again.
        overrides: Config settings by dotted name, the same for all folds.
        start_from: Gives for a held-out group the tagger folder that its fold goes on from, which must not have
            seen that group.
        report: Called with a line of text as the work goes on.

    Returns:
        The pooled scores, and under `folds` the held-out group with its scores for each fold.
    """
    gold = documents(source)
    results = {}
    tested: list[GoldDocument] = []
    predictions: list[dict[str, Any]] = []
    for group, held_out in folds(gold).items():
        train_groups = sorted({d.meta.group for d in gold if d.meta.group != group and d.meta.origin == "real"})
        settings = {
            **overrides,
            "paths.train": source,
            "paths.dev": source,
            "paths.start_from": start_from(group),
            "corpora.train.exclude": [group],
            # spaCy wants something to evaluate on; it is training material, and nothing is chosen by it.
            "corpora.dev.include": train_groups[:1],
        }
        folder = out / held_out[0].id
        mark = fingerprint(config, settings, gold)
        result = _finished(folder / "result.json", mark)
        if result is None:
            report(f"fold {held_out[0].id}: training on {', '.join(train_groups)}")
            spacy_train(config, folder, overrides=settings)
            found = predict(spacy.load(folder / "model-last"), held_out)
            result = {"fingerprint": mark, "group": group, "predictions": found}
            (folder / "result.json").write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
        tested += held_out
        predictions += result["predictions"]
        results[held_out[0].id] = score(held_out, result["predictions"])["scores"]
        report(f"fold {held_out[0].id}: micro F1 {results[held_out[0].id]['micro']['f1']:.4f}")
    return {**score(tested, predictions), "folds": results}


def _finished(path: Path, mark: str) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result if result["fingerprint"] == mark else None
