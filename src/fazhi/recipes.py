"""Training as the project does it: stages that are never run twice, and cross-validation over issuers.

A stage is one `spacy train` of `configs/base.cfg` with overlays. Its folder keeps a fingerprint of the config and of
all data and weights that went in; as long as that stays the same, the stage is finished and its model is used.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import spacy
from spacy.cli.train import train as spacy_train
from spacy.language import Language
from spacy.util import load_config
from thinc.api import Config

from fazhi.annotations.documents import GoldDocument
from fazhi.corpus import documents
from fazhi.errors import FazhiError
from fazhi.evaluate import predict, score
from fazhi.export import write_json
from fazhi.resampling import scores_over_seeds

BASE = Path("configs/base.cfg")
AUTHORED = Path("configs/authored.cfg")
REAL = Path("configs/real.cfg")
REAL_GOLD = "annotations/gold/real.jsonl"
AUTHORED_GOLD = "annotations/gold/authored.jsonl"
MODEL = "model-last"
TAGGER = "tagger"
MARK = "fingerprint.json"
# What a trained model depends on besides its config: these libraries and modules, and files of these kinds.
LIBRARIES = ("spacy", "torch", "transformers")
CODE = (
    "clauses.py",
    "codec.py",
    "corpus.py",
    "cues.py",
    "docs.py",
    "labels.py",
    "metadata.py",
    "model.py",
    "pipes/sections.py",
    "pipes/tagger.py",
    "sections.py",
    "segment.py",
    "vocabulary.py",
    "windows.py",
)
# What figures depend on besides the trained model: predictions are always made anew.
PREDICTING = ("borders.py", "decoding.py", "evaluate.py", "linking.py", "pipes/linker.py", "quantity.py", "scoring.py")
CONTENT = {".arrow", ".json", ".jsonl", ".msgpack", ".npz", ".py", ".safetensors"}
LOG = "log.jsonl"


def merge(configs: Sequence[Path], overrides: dict[str, Any]) -> Config:
    """A config with overlays laid over it in order, then single settings by dotted name.

    Raises:
        FazhiError: if a file is missing or cannot be parsed.
    """
    merged = Config()
    for path in configs:
        if not path.is_file():
            raise FazhiError("no such config", file=path, fix="run from the project's root, or give the full path")
        try:
            merged = merged.merge(load_config(path, interpolate=False))
        except ValueError as error:
            raise FazhiError(f"cannot be parsed ({error})", file=path, fix="correct the config") from None
    for name, value in overrides.items():
        *sections, key = name.split(".")
        section: Any = merged
        for part in sections:
            section = section.setdefault(part, {})
        section[key] = value
    return merged


def fit(
    out: Path, configs: Sequence[Path], overrides: dict[str, Any], *, report: Callable[[str], None] = print
) -> Path:
    """Train one stage, unless it is finished.

    Args:
        out: The stage's folder.
        configs: The base config and its overlays.
        overrides: Single settings by dotted name.
        report: Called with a line of text as the work goes on.

    Returns:
        The folder of the trained pipeline.
    """
    config = merge(configs, overrides)
    mark = _fingerprint(config)
    if _read_mark(out) == mark and (out / MODEL).is_dir():
        report(f"{out}: finished before, used again")
        return out / MODEL
    out.mkdir(parents=True, exist_ok=True)
    for stale in (MARK, LOG):
        (out / stale).unlink(missing_ok=True)
    path = out / "config.cfg"
    config.to_disk(path)
    report(f"{out}: training {config['training']['max_steps']} steps, seed {config['system']['seed']}")
    start = time.monotonic()
    spacy_train(path, out, overrides={"paths.log": str(out / LOG)})
    report(f"{out}: trained in {(time.monotonic() - start) / 60:.1f} minutes")
    (out / MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")
    return out / MODEL


def _read_mark(out: Path) -> Any:
    return json.loads((out / MARK).read_text(encoding="utf-8")) if (out / MARK).is_file() else None


def state(overrides: dict[str, Any], *, overlays: Sequence[Path] = (), second: dict[str, Any] | None = None) -> str:
    """A fingerprint of all that `two_stages` depends on but the seed, predictions included.

    Arguments as for `two_stages`.
    """
    stages = (
        merge([BASE, AUTHORED, *overlays], overrides),
        merge([BASE, REAL, *overlays], {**overrides, **(second or {})}),
    )
    marks = [_fingerprint(config, CODE + PREDICTING) for config in stages]
    return hashlib.sha256("".join(marks).encode()).hexdigest()


def _fingerprint(config: Config, modules: Sequence[str] = CODE) -> str:
    """Changes with the config, the training data, the weights that training starts from, the code and the libraries."""
    parts = [config.to_str(interpolate=False).encode()]
    parts += [f"{name} {version(name)}".encode() for name in LIBRARIES]
    code = Path(__file__).parent
    paths = [config["paths"].get(key) for key in ("train", "encoder", "start_from", "words")]
    for path in (*(code / name for name in modules), *(Path(p) for p in paths if p)):
        files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.suffix in CONTENT)
        parts += [hashlib.sha256(file.read_bytes()).digest() for file in files]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def fit_authored(
    out: Path, overrides: dict[str, Any], *, overlays: Sequence[Path] = (), report: Callable[[str], None] = print
) -> Path:
    """The first stage, on authored reports alone: every fold and the released model go on from it.

    Args:
        out: Folder for all stages.
        overrides: Single settings by dotted name.
        overlays: Configs laid over the stage's own.
        report: Called with a line of text as the work goes on.

    Returns:
        The folder of the trained tagger.
    """
    return fit(out / "authored", [BASE, AUTHORED, *overlays], overrides, report=report) / TAGGER


def fit_release(
    out: Path, overrides: dict[str, Any], *, overlays: Sequence[Path] = (), report: Callable[[str], None] = print
) -> Path:
    """Both stages on everything: the model that is released. Arguments as for `fit_authored`.

    Returns:
        The folder of the trained pipeline.
    """
    start = fit_authored(out, overrides, overlays=overlays, report=report)
    settings = {**overrides, "paths.start_from": str(start)}
    return fit(out / "release", [BASE, REAL, *overlays], settings, report=report)


def seed_numbers(text: str) -> list[int]:
    """Seeds from the command line, such as `0,1,2`.

    Raises:
        FazhiError: if they are no numbers, or one comes twice.
    """
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        raise FazhiError(f"seeds {text!r} are no numbers", fix="write them as 0,1,2") from None
    if len(set(numbers)) < len(numbers):
        raise FazhiError(f"a seed comes twice in {text!r}", fix="give each once")
    return numbers


def two_stages(
    out: Path,
    seed: int,
    overrides: dict[str, Any],
    *,
    overlays: Sequence[Path] = (),
    second: dict[str, Any] | None = None,
    authored: bool = True,
    report: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Both stages with one seed: authored reports once, then each fold from there.

    Args:
        out: Folder for all stages and folds.
        seed: Of weights, dropout and the order of passages.
        overrides: Single settings of both stages by dotted name.
        overlays: Configs laid over both stages.
        second: Single settings of the folds alone.
        authored: Whether there is a first stage; without it the folds start from the encoder.
        report: Called with a line of text as the work goes on.

    Returns:
        What `crossvalidate` gives.
    """
    settings = {"system.seed": seed, **overrides}
    start = fit_authored(out, settings, overlays=overlays, report=report) if authored else None
    folded = {**settings, **(second or {})}
    return crossvalidate(out / "folds", [BASE, REAL, *overlays], folded, start_from=start, report=report)


def over_seeds(
    out: Path,
    seeds: Sequence[int],
    overrides: dict[str, Any],
    *,
    figures: Path | None = None,
    overlays: Sequence[Path] = (),
    second: dict[str, Any] | None = None,
    authored: bool = True,
    report: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Both stages with several seeds.

    Arguments as for `two_stages`, and:

    Args:
        out: Folder of the first seed, whose first stage the released model goes on from; the others stand below it.
        seeds: The seeds.
        figures: Written after each seed. What the file holds of a seed from before is taken as it is, if data, code
            and recipe are still the same (`state`).

    Returns:
        What `crossvalidate` gives for the first seed, with `recipe`, `state`, the scores of each of the `seeds`, and
        their mean and range (`over_seeds`).
    """
    made_by = {"overlays": list(map(str, overlays)), **overrides, **(second or {}), "authored": authored}
    mark = state(overrides, overlays=overlays, second=second)
    found: dict[str, Any] = {}
    if figures is not None and figures.is_file():
        found = json.loads(figures.read_text(encoding="utf-8"))
    if [found.get("recipe"), found.get("state")] != [made_by, mark] or found["seeds"][0]["seed"] != seeds[0]:
        found = {}
    known = {one["seed"]: one for one in found.get("seeds", ())}
    for i, seed in enumerate(seeds):
        if seed in known:
            report(f"seed {seed}: finished before, see {figures}")
            continue
        place = out if i == 0 else out / f"seed_{seed}"
        result = two_stages(place, seed, overrides, overlays=overlays, second=second, authored=authored, report=report)
        known[seed] = {"seed": seed, **result["scores"]}
        each = [known[number] for number in seeds if number in known]
        found = {**(found or result), "recipe": made_by, "state": mark, "seeds": each}
        found["over_seeds"] = scores_over_seeds(each)
        if figures is not None:
            write_json(found, figures)
    return found


def folds(gold: Sequence[GoldDocument]) -> dict[str, list[GoldDocument]]:
    """The test reports of each fold: one fold for each group (issuer) of real reports."""
    found: dict[str, list[GoldDocument]] = {}
    for document in gold:
        if document.meta.origin == "real":
            found.setdefault(document.meta.group, []).append(document)
    return found


def crossvalidate(
    out: Path,
    configs: Sequence[Path],
    overrides: dict[str, Any],
    *,
    start_from: Path | None,
    source: str = REAL_GOLD,
    predictor: Callable[[Language, Sequence[GoldDocument]], list[dict[str, Any]]] = predict,
    report: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Leave one issuer out: train on all others with a fixed number of steps, test on the one, pool the counts.

    Nothing of the held-out issuer is seen before the last step is done: no early stopping, no threshold and no
    choice of a model depends on it.

    Args:
        out: Folder for one sub-folder a fold.
        configs: The base config and its overlays.
        overrides: Single settings by dotted name, the same for all folds.
        start_from: A trained tagger that has seen no real report, or None to start from the encoder.
        source: The labelled reports.
        predictor: Gives what a pipeline finds in reports.
        report: Called with a line of text as the work goes on.

    Returns:
        What `fazhi.evaluate.score` gives for all folds together.
    """
    gold = documents(source)
    tested: list[GoldDocument] = []
    predictions: list[dict[str, Any]] = []
    for group, held_out in folds(gold).items():
        others = sorted({document.meta.group for document in gold} - {group})
        settings = {
            **overrides,
            "paths.train": source,
            "paths.start_from": str(start_from) if start_from else None,
            "corpora.train.include": others,
            # spaCy wants something to evaluate on. It is training material, and nothing is chosen by it.
            "paths.dev": source,
            "corpora.dev.include": others[:1],
        }
        folder = out / held_out[0].id
        model = fit(folder, configs, settings, report=report)
        # Always predicted anew: decoding and linking may have changed where training has not.
        found = predictor(spacy.load(model), held_out)
        write_json(found, folder / "predictions.json")
        tested += held_out
        predictions += found
        report(f"{folder}: micro F1 {score(held_out, found)['scores']['micro']['f1']:.4f}")
    return score(tested, predictions)
