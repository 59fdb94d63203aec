"""Authored reports are new text, clean, well-formed, and of the size and variety that they should have."""

import csv
import re
from collections import Counter

import pytest

from fazhi.annotations import GoldDocument, read_gold
from fazhi.annotations.convert import from_manifest
from fazhi.annotations.lint import lint
from fazhi.text import clean
from tests.conftest import ROOT

RUN = 20
# Titles of laws and programmes may recur: they are names.
TITLE = re.compile("《[^》]*》")


@pytest.fixture(scope="module")
def authored() -> list[GoldDocument]:
    return list(read_gold(ROOT / "annotations" / "gold" / "authored.jsonl"))


def runs(document: GoldDocument) -> set[str]:
    return {
        line[i : i + RUN] for line in TITLE.sub("《》", document.text).split("\n") for i in range(len(line) - RUN + 1)
    }


def test_no_run_of_characters_is_shared(authored, gold) -> None:
    owner: dict[str, str] = {}
    shared = []
    for document in [*gold, *authored]:
        for run in runs(document):
            if document.meta.origin == "authored" and run in owner:
                shared.append((document.id, owner[run], run))
            owner[run] = document.id
    assert shared == []


def test_gold_is_the_markup(authored) -> None:
    assert from_manifest(ROOT / "corpus" / "manifest.csv", origin="authored") == authored


def test_text_is_clean_and_rules_are_kept(authored) -> None:
    assert [d.id for d in authored if clean(d.text).text != d.text] == []
    assert [str(finding) for d in authored for finding in lint(d)] == []


def test_size_and_variety(authored) -> None:
    assert len(authored) >= 80
    assert sum(len(d.text) for d in authored) >= 200_000
    with (ROOT / "corpus" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["origin"] == "authored"]
    levels = Counter(row["level"] for row in rows)
    assert set(levels) == {"province", "prefecture", "district", "county", "town", "department"}
    years = {int(row["year"]) for row in rows}
    assert years <= set(range(2015, 2026))
    assert len(years) >= 8
    half_width = sum(d.text.count(",") > d.text.count("，") for d in authored)
    assert 10 <= half_width <= len(authored) - 10


def test_issuers_never_meet_real_ones(authored, gold) -> None:
    assert not {d.meta.group for d in authored} & {d.meta.group for d in gold}
