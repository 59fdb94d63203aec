"""The command line as its user sees it: output files, one sentence for each fault, the exit status."""

import csv
import json
import shutil
from collections import Counter

import lxml.html
import pytest
from typer.testing import CliRunner

from fazhi.cli import app
from fazhi.scoring import Counts, Scores
from fazhi.text import clean, condition
from tests.conftest import RAW, ROOT

run = CliRunner()


def extract(*arguments: object):
    return run.invoke(app, ["extract", *map(str, arguments)])


@pytest.fixture(scope="module")
def extracted(model_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    outputs = [folder / f"reports.{suffix}" for suffix in ("jsonl", "csv", "html")]
    result = extract(*RAW, "-m", model_folder, *(part for path in outputs for part in ("-o", path)), "--table")
    assert result.exit_code == 0, result.output
    records = [json.loads(line) for line in outputs[0].read_text(encoding="utf-8").splitlines()]
    return outputs, records, result


def test_record_keeps_the_contract(extracted) -> None:
    _, records, _ = extracted
    assert [record["source"] for record in records] == [str(path) for path in RAW]
    for record in records:
        assert list(record) == ["source", "model", "metadata", "text", "spans", "links", "indicators", "review"]
        assert list(record["metadata"]) == [
            *("title", "issuer", "region", "year", "document_number", "date", "published")
        ]
        ids = {span["id"] for span in record["spans"]}
        assert len(ids) == len(record["spans"]) > 0
        for span in record["spans"]:
            assert record["text"][span["start"] : span["end"]] == span["text"]
            assert 0 <= span["score"] <= 1
        for link in record["links"]:
            assert {link["quantity"], link["metric"]} <= ids


def test_source_offsets_are_true_on_the_raw_file(extracted) -> None:
    _, records, _ = extracted
    for path, record in zip(RAW, records, strict=True):
        source = path.read_bytes().decode("utf-8")
        for span in record["spans"]:
            piece = source[span["source_start"] : span["source_end"]]
            assert clean(piece, condition(source)).text == span["text"]


def test_csv_opens_with_chinese_intact(extracted) -> None:
    (_, path, _), records, _ = extracted
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    clauses = sum(span["layer"] == "clause" for record in records for span in record["spans"])
    assert len(rows) == clauses + sum(len(record["indicators"]) for record in records)


def test_html_holds_every_character_and_needs_no_network(extracted) -> None:
    import html
    import re

    (_, _, path), records, _ = extracted
    page = path.read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    articles = re.findall(r"<article>(.*?)</article>", page, re.DOTALL)
    for record, article in zip(records, articles, strict=True):
        lines = re.findall(r"<p>(.*?)</p>", article, re.DOTALL)
        assert html.unescape(re.sub(r"<[^>]+>", "", "\n".join(lines))) == record["text"]
        assert sum(article.count(f'class="{label} ') for label in ("MEASURE", "SHORTCOMING", "PLAN")) > 0


def test_table_is_printed_for_each_report(extracted) -> None:
    _, records, result = extracted
    assert result.stdout.count("MEASURE") == len(records)


def test_a_bad_file_never_stops_the_others(model_folder, tmp_path) -> None:
    empty, binary, other = (tmp_path / name for name in ("empty.txt", "binary.txt", "other.txt"))
    empty.write_bytes(b"")
    binary.write_bytes(b"\x00\x01\x02" * 100)
    other.write_text("今天天气很好，我们去公园散步。" * 40, encoding="utf-8")
    out = tmp_path / "out.jsonl"
    result = extract(empty, binary, tmp_path / "none.txt", other, RAW[-1], "-m", model_folder, "-o", out)
    assert result.exit_code == 1
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error:")]
    assert len(errors) == 4
    for path, reason in [
        (empty, "empty"),
        (binary, "binary"),
        (tmp_path / "none.txt", "no such file"),
        (other, "no report"),
    ]:
        assert any(str(path) in line and reason in line for line in errors)


def test_any_text_forces_the_reading(model_folder, tmp_path) -> None:
    path = tmp_path / "other.txt"
    path.write_text("今天推进改革3件。", encoding="utf-8")
    result = extract(path, "-m", model_folder, "--any-text")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["text"] == "今天推进改革3件。"


@pytest.mark.parametrize(
    ("model", "reason"),
    [("no_such_model", "no such model"), ("spacy", "no fazhi_tagger"), ("damaged", "damaged weights")],
)
def test_bad_models(model_folder, tmp_path, model: str, reason: str) -> None:
    folder = tmp_path / "model"
    if model == "spacy":
        import spacy

        spacy.blank("xx").to_disk(folder)
    elif model == "damaged":
        shutil.copytree(model_folder, folder)
        (folder / "fazhi_tagger" / "model.safetensors").write_bytes(b"x" * 100)
    name = str(folder) if folder.exists() else model
    result = extract(RAW[0], "-m", name)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert name in result.stderr
    assert "Traceback" not in result.output


def test_unknown_output_format(model_folder, tmp_path) -> None:
    result = extract(RAW[0], "-m", model_folder, "-o", tmp_path / "out.doc")
    assert result.exit_code == 1
    assert ".jsonl, .csv, .xlsx, .parquet, .html" in result.stderr


def test_evaluate_writes_figures(model_folder, tmp_path) -> None:
    figures, page = tmp_path / "figures.json", tmp_path / "errors.html"
    gold = ROOT / "annotations" / "gold" / "real.jsonl"
    result = run.invoke(app, ["evaluate", str(model_folder), str(gold), "-o", str(figures), "-o", str(page)])
    assert result.exit_code == 0, result.output
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert len(found["reports"]) == 5
    micro = found["scores"]["micro"]
    assert found["intervals"]["micro"]["low"] <= micro["f1"] <= found["intervals"]["micro"]["high"]
    assert sum(row["tp"] for row in found["sections"]) == found["origins"]["real"]["micro"]["tp"] == micro["tp"]
    assert sum(row["spans"] for row in found["calibration"]["before"]) == micro["tp"] + micro["fp"]
    for label, rows in found["thresholds"].items():
        assert (rows[0]["tp"], rows[0]["fp"]) == tuple(found["scores"]["labels"][label][n] for n in ("tp", "fp"))
        assert [row["recall"] for row in rows] == sorted((row["recall"] for row in rows), reverse=True)
    shown = lxml.html.fromstring(page.read_text(encoding="utf-8"))
    errors = shown.xpath("//div[@class='error']")
    kinds = Counter(error.get("data-kind") for error in errors)
    both = kinds["wrong border"] + kinds["wrong label"] + kinds["wrong border and label"]
    assert both + kinds["missed"] == micro["fn"]
    assert both + kinds["spurious"] == micro["fp"]
    assert not shown.xpath("//@src | //link/@href")


def test_evaluate_refuses_other_formats_before_it_works(model_folder, tmp_path) -> None:
    result = run.invoke(app, ["evaluate", str(model_folder), str(ROOT / "annotations" / "gold"), "-o", "figures.doc"])
    assert (result.exit_code, "use .json or .html" in result.stderr) == (1, True)


def test_compare_tells_two_models_apart_on_the_same_reports(tmp_path) -> None:
    def figures(name: str, right: dict[str, int]) -> str:
        reports = {}
        for report, tp in right.items():
            scores = Scores()
            scores.labels["PLAN"] = Counts(tp, 10 - tp, 10 - tp)
            reports[report] = scores.to_dict()
        (tmp_path / name).write_text(json.dumps({"reports": reports}), encoding="utf-8")
        return str(tmp_path / name)

    first = figures("a.json", dict.fromkeys("abcdefgh", 5))
    second = figures("b.json", dict.fromkeys("hgfedcba", 9))
    result = run.invoke(app, ["compare", first, second])
    assert result.exit_code == 0, result.output
    assert "+0.4000" in result.output
    assert "0.0078" in result.output
    result = run.invoke(app, ["compare", first, figures("c.json", {"a": 5})])
    assert (result.exit_code, "not the same reports, only one of them has b, c, d" in result.stderr) == (1, True)
    (tmp_path / "d.json").write_text("[]", encoding="utf-8")
    for broken in ("d.json", "none.json"):
        result = run.invoke(app, ["compare", first, str(tmp_path / broken)])
        assert (result.exit_code, "no figures of an evaluation" in result.stderr) == (1, True)


def test_check_needs_the_exceptions_and_names_those_that_cover_nothing(tmp_path) -> None:
    gold, exceptions = ROOT / "annotations" / "gold", ROOT / "annotations" / "lint_exceptions.csv"
    assert run.invoke(app, ["annotations", "check", str(gold)]).exit_code == 1
    result = run.invoke(app, ["annotations", "check", str(gold), "--exceptions", str(exceptions)])
    assert (result.exit_code, result.stderr) == (0, "")
    more = tmp_path / "more.csv"
    more.write_text(exceptions.read_text(encoding="utf-8") + "*,9,若干,a guess\n", encoding="utf-8")
    result = run.invoke(app, ["annotations", "check", str(gold), "--exceptions", str(more)])
    assert (result.exit_code, "'若干' (rule 9) covers nothing" in result.stderr) == (0, True)


def test_noise_writes_pages_with_labels(tmp_path) -> None:
    from fazhi.annotations import read_gold

    gold, pages = ROOT / "annotations" / "gold" / "real.jsonl", tmp_path / "pages.jsonl"
    result = run.invoke(app, ["annotations", "noise", str(gold), str(pages), "--kind", "stray spaces"])
    assert result.exit_code == 0, result.output
    before, after = list(read_gold(gold)), list(read_gold(pages))
    assert [len(d.spans) for d in after] == [len(d.spans) for d in before]
    assert all(len(b.text) > len(a.text) for a, b in zip(before, after, strict=True))
    result = run.invoke(app, ["annotations", "noise", str(gold), str(pages), "--kind", "smudges"])
    assert (result.exit_code, "'smudges'" in result.stderr) == (1, True)


def test_check_reports_findings_and_broken_gold(tmp_path) -> None:
    line = {"id": "a", "text": "一是推进改革。", "spans": [{"start": 0, "end": 6, "label": "MEASURE"}], "links": []}
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(line), encoding="utf-8")
    result = run.invoke(app, ["annotations", "check", str(path)])
    assert (result.exit_code, "rule 1" in result.stdout) == (1, True)
    line["spans"][0]["end"] = 99
    path.write_text(json.dumps(line), encoding="utf-8")
    result = run.invoke(app, ["annotations", "check", str(path)])
    assert result.exit_code == 1
    assert f"{path}, line 1, report 'a'" in result.stderr.replace("\n", "")


def test_agree_writes_figures(tmp_path) -> None:
    folder = ROOT / "annotations" / "annotators"
    result = run.invoke(
        app, ["annotations", "agree", str(folder / "a"), str(folder / "b"), "-o", str(tmp_path / "x.json")]
    )
    assert result.exit_code == 0
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["reports"] == 5


def test_python_api(model_folder) -> None:
    import fazhi

    result = fazhi.extract([RAW[-1], "none.txt"], model_folder)
    assert len(result.records) == len(result.failures) == 1
    assert {row["kind"] for row in result.clauses} <= {"MEASURE", "SHORTCOMING", "PLAN"}
    assert len(result.rows) == len(result.clauses) + len(result.indicators)


def test_what_is_below_the_least_score_goes_to_review(model_folder, tmp_path) -> None:
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    assert extract(RAW[0], "-m", model_folder, "-o", whole).exit_code == 0
    (before,) = map(json.loads, whole.read_text(encoding="utf-8").splitlines())
    assert before["review"] == {"spans": [], "links": [], "indicators": []}
    middle = sorted(span["score"] for span in before["spans"] if span["layer"] == "clause")[3]
    options = ("--min-score", "0.0", "--min-score", f"MEASURE={middle}", "--min-score", "QUANTITY=1")
    outputs = ("-o", cut, "-o", tmp_path / "cut.csv", "-o", tmp_path / "cut.html", "-o", tmp_path / "cut.xlsx")
    result = extract(RAW[0], "-m", model_folder, *options, *outputs)
    assert result.exit_code == 0, result.output
    (after,) = map(json.loads, cut.read_text(encoding="utf-8").splitlines())
    for part in ("spans", "links", "indicators"):
        order = {json.dumps(row): i for i, row in enumerate(before[part])}
        both = [json.dumps({**row, "clause_id": None} if part == "indicators" else row) for row in after[part]]
        both += [
            json.dumps({**row, "clause_id": None} if part == "indicators" else row) for row in after["review"][part]
        ]
        if part != "indicators":
            assert sorted(both) == sorted(order)
        assert len(both) == len(order)
    assert {s["label"] for s in after["review"]["spans"]} == {"MEASURE", "QUANTITY"}
    assert all(s["score"] >= middle for s in after["spans"] if s["label"] == "MEASURE")
    assert after["indicators"] == after["links"] == []
    with (tmp_path / "cut.csv").open(encoding="utf-8-sig", newline="") as file:
        marked = [row["review"] for row in csv.DictReader(file)]
    page = lxml.html.fromstring((tmp_path / "cut.html").read_text(encoding="utf-8"))
    assert f"待复核 {len(after['review']['spans'])} 处" in page.text_content()
    assert marked.count("review") == len([s for s in after["review"]["spans"] if s["layer"] == "clause"]) + len(
        after["review"]["indicators"]
    )


@pytest.mark.parametrize(
    ("given", "reason"), [("much", "no least score"), ("RISK=0.5", "no label"), ("METRIC=2", "no share")]
)
def test_wrong_least_scores_are_named(model_folder, given: str, reason: str) -> None:
    result = extract(RAW[0], "-m", model_folder, "--min-score", given)
    assert (result.exit_code, reason in result.stderr) == (1, True)


def test_folders_are_read_and_nothing_twice(model_folder, tmp_path) -> None:
    folder = tmp_path / "各地 报告"
    (folder / "2023").mkdir(parents=True)
    shutil.copy(RAW[0], folder / "a.txt")
    shutil.copy(RAW[0], folder / "2023" / "copy.txt")
    (folder / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0" + b"\x00" * 100)
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / ".hidden.txt").write_text("x", encoding="utf-8")
    out = tmp_path / "out.jsonl"
    result = extract(
        folder, folder / "2023" / "copy.txt", "-m", model_folder, "-o", out, "--profiles", tmp_path / "profiles.csv"
    )
    assert result.exit_code == 1
    said = " ".join(result.stderr.split())
    assert "old Word or Excel file" in said
    assert "1 files left out (.jpg)" in said
    assert "a.txt: the same as" in said
    assert "named twice, read once" in said
    assert "1 reports read, 1 files not" in said
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1
    with (tmp_path / "profiles.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert int(row["characters"]) > 1000


def test_an_empty_folder_is_said(model_folder, tmp_path) -> None:
    result = extract(tmp_path, "-m", model_folder)
    assert (result.exit_code, "holds no report file" in result.stderr) == (1, True)


def test_clean_shows_what_was_taken_away_and_writes_the_text(tmp_path) -> None:
    path, out = tmp_path / "report.txt", tmp_path / "clean.txt"
    path.write_text("首页 | 打印\n某市2023年法治政府建设年度报告\n推进various改革(gé)。", encoding="utf-8")
    result = run.invoke(app, ["clean", str(path), "-o", str(out)])
    assert result.exit_code == 0, result.output
    assert out.read_text(encoding="utf-8") == "某市2023年法治政府建设年度报告\n推进various改革。\n"
    assert "page control" in result.output
    assert "pinyin gloss" in result.output
    assert "'various' hardly belongs here" in " ".join(result.stderr.split())
    result = run.invoke(app, ["clean", str(tmp_path / "none.txt")])
    assert (result.exit_code, "no such file" in result.stderr) == (1, True)


def test_what_is_missing_for_the_regions_is_said(model_folder, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("fazhi.divisions.available", lambda: False)
    result = extract(RAW[0], "-m", model_folder, "--profiles", tmp_path / "reports.csv")
    assert result.exit_code == 0, result.output
    assert "fazhi[regions]" in result.output
