"""What all commands share: where they write, how they fail, options of the same name."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fazhi.errors import FazhiError

out = Console()
err = Console(stderr=True)

Files = Annotated[list[Path], typer.Argument(help="Report files, or folders of them.", show_default=False)]
Model = Annotated[str, typer.Option("--model", "-m", help="Name of an installed model, or folder of a pipeline.")]


def fail(error: FazhiError) -> None:
    """Print an error as one sentence."""
    err.print(f"[red]Error:[/red] {escape(str(error))}", soft_wrap=True)


def score_table(scores: dict[str, Any], title: str, intervals: dict[str, Any] | None = None) -> Table:
    """A table of counts and rates for each label, each layer, all together and the links, with intervals of F1."""
    table = Table(title=title, title_justify="left")
    for column in ("", "Precision", "Recall", "F1", *(["95 %"] if intervals else []), "Right", "Spurious", "Missed"):
        table.add_column(column, justify="right" if column else "left")
    lines = {**scores["labels"], **scores["layers"], "all spans": scores["micro"], "links": scores["links"]}
    for name, row in lines.items():
        rates = [f"{row[key]:.4f}" for key in ("precision", "recall", "f1")]
        if intervals:
            bounds = intervals["micro" if name == "all spans" else name]
            rates.append(f"{bounds['low']:.3f}–{bounds['high']:.3f}")
        table.add_row(name, *rates, *(str(row[key]) for key in ("tp", "fp", "fn")))
    return table
