"""Simulate what labelling the least sure texts first saves, on authored reports: their labels are known.

    python training/labelling.py --json annotations/labelling.json

A model learns from the first reports. Then a person corrects what it finds in the next, the least sure paragraphs
first; and some of those reports are labelled and learnt from, the least sure or any, and the last reports test what
that gave. Nothing finished is run again.
"""

from pathlib import Path
from typing import Annotated, Any

import spacy
import typer

from fazhi.annotations import read_gold, write_gold
from fazhi.cli import fail
from fazhi.errors import FazhiError
from fazhi.evaluate import predict, score
from fazhi.export import write_json
from fazhi.recipes import AUTHORED, AUTHORED_GOLD, BASE, TAGGER, fit
from fazhi.simulation import choose, prelabelled, reading

ROUNDS: tuple[tuple[str, float], ...] = (("uncertain", 0.25), ("random", 0.25), ("random", 0.5))
"""Order and share of the pool that is labelled."""


def main(
    out: Annotated[Path, typer.Option(help="Folder for all models.")] = Path("out/labelling"),
    figures: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None,
    encoder: Annotated[str, typer.Option(help="Folder or name of the encoder.")] = "models/encoder",
    first: Annotated[int, typer.Option(help="Reports that the first model learns from.")] = 20,
    test: Annotated[int, typer.Option(help="Reports, the last, that test.")] = 40,
    steps: Annotated[int, typer.Option(help="Steps of the first model, and of each round.")] = 150,
    seed: Annotated[int, typer.Option(help="Of training and of the random order.")] = 0,
) -> None:
    """Run the simulation."""
    gold = list(read_gold(AUTHORED_GOLD))
    start, pool, last = gold[:first], gold[first:-test], gold[-test:]
    settings: dict[str, Any] = {
        "system.seed": seed,
        "paths.encoder": encoder,
        "paths.dev": AUTHORED_GOLD,
        "training.max_steps": steps,
    }

    def learn(name: str, reports: list[Any], start_from: Path | None) -> Path:
        source = out / name / "reports.jsonl"
        source.parent.mkdir(parents=True, exist_ok=True)
        write_gold(reports, source)
        more = {"paths.train": str(source), "paths.start_from": str(start_from) if start_from else None}
        return fit(out / name, [BASE, AUTHORED], {**settings, **more}, report=typer.echo)

    try:
        model = learn("first", start, None)
        nlp = spacy.load(model)
        found = predict(nlp, pool)
        labelled = [prelabelled(document, prediction) for document, prediction in zip(pool, found, strict=True)]
        rounds = [{"order": None, "share": 0.0, "reports": 0, "scores": score(last, predict(nlp, last))["scores"]}]
        for order, share in ROUNDS:
            ids = set(choose(labelled, share * sum(len(d.text) for d in pool), order, seed))
            chosen = [document for document in pool if document.id in ids]
            trained = learn(f"{order}_{share}", start + chosen, model / TAGGER)
            scores = score(last, predict(spacy.load(trained), last))["scores"]
            rounds.append({"order": order, "share": share, "reports": len(chosen), "scores": scores})
            typer.echo(f"{order} {share}: micro F1 {scores['micro']['f1']}")
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    result = {
        "settings": {"first": first, "pool": len(pool), "test": test, "steps": steps, "seed": seed},
        "reading": reading(pool, found),
        "rounds": rounds,
    }
    typer.echo(str(result["reading"]))
    if figures is not None:
        write_json(result, figures)


if __name__ == "__main__":
    typer.run(main)
