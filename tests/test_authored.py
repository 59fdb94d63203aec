"""Authored reports are new text, clean, well-formed, and of the size and variety that they should have."""

import csv
import json
import re
from collections import Counter
from itertools import combinations

import pytest

from fazhi.annotations import GoldDocument, read_gold
from fazhi.annotations.convert import from_manifest, read_annotator
from fazhi.annotations.coverage import rows
from fazhi.annotations.lint import lint, read_exceptions, without_exceptions
from fazhi.recipes import folds
from fazhi.text import clean
from tests.conftest import ROOT

RUN = 20
LEAST_CASES = 20
ANNOTATIONS = ROOT / "annotations"
# Titles of laws and programmes, and a few fixed phrases of state language, may recur.
TITLE = re.compile("《[^》]*》")
FIXED = (ROOT / "corpus" / "fixed_phrases.txt").read_text(encoding="utf-8").split()


def runs(document: GoldDocument) -> set[str]:
    text = TITLE.sub("《》", document.text)
    for phrase in FIXED:
        text = text.replace(phrase, "\n")
    return {line[i : i + RUN] for line in text.split("\n") for i in range(len(line) - RUN + 1)}


def test_no_run_of_characters_is_shared(authored, gold) -> None:
    owner: dict[str, str] = {}
    shared = []
    for document in [*gold, *authored]:
        for run in runs(document):
            if document.meta.origin == "authored" and run in owner:
                shared.append((document.id, owner[run], run))
            owner[run] = document.id
    assert shared == []


def test_the_list_of_fixed_phrases_stays_short() -> None:
    assert len(FIXED) <= 10
    assert max(map(len, FIXED)) <= 40


def test_no_fold_has_seen_its_test_report(authored, gold) -> None:
    """Neither by issuer nor by text: what is trained on for a fold shares nothing with what is tested."""
    parts = folds(gold)
    assert sorted(d.id for part in parts.values() for d in part) == sorted(d.id for d in gold)
    for (group, tested), (other_group, others) in combinations(parts.items(), 2):
        assert group != other_group
        for a in tested:
            for b in others:
                assert not runs(a) & runs(b), (a.id, b.id)
    assert not {d.meta.group for d in authored} & set(parts)
    assert not {d.meta.issuer for d in authored} & {d.meta.issuer for d in gold}
    names = [name.rstrip("省市县区镇") for name in parts]
    assert not [(d.id, name) for d in authored for name in names if name in d.text]


def test_gold_is_the_markup(authored) -> None:
    assert from_manifest(ROOT / "corpus" / "manifest.csv", origin="authored") == authored


def test_text_is_clean(authored) -> None:
    assert [d.id for d in authored if clean(d.text).text != d.text] == []


def test_rules_are_kept_or_excepted_with_a_reason(authored, gold) -> None:
    exceptions = read_exceptions(ANNOTATIONS / "lint_exceptions.csv")
    left, unused = without_exceptions((f for d in [*gold, *authored] for f in lint(d)), exceptions)
    assert [str(finding) for finding in left] == []
    assert unused == []


def test_size_and_variety(authored) -> None:
    assert len(authored) >= 80
    assert sum(len(d.text) for d in authored) >= 200_000
    with (ROOT / "corpus" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        listed = [row for row in csv.DictReader(file) if row["origin"] == "authored"]
    levels = Counter(row["level"] for row in listed)
    assert set(levels) >= {"province", "prefecture", "district", "county", "town", "department"}
    assert {int(row["year"]) for row in listed} == set(range(2015, 2026))
    half_width = sum(d.text.count(",") > d.text.count("，") for d in authored)
    assert 10 <= half_width <= len(authored) - 10


def test_every_rule_is_exercised_as_often_as_the_committed_count_says(authored, gold) -> None:
    committed = json.loads((ANNOTATIONS / "rule_counts.json").read_text(encoding="utf-8"))
    assert list(rows(authored=authored, real=gold)) == committed
    assert [row for row in committed if row["authored"] < LEAST_CASES] == []


def test_second_reading_covers_ten_reports_as_they_were_first_marked(authored) -> None:
    first, second = (read_annotator(ANNOTATIONS / "annotators" / side) for side in ("author", "second"))
    assert len(first) >= 10
    texts = {d.id: d.text for d in authored}
    assert [d.text for d in first] == [d.text for d in second] == [texts[d.id] for d in first]


@pytest.mark.parametrize("origin", ["real", "authored"])
def test_gold_has_no_report_of_another_origin(origin) -> None:
    assert {d.meta.origin for d in read_gold(ANNOTATIONS / "gold" / f"{origin}.jsonl")} == {origin}
