"""Leave-one-issuer-out cross-validation over the real reports: the project's F1.

    python training/crossvalidate.py --out out/train --seeds 0,1,2 --json models/evaluation.json

The first stage is shared by all folds, because authored reports are in the training part of each. A finished stage
or fold is not run again. The file tells all of the first seed, and of each seed the scores.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fazhi.cli import fail, out, score_table
from fazhi.errors import FazhiError
from fazhi.export import write_json
from fazhi.recipes import seed_numbers, two_stages
from fazhi.resampling import scores_over_seeds


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
    overlays = overlay or []
    found: list[dict[str, Any]] = []
    try:
        changes = dict(parse_setting(item) for item in setting or ())
        numbers = seed_numbers(seeds)
        for i, seed in enumerate(numbers):
            # The released model goes on from the first seed's first stage.
            place = folder if i == 0 else folder / f"seed_{seed}"
            found.append(
                two_stages(
                    place, seed, overrides, overlays=overlays, second=changes, authored=authored, report=typer.echo
                )
            )
        if figures:
            made_by = {"overlays": list(map(str, overlays)), **overrides, **changes, "authored": authored}
            each = [{"seed": seed, **one["scores"]} for seed, one in zip(numbers, found, strict=True)]
            write_json({"recipe": made_by, **found[0], "seeds": each, "over_seeds": scores_over_seeds(each)}, figures)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    title = f"leave one issuer out, counts pooled over the folds, seed {numbers[0]}"
    out.print(score_table(found[0]["scores"], title, found[0]["intervals"]))


if __name__ == "__main__":
    typer.run(main)
