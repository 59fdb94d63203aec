"""What simpler systems reach on the same reports: rules, spaCy's own components, a plain token classifier.

    python training/baselines.py rules --json models/baselines.json
    python training/baselines.py links --json models/baselines.json
    python training/baselines.py ner --json models/baselines.json
    python training/baselines.py spancat --json models/baselines.json
    python training/baselines.py plain --json models/baselines.json

All that is trained is trained as the model is: authored reports first, then the fold's real ones, with a fixed number
of steps. A finished stage is not run again.
"""

import json
import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from fazhi.annotations.documents import GoldDocument
from fazhi.cli import fail, out, score_table
from fazhi.corpus import documents
from fazhi.errors import FazhiError
from fazhi.evaluate import score
from fazhi.export import write_json
from fazhi.labels import CLAUSE, LAYERS
from fazhi.recipes import AUTHORED_GOLD, REAL_GOLD, crossvalidate, fit, folds

CONFIGS = Path("configs/baselines")
# spaCy's parts begin at 0.001 without warm-up; the second stage is short and slower, as the model's is.
SECOND = {"training.max_steps": 200, "training.optimizer.learn_rate": 0.0003}

Figures = Annotated[Path | None, typer.Option("--json", help="Write the figures there.")]
Folder = Annotated[Path, typer.Option("--out", help="Folder for all stages and folds.")]
Seed = Annotated[int, typer.Option(help="Of everything random.")]

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def main() -> None:
    """What simpler systems reach on the same reports."""


@app.command()
def rules(figures: Figures = None) -> None:
    """Rules alone: the specification's word lists and a number pattern."""
    from fazhi.baselines import prediction
    from fazhi.rules import find

    gold = reports(REAL_GOLD)
    keep("rules", gold, [prediction(document, find(document.text)) for document in gold], figures)


@app.command()
def links(figures: Figures = None) -> None:
    """The gold spans with links by the rule: the most that links can reach, and what the rule itself gets wrong."""
    from fazhi.baselines import prediction

    gold = reports(REAL_GOLD)
    keep("gold spans, links by the rule", gold, [prediction(d, d.spans) for d in gold], figures)


@app.command()
def ner(figures: Figures = None, folder: Folder = Path("out/baselines/ner"), seed: Seed = 0) -> None:
    """spaCy's entity recognizer, one for each layer."""
    spacy_baseline("ner", {layer: {"paths.layer": layer} for layer in LAYERS}, folder, seed, figures)


@app.command()
def spancat(figures: Figures = None, folder: Folder = Path("out/baselines/spancat"), seed: Seed = 0) -> None:
    """spaCy's span categorizer, one for each layer: clause segments and n-grams as candidates."""
    changes: dict[str, dict[str, Any]] = {layer: {"paths.layer": layer} for layer in LAYERS}
    changes[CLAUSE]["components.spancat.suggester"] = {"@misc": "fazhi.segment_suggester.v1"}
    spacy_baseline("spancat", changes, folder, seed, figures)


def spacy_baseline(
    name: str, changes: dict[str, dict[str, Any]], folder: Path, seed: int, figures: Path | None
) -> None:
    """Train one pipeline a layer on authored reports, then on each fold, and put what they find together."""
    from fazhi.baselines import merged, predict

    gold = reports(REAL_GOLD)
    parts = []
    try:
        for layer, change in changes.items():
            settings = {"system.seed": seed, **change}
            config = [CONFIGS / f"{name}.cfg"]
            first = fit(folder / layer / "authored", config, settings, report=typer.echo)
            own = {key: value for key, value in settings.items() if not key.startswith("components.")}
            again = {**own, **SECOND, f"components.{name}": {"source": str(first)}}
            crossvalidate(
                folder / layer / "folds", config, again, start_from=first, predictor=predict, report=typer.echo
            )
            parts += [
                json.loads((folder / layer / "folds" / held_out[0].id / "predictions.json").read_text(encoding="utf-8"))
                for held_out in folds(gold).values()
            ]
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    keep(name, gold, merged(parts, gold), figures)


@app.command()
def plain(
    figures: Figures = None,
    folder: Folder = Path("out/baselines/plain"),
    encoder: Annotated[str, typer.Option(help="Folder or name of the encoder.")] = "models/encoder",
    steps: Annotated[int, typer.Option(help="Of the first stage.")] = 1500,
    real_steps: Annotated[int, typer.Option(help="Of each fold.")] = 120,
    seed: Seed = 0,
) -> None:
    """Hugging Face's token classifier on the same encoder, without headings, segments and transitions."""
    from fazhi.baselines import PlainClassifier

    gold = reports(REAL_GOLD)
    first = folder / "authored"
    if not first.is_dir():
        model = PlainClassifier.load(encoder)
        model.fit(reports(AUTHORED_GOLD), steps=steps, learn_rate=3e-4, seed=seed)
        shutil.rmtree(beside := folder / "authored.new", ignore_errors=True)
        model.save(beside)
        beside.rename(first)
    found = []
    for group, held_out in folds(gold).items():
        path = folder / f"{held_out[0].id}.json"
        if not path.is_file():
            model = PlainClassifier.load(first)
            others = [document for document in gold if document.meta.group != group]
            model.fit(others, steps=real_steps, learn_rate=1e-4, seed=seed)
            write_json(model.predict(held_out), path)
            typer.echo(f"{path}: done")
        found += json.loads(path.read_text(encoding="utf-8"))
    keep("plain", gold, found, figures)


def reports(source: str) -> list[GoldDocument]:
    """Labelled reports; ends the program if they cannot be read."""
    try:
        return documents(source)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None


def keep(name: str, gold: list[GoldDocument], predictions: list[dict[str, Any]], figures: Path | None) -> None:
    """Print a baseline's scores and put them among the others."""
    found = score(gold, predictions)
    out.print(score_table(found["scores"], name, found["intervals"]))
    if figures is not None:
        rows = json.loads(figures.read_text(encoding="utf-8")) if figures.is_file() else {}
        rows[name] = {part: found[part] for part in ("scores", "reports")}
        write_json(rows, figures)


if __name__ == "__main__":
    app()
