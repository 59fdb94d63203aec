"""The committed gold is what it says it is."""

import csv
import hashlib

from fazhi.annotations.convert import from_manifest
from fazhi.text import clean

from .conftest import RAW, ROOT


def test_raw_reports_are_byte_for_byte_as_found() -> None:
    with (ROOT / "corpus" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        data = (ROOT / "corpus" / row["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row["sha256"], row["file"]
    assert {row["file"] for row in rows if row["origin"] == "real"} == {f"raw/{path.name}" for path in RAW}


def test_gold_text_is_the_cleaned_raw_text(gold) -> None:
    raw = {path.stem: path.read_bytes().decode("utf-8") for path in RAW}
    assert {document.id: document.text for document in gold} == {
        name: clean(source).text for name, source in raw.items()
    }


def test_gold_is_the_adjudicated_markup(gold) -> None:
    assert from_manifest(ROOT / "corpus" / "manifest.csv", origin="real") == gold


def test_every_real_report_is_its_own_group(gold) -> None:
    assert len({document.meta.group for document in gold}) == len(gold) == 5
