"""Train the released model: first on authored reports, then on the real ones.

    python training/train.py --out out/train
    python training/train.py --out out/macbert --overlay configs/macbert.cfg

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
    encoder: Annotated[str | None, typer.Option(help="Folder or name of the encoder; by default the config's.")] = None,
    overlay: Annotated[list[Path] | None, typer.Option(help="Config laid over both stages; may come again.")] = None,
) -> None:
    """Train both stages on all labelled reports."""
    try:
        overrides = {"system.seed": seed, **({"paths.encoder": encoder} if encoder else {})}
        model = fit_release(out, overrides, overlays=overlay or [], report=typer.echo)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    typer.echo(f"trained: {model}")


if __name__ == "__main__":
    typer.run(main)
