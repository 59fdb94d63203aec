"""What the authored reports are worth: leave-one-issuer-out F1 on the real reports with more and more of them.

    python training/learning_curve.py --out out/train --json annotations/learning_curve.json

Each point trains the first n authored reports in the order in which they were written, then each fold, with the same
steps; with none, the folds start from the encoder. A finished point is not run again.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fazhi.annotations import read_gold, write_gold
from fazhi.cli import fail
from fazhi.corpus import summary
from fazhi.errors import FazhiError
from fazhi.export import write_json
from fazhi.recipes import AUTHORED_GOLD, BASE, REAL, crossvalidate, fit_authored

# Without a first stage the folds have all to learn: more steps, at the first stage's rate.
FROM_ENCODER = {
    "training.max_steps": 160,
    "training.optimizer.learn_rate.initial_rate": 0.0003,
    "training.optimizer.learn_rate.warmup_steps": 30,
}


def point(n: int | None, out: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Train and test with the first n authored reports, or with all: sizes and scores."""
    authored = list(read_gold(AUTHORED_GOLD))[:n]
    folder = out if n is None else out / f"first_{n}"
    if not authored:
        changes: dict[str, Any] = FROM_ENCODER
        start = None
    else:
        changes = {}
        source = Path(AUTHORED_GOLD)
        if n is not None:
            source = folder / "authored.jsonl"
            folder.mkdir(parents=True, exist_ok=True)
            write_gold(authored, source)
        start = fit_authored(folder, {**settings, "paths.train": str(source)}, report=typer.echo)
    found = crossvalidate(folder / "folds", [BASE, REAL], {**settings, **changes}, start_from=start, report=typer.echo)
    return {**summary(authored), "settings": {**settings, **changes}, "scores": found["scores"]}


def main(
    out: Annotated[Path, typer.Option(help="Folder for all stages and folds.")] = Path("out/train"),
    figures: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None,
    sizes: Annotated[str, typer.Option(help="Numbers of authored reports, or `all`.")] = "0,20,40,all",
    seed: Annotated[int, typer.Option(help="Of weights, dropout and the order of passages.")] = 0,
) -> None:
    """Run each point of the curve."""
    settings = {"system.seed": seed, "paths.encoder": "models/encoder"}
    points = []
    try:
        for size in sizes.split(","):
            points.append(point(None if size == "all" else int(size), out, settings))
            typer.echo(json.dumps({"authored": points[-1]["reports"], **points[-1]["scores"]["micro"]}))
            if figures is not None:
                write_json({"points": points}, figures)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
