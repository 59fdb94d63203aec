"""Write the tables of README, cards and docs, and the plots, from the committed JSON.

python training/figures.py
"""

from pathlib import Path

import typer

from fazhi.cli import fail
from fazhi.errors import FazhiError
from fazhi.figures import plot_learning_curve, update


def main(root: Path = Path()) -> None:
    """Update all pages and plots."""
    try:
        typer.echo(f"drawn: {plot_learning_curve(root)}")
        for page in update(root):
            typer.echo(f"updated: {page}")
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
