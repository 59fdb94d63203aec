"""The shipped model, as `make demo` and users load it."""

import json
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from fazhi import __version__
from fazhi.api import extract, load
from fazhi.evaluate import predict, score
from fazhi.packaging import compare
from fazhi.sections import headings
from fazhi.types import LabeledSpan
from tests.conftest import RAW, ROOT


@pytest.fixture(scope="module")
def nlp():
    return load()


def test_it_finds_what_it_found_when_it_was_packaged(nlp) -> None:
    lines = (ROOT / "models" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    (wheel,) = (ROOT / "models").glob("*.whl")
    compare(wheel, [json.loads(line) for line in lines], extract(RAW, nlp).records)


def test_the_wheel_asks_for_this_version_of_the_project() -> None:
    (wheel,) = (ROOT / "models").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        found = archive.read(name).decode("utf-8")
    (asked,) = [
        Requirement(line.partition(": ")[2]) for line in found.splitlines() if line.startswith("Requires-Dist: fazhi")
    ]
    assert __version__ in asked.specifier


def test_items_of_a_numbered_list_are_read_and_headings_are_not(nlp) -> None:
    doc = nlp(
        "某县2022年法治政府建设报告\n一、主要举措\n(一)深化行政执法改革\n推进改革，完成12项。\n二、存在问题\n1.执法力量薄弱。\n"
        "2.部分干部法治意识不强。\n三、下一步工作打算\n(一)加强执法培训，提高执法水平。\n(二)完善监督机制。\n某县人民政府\n2023年1月5日"
    )
    assert [(span.label_, span.text) for span in doc.spans["clause"]] == [
        ("MEASURE", "推进改革"),
        ("MEASURE", "完成12项"),
        ("SHORTCOMING", "执法力量薄弱"),
        ("SHORTCOMING", "部分干部法治意识不强"),
        ("PLAN", "加强执法培训"),
        ("PLAN", "提高执法水平"),
        ("PLAN", "完善监督机制"),
    ]


def test_scores_are_probabilities_and_both_layers_are_there(nlp) -> None:
    doc = nlp("受理行政复议申请136件,审结120件。")
    for layer in ("clause", "mention"):
        assert len(doc.spans[layer]) > 0
        assert all(0 < score <= 1 for score in doc.spans[layer].attrs["scores"])
    (row,) = [row for row in doc._.fazhi["indicators"] if row["value"] == "136"]
    assert (row["metric"], row["unit"]) == ("行政复议申请", "件")


LINES = st.sampled_from(
    [
        "一、工作",
        "（一）加强领导。",
        "1.做好普法",
        "●",
        "● 审结3件；",
        "存在不足",
        "",
        " ",
        "办理建议5件。",
        "100%",
        "，",
        "下一步，将：",
        "《",
    ]
)


@given(st.lists(LINES, max_size=8).map("\n".join))
@example("一、工作\n办理建议5件。")
@settings(max_examples=60, deadline=None)
def test_any_text_is_read(nlp, text: str) -> None:
    doc = nlp(text)
    assert doc.text == text
    for layer in ("clause", "mention"):
        assert all(span.text.strip() == span.text != "" for span in doc.spans[layer])


def test_text_without_headings_is_still_read(nlp, gold) -> None:
    """A trial model found nothing at all in paragraphs that come without headings."""
    document = max(gold, key=lambda d: len(headings(d.text)))
    lines = document.text.split("\n")
    titles = {t.of(document.text) for t in headings(document.text)}
    start = 0
    pieces: list[str] = []
    spans: list[LabeledSpan] = []
    for line in lines:
        if line not in titles:
            here = sum(len(piece) + 1 for piece in pieces)
            spans += [
                LabeledSpan(s.start - start + here, s.end - start + here, s.label)
                for s in document.spans
                if start <= s.start and s.end <= start + len(line)
            ]
            pieces.append(line)
        start += len(line) + 1
    text = "\n".join(pieces)
    bare = type(document)(document.id, text, tuple(sorted(spans)))
    assert len(headings(text)) < len(headings(document.text))
    found = score([bare], predict(nlp, [bare]))["scores"]
    assert found["labels"]["MEASURE"]["recall"] > 0.6
    assert found["labels"]["QUANTITY"]["f1"] > 0.8
