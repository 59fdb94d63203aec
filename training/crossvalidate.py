"""Leave-one-issuer-out cross-validation over the real reports: the project's F1.

    python training/crossvalidate.py --out out/train --json models/evaluation.json

The first stage is shared by all folds, because authored reports are in the training part of each. A finished stage
or fold is not run again.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fazhi.cli import fail, out, score_table
from fazhi.errors import FazhiError
from fazhi.export import write_json
from fazhi.recipes import BASE, REAL, crossvalidate, fit_authored


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
    seed: Annotated[int, typer.Option(help="Of weights, dropout and the order of passages.")] = 0,
    encoder: Annotated[str | None, typer.Option(help="Folder or name of the encoder; by default the config's.")] = None,
    overlay: Annotated[list[Path] | None, typer.Option(help="Config laid over all stages; may come again.")] = None,
    authored: Annotated[bool, typer.Option(help="Begin with the stage on authored reports.")] = True,
    setting: Annotated[list[str] | None, typer.Option("--set", help="Config setting NAME=JSON for the folds.")] = None,
) -> None:
    """Train and test each fold, print the pooled counts."""
    overrides = {"system.seed": seed, **({"paths.encoder": encoder} if encoder else {})}
    overlays = overlay or []
    try:
        changes = dict(parse_setting(item) for item in setting or ())
        start = fit_authored(folder, overrides, overlays=overlays, report=typer.echo) if authored else None
        result = crossvalidate(
            folder / "folds", [BASE, REAL, *overlays], {**overrides, **changes}, start_from=start, report=typer.echo
        )
        if figures:
            made_by = {"overlays": list(map(str, overlays)), **overrides, **changes, "authored": authored}
            write_json({"recipe": made_by, **result}, figures)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    out.print(score_table(result["scores"], "leave one issuer out, counts pooled over the folds", result["intervals"]))


if __name__ == "__main__":
    typer.run(main)
