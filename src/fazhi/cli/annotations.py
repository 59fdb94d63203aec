"""Commands on labelled reports: check, noise, agree, import, export, prelabel, tool-config."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import track

from fazhi.cli.console import Files, err, fail, out, score_table
from fazhi.errors import AnnotationError, FazhiError

app = typer.Typer(no_args_is_help=True, help="Check, convert and compare labelled reports.")


@app.command()
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


@app.command()
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


@app.command()
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


@app.command("import")
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


@app.command("export")
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


@app.command()
def prelabel(
    model: Annotated[str, typer.Argument(help="Name of an installed model, or folder of a pipeline.")],
    files: Files,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
    tool: Annotated[str, typer.Option("--to", help="label-studio, doccano or prodigy.")],
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


@app.command("tool-config")
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
