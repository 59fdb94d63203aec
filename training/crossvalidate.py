"""Leave-one-issuer-out cross-validation over the real reports: the project's F1.

    python training/crossvalidate.py --out out/train --seeds 0,1,2 --json models/evaluation.json

The first stage is shared by all folds, because authored reports are in the training part of each. A finished stage
or fold is not run again, nor is a seed that the file holds already, if data, code and recipe are still the same. The
file tells all of the first seed, and of each seed the scores.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fazhi.cli import fail, out, score_table
from fazhi.errors import FazhiError
from fazhi.recipes import over_seeds, seed_numbers


def parse_setting(item: str) -> tuple[str, Any]:
    """A config setting from NAME=JSON.

    Raises:
        FazhiError: if it is not of that form.
    """
    name, _, value = item.partition("=")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        raise FazhiError(f"{item!r} is no setting", fix="write NAME=JSON, such as training.dropout=0.2") from None


def main(
    folder: Annotated[Path, typer.Option("--out", help="Folder for all stages and folds.")] = Path("out/train"),
    figures: Annotated[Path | None, typer.Option("--json", help="Write all figures there.")] = None,
    seeds: Annotated[str, typer.Option(help="Seeds of weights, dropout and order, separated by commas.")] = "0",
    encoder: Annotated[str | None, typer.Option(help="Folder or name of the encoder; by default the config's.")] = None,
    overlay: Annotated[list[Path] | None, typer.Option(help="Config laid over all stages; may come again.")] = None,
    authored: Annotated[bool, typer.Option(help="Begin with the stage on authored reports.")] = True,
    setting: Annotated[list[str] | None, typer.Option("--set", help="Config setting NAME=JSON for the folds.")] = None,
) -> None:
    """Train and test each fold, print the pooled counts."""
    overrides = {"paths.encoder": encoder} if encoder else {}
    try:
        changes = dict(parse_setting(item) for item in setting or ())
        numbers = seed_numbers(seeds)
        found = over_seeds(
            folder,
            numbers,
            overrides,
            figures=figures,
            overlays=overlay or [],
            second=changes,
            authored=authored,
            report=typer.echo,
        )
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    title = f"leave one issuer out, counts pooled over the folds, seed {numbers[0]}"
    out.print(score_table(found["scores"], title, found["intervals"]))


if __name__ == "__main__":
    typer.run(main)
