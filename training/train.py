"""Train the released model: first on authored reports, then on the real ones.

    python training/train.py --out out/train

A finished stage is not run again. The trained pipeline stands in OUT/release/model-last.
"""

from pathlib import Path
from typing import Annotated

import typer

from fazhi.cli import fail
from fazhi.errors import FazhiError
from fazhi.recipes import fit_release


def main(
    out: Annotated[Path, typer.Option(help="Folder for all stages.")] = Path("out/train"),
    seed: Annotated[int, typer.Option(help="Of weights, dropout and the order of passages.")] = 0,
    encoder: Annotated[str, typer.Option(help="Folder or name of the encoder.")] = "models/encoder",
) -> None:
    """Train both stages on all labelled reports."""
    try:
        model = fit_release(out, {"system.seed": seed, "paths.encoder": encoder}, report=typer.echo)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    typer.echo(f"trained: {model}")


if __name__ == "__main__":
    typer.run(main)
