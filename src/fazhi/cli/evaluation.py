"""Commands on how good a model is: evaluate, compare."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from fazhi.cli.console import err, fail, out, score_table
from fazhi.errors import FazhiError

app = typer.Typer()


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="Name of an installed model, or folder of a pipeline.")],
    gold: Annotated[Path, typer.Argument(help="Labelled reports: a JSONL file or a folder of them.")],
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", help="All figures as .json, or a page with every error as .html; may come again."
        ),
    ] = None,
) -> None:
    """Measure F1 on labelled reports, by label, layer, section and report, with intervals and every error."""
    from fazhi.annotations import read_gold
    from fazhi.api import load
    from fazhi.evaluate import error_list, predict, score

    try:
        writers = [(_evaluation_writer(path), path) for path in output or ()]
        documents = list(read_gold(gold))
        nlp = load(model)
        predictions = predict(nlp, track(documents, "Reading reports", console=err))
        found = score(documents, predictions)
        for write, path in writers:
            write(found, error_list(documents, predictions), model, path)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    out.print(score_table(found["scores"], escape(f"{model} on {len(documents)} reports"), found["intervals"]))


def _evaluation_writer(path: Path) -> Callable[[dict[str, Any], list[dict[str, Any]], str, Path], None]:
    from fazhi.export import write_evaluation, write_json

    if path.suffix.lower() == ".html":
        return write_evaluation
    if path.suffix.lower() == ".json":
        return lambda found, errors, name, path: write_json(found, path)
    raise FazhiError(f"no output format for the suffix {path.suffix!r}", file=path, fix="use .json or .html")


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="Figures of one model, as `fazhi evaluate -o FILE.json` writes them.")],
    second: Annotated[Path, typer.Argument(help="Figures of the other model on the same reports.")],
) -> None:
    """Test whether two models differ on the same reports (exchange test on pooled F1)."""
    from fazhi.resampling import paired_test
    from fazhi.scoring import Scores

    try:
        sides = [_read_reports(path) for path in (first, second)]
        if sides[0].keys() != sides[1].keys():
            odd = sorted(sides[0].keys() ^ sides[1].keys())
            raise FazhiError(
                f"not the same reports, only one of them has {', '.join(odd[:3])}", fix="evaluate both on the same gold"
            )
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    scores = [[Scores.from_dict(side[name]) for name in sides[0]] for side in sides]
    found = paired_test(*scores)
    table = Table(title=escape(f"{second} against {first}, {len(sides[0])} reports"), title_justify="left")
    for column in ("", "Difference of F1", "p"):
        table.add_column(column, justify="right" if column else "left")
    for name, row in found.items():
        table.add_row("all spans" if name == "micro" else name, f"{row['difference']:+.4f}", f"{row['p']:.4f}")
    out.print(table)


def _read_reports(path: Path) -> dict[str, Any]:
    """The counts of each report from a file of figures.

    Raises:
        FazhiError: if it is no such file.
    """
    try:
        reports: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["reports"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = str(error) if isinstance(error, OSError) else "it has no counts of reports"
        raise FazhiError(
            f"no figures of an evaluation ({reason})", file=path, fix="make it with fazhi evaluate -o FILE.json"
        ) from None
    return reports
