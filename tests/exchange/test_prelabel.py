"""A model's spans as work to correct, through the command line and back."""

import json

import lxml.etree
import pytest
from typer.testing import CliRunner

from fazhi.annotations import read_gold
from fazhi.cli import app
from fazhi.exchange import read
from fazhi.exchange.prelabel import least_sure_first, prelabelled
from fazhi.labels import LABELS
from tests.conftest import RAW, ROOT

run = CliRunner()
GOLD = str(ROOT / "annotations" / "gold" / "real.jsonl")


def invoke(*arguments: object):
    return run.invoke(app, ["annotations", *map(str, arguments)])


@pytest.fixture(scope="module")
def records():
    lines = (ROOT / "models" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_paragraphs_hold_all_spans_and_links_of_their_report(records) -> None:
    whole, parts = list(prelabelled(records)), list(prelabelled(records, paragraphs=True))
    assert sum(len(one.document.spans) for one in parts) == sum(len(one.document.spans) for one in whole)
    assert sum(len(one.document.links) for one in parts) == sum(len(one.document.links) for one in whole)
    texts = {s.of(one.document.text) for one in whole for s in one.document.spans}
    assert {s.of(one.document.text) for one in parts for s in one.document.spans} == texts
    order = [one.uncertainty for one in least_sure_first(parts)]
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize(("tool", "suffix"), [("label-studio", "json"), ("doccano", "jsonl"), ("prodigy", "jsonl")])
def test_predictions_can_be_imported_as_they_are(tool: str, suffix: str, model_folder, tmp_path) -> None:
    out, gold = tmp_path / f"work.{suffix}", tmp_path / "gold.jsonl"
    options = ("--to", tool, "-o", out, "--sort", "uncertain", "--paragraphs")
    result = invoke("prelabel", model_folder, RAW[0], *options)
    assert result.exit_code == 0, result.output
    assert invoke("import", out, gold, "--from", tool).exit_code == 0
    found = list(read_gold(gold))
    assert len(found) > 10
    assert {span.label for document in found for span in document.spans} <= set(LABELS)
    if tool == "label-studio":
        tasks = json.loads(out.read_text(encoding="utf-8"))
        assert {"model_version", "score", "result"} <= tasks[0]["predictions"][0].keys()
    else:
        assert ("scores were left out" in result.stderr) == (tool == "doccano")


def test_export_and_import_on_the_command_line(tmp_path) -> None:
    out, back = tmp_path / "out.conll", tmp_path / "back.jsonl"
    result = invoke("export", GOLD, out, "--to", "conll")
    assert (result.exit_code, "links were left out" in result.stderr) == (0, True)
    result = invoke("import", out, back, "--from", "conll", "--map", "PLAN=")
    assert result.exit_code == 0, result.output
    assert "PLAN" not in {span.label for document in read_gold(back) for span in document.spans}
    assert "left out (as asked for)" in result.stderr
    for wrong in (("--map", "PLAN"), ("--map", "PLAN=RISK")):
        result = invoke("import", out, tmp_path / "none.jsonl", "--from", "conll", *wrong)
        assert (result.exit_code, "renames nothing" in result.stderr) == (1, True)
    assert not (tmp_path / "none.jsonl").exists()


def test_configs_of_tools_name_every_label_with_its_own_key(tmp_path) -> None:
    assert invoke("tool-config", "--to", "label-studio", "-o", tmp_path / "a.xml").exit_code == 0
    labels = lxml.etree.parse(tmp_path / "a.xml").xpath("//Label")
    assert [label.get("value") for label in labels] == list(LABELS)
    assert invoke("tool-config", "--to", "doccano", "-o", tmp_path / "a.json").exit_code == 0
    rows = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    for keys in ([label.get("hotkey") for label in labels], [row["suffix_key"] for row in rows]):
        assert len(set(keys)) == len(LABELS)
    assert invoke("tool-config", "--to", "word", "-o", tmp_path / "b").exit_code == 1


def test_unknown_tools_and_orders_are_named(tmp_path) -> None:
    for option in (("--to", "brat"), ("--to", "doccano", "--sort", "length")):
        result = invoke("prelabel", "zh_fazhi_report", RAW[0], "-o", tmp_path / "x", *option)
        assert (result.exit_code, "is not known here" in result.stderr) == (1, True)


def test_what_the_tools_read_is_what_we_read_back(records, tmp_path) -> None:
    assert read(_written(records, tmp_path), "label-studio")[0]


def _written(records, tmp_path):
    from fazhi.exchange.prelabel import write

    path = tmp_path / "work.json"
    write(list(prelabelled(records)), path, "label-studio", model="m")
    return path


@pytest.mark.parametrize(("tool", "file"), [("label-studio", "label-studio.xml"), ("doccano", "doccano.json")])
def test_the_configs_in_docs_are_those_that_the_command_writes(tool: str, file: str, tmp_path) -> None:
    assert invoke("tool-config", "--to", tool, "-o", tmp_path / file).exit_code == 0
    assert (tmp_path / file).read_bytes() == (ROOT / "docs" / "tools" / file).read_bytes()
