"""The command line: functions that parse; the work is done elsewhere."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from fazhi import __version__
from fazhi.errors import AnnotationError, FazhiError
from fazhi.types import CharSpan

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
annotations_app = typer.Typer(no_args_is_help=True, help="Check, convert and compare labelled reports.")
app.add_typer(annotations_app, name="annotations")
out = Console()
err = Console(stderr=True)

Files = Annotated[list[Path], typer.Argument(help="Report files, or folders of them.", show_default=False)]
Model = Annotated[str, typer.Option("--model", "-m", help="Name of an installed model, or folder of a pipeline.")]


def fail(error: FazhiError) -> None:
    """Print an error as one sentence."""
    err.print(f"[red]Error:[/red] {escape(str(error))}", soft_wrap=True)


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Read Chinese annual reports on building a law-based government into data."""
    if version:
        out.print(__version__)
        raise typer.Exit


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


@annotations_app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(help="Gold files or folders (JSONL).")],
    exceptions: Annotated[
        Path | None, typer.Option(help="CSV of findings that are right all the same: report, rule, text, reason.")
    ] = None,
) -> None:
    """Verify gold: format, offsets, labels, overlaps, and the rules of the specification that a program can see."""
    from fazhi.annotations import read_gold
    from fazhi.annotations.lint import Finding, lint, read_exceptions, without_exceptions

    errors: list[AnnotationError] = []
    findings: list[Finding] = []
    reports = 0
    try:
        listed = read_exceptions(exceptions) if exceptions else []
    except FazhiError as unreadable:
        fail(unreadable)
        raise typer.Exit(1) from None
    for path in paths:
        try:
            for document in read_gold(path, errors=errors):
                reports += 1
                findings += lint(document)
        except AnnotationError as missing:
            errors.append(missing)
    left, unused = without_exceptions(findings, listed)
    for finding in left:
        out.print(escape(f"{finding} (rule {finding.rule})"), soft_wrap=True, highlight=False)
    for exception in unused:
        message = f"{exceptions}: the exception for {exception.text!r} (rule {exception.rule}) covers nothing"
        err.print(escape(message), soft_wrap=True, highlight=False)
    for error in errors:
        fail(error)
    out.print(
        f"{reports} valid reports, {len(left)} findings, {len(findings) - len(left)} excepted, {len(errors)} errors",
        highlight=False,
    )
    if errors or left:
        raise typer.Exit(1)


@annotations_app.command()
def noise(
    gold: Annotated[Path, typer.Argument(help="Labelled reports: a JSONL file or a folder of them.")],
    output: Annotated[Path, typer.Argument(help="Where to write the pages with their labels (JSONL).")],
    kind: Annotated[list[str] | None, typer.Option(help="A kind of noise; may come again. By default all.")] = None,
    seed: Annotated[int, typer.Option(help="Of where and how much.")] = 0,
) -> None:
    """Make web pages of labelled reports, the offsets carried along: the cleaner backwards."""
    import random

    from fazhi.annotations import read_gold, write_gold

    try:
        from fazhi.noise import NOISES, noised
    except ImportError as error:
        fail(FazhiError(f"{error.name} is not installed", fix="pip install 'fazhi[noise]'"))
        raise typer.Exit(1) from None
    kinds = kind or list(NOISES)
    if unknown := sorted(set(kinds) - set(NOISES)):
        fail(FazhiError(f"no noise is called {unknown[0]!r}", fix=f"use one of {', '.join(NOISES)}"))
        raise typer.Exit(1)
    try:
        pages = [noised(document, kinds, random.Random(f"{seed} {document.id}")) for document in read_gold(gold)]
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    write_gold(pages, output)
    out.print(escape(f"{output}: {len(pages)} reports with {', '.join(kinds)}"), highlight=False, soft_wrap=True)


@annotations_app.command()
def agree(
    first: Annotated[Path, typer.Argument(help="One annotator: a folder of inline markup, or gold JSONL.")],
    second: Annotated[Path, typer.Argument(help="The other annotator.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write all figures as JSON.")] = None,
    differences: Annotated[bool, typer.Option(help="List every difference in its context.")] = True,
) -> None:
    """Measure how far two annotations of the same reports agree, and list where they do not."""
    from fazhi.annotations import read_gold
    from fazhi.annotations.agreement import agree as compare
    from fazhi.annotations.convert import read_annotator
    from fazhi.export import write_json

    try:
        sides = [
            list(read_gold(path)) if path.suffix == ".jsonl" or any(path.glob("*.jsonl")) else read_annotator(path)
            for path in (first, second)
        ]
        figures, found = compare(*sides)
        listed = [{name: getattr(d, name) for name in ("report", "side", "what", "start", "context")} for d in found]
        if output:
            write_json({**figures, "differences": listed}, output)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    if differences:
        for difference in found:
            out.print(escape(str(difference)), soft_wrap=True, highlight=False)
    out.print(score_table(figures, escape(f"{first} against {second}, {figures['reports']} reports")))


@annotations_app.command("import")
def import_labels(
    path: Annotated[Path, typer.Argument(help="The tool's file or folder.")],
    output: Annotated[Path, typer.Argument(help="Gold to write (JSONL).")],
    name: Annotated[
        str,
        typer.Option("--from", help="Format: doccano, label-studio, brat, prodigy, conll, inline, spacy, datasets."),
    ],
    rename: Annotated[
        list[str] | None,
        typer.Option("--map", help="THEIRS=OURS renames a label, THEIRS= leaves it out; may come again."),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend offsets where there is only one way to, and list it.")
    ] = False,
) -> None:
    """Read labels made in another tool; each span is compared with its text before it counts."""
    from fazhi.annotations import write_gold
    from fazhi.exchange import read

    try:
        documents, mends = read(path, name, labels=_renamed(rename or ()), repair=repair)
        write_gold(documents, output)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    for mend in mends:
        err.print(f"[yellow]Mended:[/yellow] {escape(str(mend))}", highlight=False, soft_wrap=True)
    spans, links = sum(len(d.spans) for d in documents), sum(len(d.links) for d in documents)
    said = f"{output}: {len(documents)} reports, {spans} spans, {links} links, {len(mends)} mended"
    out.print(escape(said), highlight=False, soft_wrap=True)


def _renamed(items: Sequence[str]) -> dict[str, str]:
    """Our labels by theirs, from THEIRS=OURS.

    Raises:
        FazhiError: if it is of another form, or ours is unknown.
    """
    from fazhi.labels import LABELS

    found = {}
    for item in items:
        theirs, sign, ours = item.partition("=")
        if not sign or not theirs or (ours and ours not in LABELS):
            raise FazhiError(
                f"{item!r} renames nothing", fix=f"write THEIRS=OURS, ours being one of {', '.join(LABELS)}"
            )
        found[theirs] = ours
    return found


@annotations_app.command("export")
def export_labels(
    gold: Annotated[Path, typer.Argument(help="Labelled reports: a JSONL file or a folder of them.")],
    output: Annotated[Path, typer.Argument(help="File or new folder to write.")],
    name: Annotated[
        str, typer.Option("--to", help="Format: doccano, label-studio, brat, prodigy, conll, inline, spacy, datasets.")
    ],
) -> None:
    """Write labelled reports in the format of another tool."""
    from fazhi.annotations import read_gold
    from fazhi.exchange import write

    try:
        documents = list(read_gold(gold))
        notes = write(documents, output, name)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    for note in notes:
        err.print(f"[yellow]Note:[/yellow] {escape(note)}", highlight=False, soft_wrap=True)
    out.print(escape(f"{output}: {len(documents)} reports"), highlight=False, soft_wrap=True)


@annotations_app.command()
def prelabel(
    files: Files,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
    tool: Annotated[str, typer.Option("--to", help="label-studio, doccano or prodigy.")],
    model: Model = "zh_fazhi_report",
    sort: Annotated[str | None, typer.Option(help="`uncertain`: the least sure first; by default as given.")] = None,
    paragraphs: Annotated[
        bool, typer.Option("--paragraphs", help="One text a paragraph instead of one a report.")
    ] = False,
) -> None:
    """Let a model label reports for a person to correct."""
    from fazhi.api import extract as extract_files
    from fazhi.exchange.prelabel import WRITERS, least_sure_first, prelabelled, write

    try:
        if tool not in WRITERS or sort not in (None, "uncertain"):
            wrong, right = (tool, ", ".join(WRITERS)) if tool not in WRITERS else (sort, "uncertain")
            raise FazhiError(f"{wrong!r} is not known here", fix=f"use {right}")
        result = extract_files(files, model, progress=lambda paths: track(paths, "Reading reports", console=err))
        found = list(prelabelled(result.records, paragraphs=paragraphs))
        found = least_sure_first(found) if sort else found
        notes = write(found, output, tool, model=result.records[0]["model"] if result.records else str(model))
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    for note in (*result.notes, *notes):
        err.print(f"[yellow]Note:[/yellow] {escape(note)}", highlight=False, soft_wrap=True)
    for failure in result.failures:
        fail(failure)
    out.print(escape(f"{output}: {len(found)} texts"), highlight=False, soft_wrap=True)
    if result.failures:
        raise typer.Exit(1)


@annotations_app.command("tool-config")
def tool_config(
    tool: Annotated[str, typer.Option("--to", help="label-studio or doccano.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
) -> None:
    """Write the labels, with colours and hot keys, as a tool imports them."""
    from fazhi.exchange import doccano, label_studio
    from fazhi.export import write_json
    from fazhi.files import replacing

    try:
        if tool == "doccano":
            write_json(doccano.label_set(), output)
        elif tool == "label-studio":
            with replacing(output) as file:
                file.write(label_studio.labelling_config())
        else:
            raise FazhiError(f"no config for {tool!r}", fix="use label-studio or doccano")
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    out.print(escape(str(output)), highlight=False, soft_wrap=True)


if __name__ == "__main__":
    app()
