"""Records to files: JSONL, CSV and a self-contained HTML page, by the output's suffix."""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader

from fazhi.errors import FazhiError
from fazhi.files import beside, replacing
from fazhi.labels import CLAUSE, LABELS, MENTION
from fazhi.records import COLUMNS, PROFILE_COLUMNS, Record, counts, profile, rows

# What makes a spreadsheet take text for a formula, and what begins so and is a number.
FORMULA_SIGNS = tuple("=+-@\t\r")
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?%?")


def write_records(records: Sequence[Record], path: str | Path) -> None:
    """Write records in the format that the suffix of `path` names.

    Raises:
        FazhiError: for a suffix that is not supported.
    """
    path = Path(path)
    writer_for(path)(records, path)


def writer_for(path: Path) -> Callable[[Sequence[Record], Path], None]:
    """The writer for a path's suffix.

    Raises:
        FazhiError: for a suffix that is not supported.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise FazhiError(
            f"no output format for the suffix {path.suffix!r}",
            file=path,
            fix=f"use one of {', '.join(WRITERS)}",
        )
    if path.is_dir():
        raise FazhiError("this is a folder", file=path, fix="name a file in it")
    return writer


def write_jsonl(records: Iterable[Record], path: Path) -> None:
    """One record a line."""
    with replacing(path) as file:
        for found in records:
            file.write(json.dumps(found, ensure_ascii=False) + "\n")


def write_json(data: Any, path: Path) -> None:
    """Any plain data, such as the figures of an evaluation."""
    with replacing(path) as file:
        file.write(json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def write_csv(records: Iterable[Record], path: Path) -> None:
    """Flat rows with a byte order mark, by which spreadsheets know that the Chinese is UTF-8.

    Text that a spreadsheet would take for a formula gets an apostrophe in front, which makes it text.
    """
    with replacing(path, encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for found in records:
            writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows(found))


def write_profiles(records: Iterable[Record], path: Path) -> None:
    """One row a report (`fazhi.records.profile`) as CSV."""
    with replacing(path, encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, list(PROFILE_COLUMNS))
        writer.writeheader()
        for found in records:
            writer.writerow({name: _harmless(value) for name, value in profile(found).items()})


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in FORMULA_SIGNS and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def write_xlsx(records: Sequence[Record], path: Path) -> None:
    """A workbook with one sheet a kind, one for review and one row a report."""
    from fazhi.tables import write_xlsx as write

    with beside(path) as file:
        write(records, file)


def write_parquet(records: Iterable[Record], path: Path) -> None:
    """Flat rows with types; values are floating-point numbers."""
    from fazhi.tables import write_parquet as write

    with beside(path) as file:
        write(records, file)


def write_html(records: Iterable[Record], path: Path) -> None:
    """One page with every report, its spans of both layers highlighted, and its indicators in a table."""
    reports = [
        {
            "record": found,
            "title": found["metadata"]["title"] or Path(found["source"]).name,
            "counts": counts(found),
            "lines": list(_lines(found)),
            # In the record's own order, so that each row finds the place of its quantity.
            "indicators": [row for row in rows(found) if row["kind"] == "INDICATOR" and not row["review"]],
            "clauses": [span for span in found["spans"] if span["layer"] == CLAUSE],
            "review": found["review"]["spans"],
        }
        for found in records
    ]
    page = _environment().get_template("reports.html").render(reports=reports, labels=LABELS)
    with replacing(path) as file:
        file.write(page)


def write_evaluation(found: dict[str, Any], errors: Sequence[dict[str, Any]], name: str, path: Path) -> None:
    """One page with all figures of an evaluation and every error in its context, without any other file.

    Args:
        found: What `fazhi.evaluate.score` gave.
        errors: What `fazhi.evaluate.error_list` gave.
        name: What was evaluated.
        path: The page.
    """
    scores = found["scores"]
    strict = [("all spans", "micro", scores["micro"])]
    strict += [(key, key, row) for part in ("layers", "labels") for key, row in scores[part].items()]
    strict.append(("links", "links", scores["links"]))
    filters = {field: Counter(error[field] for error in errors).most_common() for field in ("label", "kind", "report")}
    order = sorted(errors, key=lambda e: (list(LABELS).index(e["label"]), e["kind"], e["report"], e["start"]))
    page = (
        _environment()
        .get_template("evaluation.html")
        .render(
            name=name,
            found=found,
            strict=strict,
            schemes=list(next(iter(found["matching"].values()))),
            filters=filters,
            errors=[{**error, "runs": _runs(error)} for error in order],
        )
    )
    with replacing(path) as file:
        file.write(page)


def _runs(error: dict[str, Any]) -> list[dict[str, Any]]:
    """The text of an error cut where the labelled span or the found one begins or ends."""
    text, start = error["text"], error["start"]
    sides = {side: error[side] for side in ("gold", "predicted") if error[side]}
    borders = sorted({0, len(text), *(span[end] - start for span in sides.values() for end in ("start", "end"))})
    return [
        {"text": text[a:b], **{side: s["start"] - start <= a < s["end"] - start for side, s in sides.items()}}
        for a, b in pairwise(borders)
    ]


def _environment() -> Environment:
    return Environment(loader=PackageLoader("fazhi"), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _lines(found: Record) -> Iterator[list[dict[str, Any]]]:
    """The text line by line, each cut into runs that lie in the same spans; `begin` names those that begin with it."""
    text, spans, review = found["text"], found["spans"], found["review"]["spans"]
    begin: dict[int, list[str]] = {}
    for span in (*spans, *review):
        begin.setdefault(span["start"], []).append(span["id"])
    borders = sorted({0, len(text), *begin, *(s["end"] for s in (*spans, *review))})
    owner: dict[str, list[dict[str, Any] | None]] = {layer: [None] * len(text) for layer in (CLAUSE, MENTION)}
    for span in spans:
        owner[span["layer"]][span["start"] : span["end"]] = [span] * (span["end"] - span["start"])
    line: list[dict[str, Any]] = []
    for start, end in pairwise(borders):
        for i, part in enumerate(text[start:end].split("\n")):
            if i:
                yield line
                line = []
            if part:
                ids = begin.get(start, []) if i == 0 else []
                clause, mention = owner[CLAUSE][start], owner[MENTION][start]
                line.append({"text": part, "clause": clause, "mention": mention, "begin": ids})
    yield line


WRITERS: dict[str, Callable[[Sequence[Record], Path], None]] = {
    ".jsonl": write_jsonl,
    ".csv": write_csv,
    ".xlsx": write_xlsx,
    ".parquet": write_parquet,
    ".html": write_html,
}
