"""Typed tables: sheets, types, text that looks like a formula, one row a report."""

import csv
import datetime
import json

import openpyxl
import polars as pl
import pytest

from fazhi.api import Extraction
from fazhi.errors import FazhiError
from fazhi.export import write_csv, write_profiles, write_records
from fazhi.records import COLUMNS, PROFILE_COLUMNS, profile, rows
from fazhi.tables import SHEETS, frame
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def records():
    lines = (ROOT / "models" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def hostile(records):
    """A record of which every text begins like a formula."""
    found = json.loads(json.dumps(records[0]))
    for span in found["spans"]:
        span["text"] = "=cmd|' /C calc'!A0" if span["label"] == "MEASURE" else f"+{span['text']}"
        span["section"] = ["@SUM(1)"]
    for row in found["indicators"]:
        row["metric"] = f"=HYPERLINK({row['metric']})"
        row["value"] = "-5"
    found["metadata"]["title"] = "-2+3"
    return found


def test_frames_have_fixed_types_with_and_without_rows(records) -> None:
    extraction = Extraction(records)
    empty = frame([])
    full = extraction.to_polars()
    assert empty.schema == full.schema
    assert full.columns == list(COLUMNS)
    assert (full["value"].dtype, full["year"].dtype, full["approximate"].dtype) == (pl.Float64, pl.Int64, pl.Boolean)
    assert (
        len(full)
        == len(extraction.rows)
        == len(extraction.to_polars("clauses")) + len(extraction.to_polars("indicators"))
    )
    assert extraction.to_pandas("indicators")["metric"].tolist() == [row["metric"] for row in extraction.indicators]
    assert len(extraction.to_polars("profiles")) == len(records)
    with pytest.raises(FazhiError, match="no table is called 'plans'"):
        extraction.to_polars("plans")


def test_a_workbook_has_a_sheet_for_each_kind_and_all_rows(records, tmp_path) -> None:
    write_records(records, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    every = [row for found in records for row in rows(found)]
    for name, kind in SHEETS.items():
        assert book[name].max_row - 1 == sum(row["kind"] == kind for row in every)
        assert book[name].freeze_panes == "A2"
        assert book[name].tables
    assert book["报告 reports"].max_row - 1 == len(records)
    sheet = book["指标 indicators"]
    head = [cell.value for cell in sheet[1]]
    values = [sheet.cell(row, head.index("value") + 1).value for row in range(2, sheet.max_row + 1)]
    expected = [row["value"] and float(row["value"]) for row in every if row["kind"] == "INDICATOR"]
    assert values == expected


def test_parquet_keeps_all_rows(records, tmp_path) -> None:
    write_records(records, tmp_path / "报告 2023.parquet")
    assert pl.read_parquet(tmp_path / "报告 2023.parquet").equals(
        frame(row for found in records for row in rows(found))
    )


def test_what_looks_like_a_formula_stays_text(hostile, tmp_path) -> None:
    write_records([hostile], tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
    assert "=cmd|' /C calc'!A0" in {cell.value for cell in cells}
    write_csv([hostile], tmp_path / "a.csv")
    write_profiles([hostile], tmp_path / "p.csv")
    for name in ("a.csv", "p.csv"):
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
        assert lines
        texts = [value for line in lines for column, value in line.items() if column != "value"]
        assert not [text for text in texts if text[:1] in ("=", "+", "@", "-")]
        assert name == "p.csv" or {line["value"] for line in lines} == {"", "-5"}


def test_profile_of_a_report(records) -> None:
    for found in records:
        row = profile(found)
        assert list(row) == list(PROFILE_COLUMNS)
        assert row["measures"] == sum(span["label"] == "MEASURE" for span in found["spans"])
        assert 0.2 < row["measure_share"] < 0.95
        assert row["work_done"]
        assert row["indicators_per_1000"] == pytest.approx(1000 * row["indicators"] / row["characters"], abs=0.01)
    row = profile({**records[0], "metadata": {**records[0]["metadata"], "year": 2023, "published": "2024-01-31"}})
    assert row["days_after_year"] == (datetime.date(2024, 1, 31) - datetime.date(2023, 12, 31)).days == 31
    nothing = dict.fromkeys(records[0]["metadata"])
    assert profile({**records[0], "metadata": nothing})["days_after_year"] is None
