"""Typed tables of what was extracted: polars frames, and from them pandas, Excel and Parquet."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from fazhi.errors import FazhiError
from fazhi.labels import MEASURE, PLAN, SHORTCOMING
from fazhi.records import COLUMNS, PROFILE_COLUMNS, Record, profile, rows

NUMBERS = ("value", "lower", "upper", "score")
WHOLE_NUMBERS = ("year", "source_start", "source_end")
TRUTHS = ("approximate",)
# Sheets of a workbook: the rows that each holds.
SHEETS: dict[str, str] = {
    "指标 indicators": "INDICATOR",
    "举措 measures": MEASURE,
    "不足 shortcomings": SHORTCOMING,
    "计划 plans": PLAN,
}
REVIEW = "复核 review"
REPORTS = "报告 reports"
EXCEL_ROWS = 1_048_576


def _schema(columns: Sequence[str]) -> dict[str, Any]:
    kinds: dict[str, Any] = dict.fromkeys(columns, pl.String)
    for names, kind in ((NUMBERS, pl.Float64), (WHOLE_NUMBERS, pl.Int64), (TRUTHS, pl.Boolean)):
        kinds |= {name: kind for name in names if name in kinds}
    return kinds


def frame(found: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Flat rows (`fazhi.records.rows`) as a frame with fixed types, also where there are none.

    Values and bounds are floating-point numbers here; JSONL and CSV have them as exact decimals.
    """
    lines = [{**row, **{name: _number(row[name]) for name in NUMBERS}} for row in found]
    return pl.DataFrame(lines, schema=_schema(COLUMNS), orient="row")


def profiles(records: Iterable[Record]) -> pl.DataFrame:
    """One row a report (`fazhi.records.profile`) as a frame with fixed types."""
    return pl.DataFrame([profile(found) for found in records], schema=PROFILE_COLUMNS, orient="row")


def _number(value: Any) -> float | None:
    return None if value is None or value == "" else float(value)


def write_parquet(records: Iterable[Record], path: Path) -> None:
    """Flat rows of all records."""
    frame(row for found in records for row in rows(found)).write_parquet(path)


def write_xlsx(records: Sequence[Record], path: Path) -> None:
    """A workbook with one sheet a kind, one for review and one row a report; text stays text, whatever it begins with.

    Raises:
        FazhiError: if a sheet would have more rows than Excel holds.
    """
    import xlsxwriter

    everything = frame(row for found in records for row in rows(found))
    kept, doubtful = (everything.filter(pl.col("review") == mark) for mark in ("", "review"))
    sheets = {name: kept.filter(pl.col("kind") == kind) for name, kind in SHEETS.items()}
    sheets |= {REPORTS: profiles(records), REVIEW: doubtful}
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        for name, table in sheets.items():
            if len(table) >= EXCEL_ROWS:
                raise FazhiError(
                    f"the sheet {name} would have {len(table)} rows, Excel holds {EXCEL_ROWS}",
                    fix="write .parquet or .csv, or fewer reports",
                )
            table.write_excel(
                workbook,
                worksheet=name,
                autofilter=True,
                autofit=True,
                freeze_panes=(1, 0),
                column_widths={column: 380 for column in ("text", "clause", "title") if column in table.columns},
                dtype_formats={pl.Float64: "General", pl.Int64: "0"},
                table_style="Table Style Light 1",
            )
