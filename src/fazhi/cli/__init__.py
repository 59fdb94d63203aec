"""The command line: functions that parse; the work is done elsewhere."""

from typing import Annotated

import typer

from fazhi import __version__
from fazhi.cli import annotations, evaluation, reports
from fazhi.cli.console import err, fail, out, score_table

__all__ = ["app", "err", "fail", "out", "score_table"]

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
app.add_typer(reports.app)
app.add_typer(evaluation.app)
app.add_typer(annotations.app, name="annotations")


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Read Chinese annual reports on building a law-based government into data."""
    if version:
        out.print(__version__)
        raise typer.Exit
