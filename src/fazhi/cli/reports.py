"""Commands on reports: extract, clean."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from fazhi.cli.console import Files, Model, err, fail, out
from fazhi.errors import FazhiError
from fazhi.types import CharSpan

app = typer.Typer()


@app.command()
def extract(
    files: Files,
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", help="Output file (.jsonl, .csv, .xlsx, .parquet, .html); may come again."),
    ] = None,
    model: Model = "zh_fazhi_report",
    encoding: Annotated[str | None, typer.Option(help="Encoding of the files; by default found out.")] = None,
    any_text: Annotated[bool, typer.Option("--any-text", help="Also take texts that look like no report.")] = False,
    min_score: Annotated[
        list[str] | None,
        typer.Option(
            help="Least score, as 0.5 for all labels or LABEL=0.5; the rest goes to `review`. May come again."
        ),
    ] = None,
    profiles: Annotated[Path | None, typer.Option(help="Write one row a report there, as CSV.")] = None,
    table: Annotated[bool, typer.Option(help="Print a table for each report.")] = False,
) -> None:
    """Find measures, shortcomings, plans and indicators in report files.

    A file that cannot be read is named, the others are done, and the exit status is 1.
    """
    from fazhi import divisions
    from fazhi.api import extract as extract_files
    from fazhi.export import write_profiles, writer_for

    try:
        writers = [(writer_for(path), path) for path in output or ()]
        if profiles:
            writers.append((write_profiles, profiles))
        result = extract_files(
            files,
            model,
            encoding=encoding,
            any_text=any_text,
            min_score=_least_scores(min_score or ()),
            progress=lambda paths: track(paths, "Reading reports", console=err),
        )
        if result.records:
            for write, path in writers:
                write(result.records, path)
                err.print(escape(f"{path}: {len(result.records)} reports"), highlight=False, soft_wrap=True)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    if not writers and not table:
        for found in result.records:
            typer.echo(json.dumps(found, ensure_ascii=False))
    if table:
        for found in result.records:
            out.print(_summary(found), _indicators(found))
    if profiles and not divisions.available():
        result.notes.append(divisions.MISSING)
    for note in result.notes:
        err.print(f"[yellow]Note:[/yellow] {escape(note)}", highlight=False, soft_wrap=True)
    for failure in result.failures:
        fail(failure)
    if result.failures or not result.records:
        err.print(f"{len(result.records)} reports read, {len(result.failures)} files not", highlight=False)
        raise typer.Exit(1)


@app.command()
def clean(
    file: Annotated[Path, typer.Argument(help="Report file.", show_default=False)],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the cleaned text there.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the file; by default found out.")] = None,
    examples: Annotated[int, typer.Option(help="Examples shown of each kind of change.")] = 3,
) -> None:
    """Show what cleaning takes away or changes, where and why; the text itself goes to --output."""
    from fazhi.files import replacing
    from fazhi.read import read_source
    from fazhi.text import clean as clean_text
    from fazhi.text import foreign_words

    try:
        cleaned = clean_text(read_source(file, encoding).report)
        if output:
            with replacing(output) as stream:
                stream.write(cleaned.text + "\n")
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    by_reason: dict[str, list[CharSpan]] = {}
    for edit in cleaned.edits:
        by_reason.setdefault(edit.reason, []).append(edit.source)
    table = Table(
        title=escape(f"{file}: {len(cleaned.source)} characters, {len(cleaned.text)} when cleaned"),
        title_justify="left",
    )
    for column in ("Why", "Times", "Offset", "What stood there"):
        table.add_column(column, justify="right" if column in ("Times", "Offset") else "left")
    for reason, places in by_reason.items():
        for i, place in enumerate(places[: max(1, examples)]):
            shown = repr(place.of(cleaned.source))[1:-1]
            shown = shown if len(shown) <= 60 else shown[:60] + "…"
            first = (reason, str(len(places))) if i == 0 else ("", "")
            table.add_row(*first, str(place.start), escape(shown))
    out.print(table)
    for word in foreign_words(cleaned.text):
        place, around = (
            cleaned.to_source(word),
            cleaned.text[max(0, word.start - 10) : word.end + 10].replace("\n", " "),
        )
        message = (
            f"{file}, offset {place.start}: {word.of(cleaned.text)!r} hardly belongs here (…{around}…); it is left"
        )
        err.print(f"[yellow]Note:[/yellow] {escape(message)}", highlight=False, soft_wrap=True)


def _least_scores(items: Sequence[str]) -> dict[str, float]:
    """Least scores from SCORE and LABEL=SCORE, the later ones going before the earlier.

    Raises:
        FazhiError: if one is no number.
    """
    from fazhi.labels import LABELS

    found: dict[str, float] = {}
    for item in items:
        label, _, score = item.rpartition("=")
        try:
            found |= {label: float(score)} if label else dict.fromkeys(LABELS, float(score))
        except ValueError:
            raise FazhiError(f"{item!r} is no least score", fix="write 0.5 or METRIC=0.5") from None
    return found


def _summary(found: dict[str, Any]) -> Table:
    from fazhi.labels import LABELS
    from fazhi.records import counts

    facts = found["metadata"]
    title = escape(f"{facts['title'] or Path(found['source']).name}  ({found['source']})")
    table = Table(title=title, title_justify="left")
    for column in ("Label", "标签", "Spans", "Example"):
        table.add_column(column, justify="right" if column == "Spans" else "left")
    for name, n in counts(found).items():
        best = max((s for s in found["spans"] if s["label"] == name), key=lambda s: s["score"], default=None)
        table.add_row(name, LABELS[name].chinese, str(n), escape(best["text"][:40]) if best else "")
    return table


def _indicators(found: dict[str, Any], most: int = 12) -> Table:
    shown = found["indicators"][:most]
    table = Table(caption=f"{len(shown)} of {len(found['indicators'])} indicators", caption_justify="left")
    for column in ("Metric 指标", "Value 数值", "Unit 单位"):
        table.add_column(column, justify="right" if column.startswith("Value") else "left")
    for row in shown:
        bounds = f"{row['lower'] or ''}–{row['upper'] or ''}"
        value = row["value"] or (bounds if row["lower"] or row["upper"] else f"({row['quantity']})")
        table.add_row(escape(row["metric"]), ("≈ " if row["approximate"] else "") + value, escape(row["unit"] or ""))
    return table
