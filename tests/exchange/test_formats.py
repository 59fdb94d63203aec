"""Every format both ways: what goes out comes back the same; what is broken is told in one sentence."""

import json
import shutil

import datasets
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.annotations import GoldDocument, Meta
from fazhi.errors import AnnotationError, FazhiError
from fazhi.exchange import FORMATS, read, write
from fazhi.labels import LAYERS
from fazhi.types import LabeledSpan, Link

SUFFIX = {"doccano": ".jsonl", "label-studio": ".json", "prodigy": ".jsonl", "conll": ".conll", "spacy": ".spacy"}
WITHOUT_LINKS = {"conll"}
WITHOUT_TEXTS = {"doccano", "conll", "datasets"}  # formats that do not say what text a span covers
ALPHABET = "全面推进依法行政,。12件%a \n\U00020000😀\u3000"


@st.composite
def reports(draw: st.DrawFn) -> GoldDocument:
    """Reports with characters beyond the first plane, spans of both layers, and links within sentences."""
    text = draw(st.text(ALPHABET, min_size=1, max_size=40))
    spans = []
    for labels in LAYERS.values():
        cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
        for a, b in zip(cuts, cuts[1:], strict=False):
            piece = text[a:b]
            if piece == piece.strip() and "\n" not in piece and draw(st.booleans()):
                spans.append(LabeledSpan(a, b, draw(st.sampled_from(labels))))
    spans.sort()
    quantities = [i for i, s in enumerate(spans) if s.label == "QUANTITY"]
    metrics = [i for i, s in enumerate(spans) if s.label == "METRIC"]
    pairs = [Link(q, m) for q in quantities for m in metrics]
    links = draw(st.sets(st.sampled_from(pairs), max_size=3)) if pairs else set()
    meta = Meta(draw(st.sampled_from(["real", "authored"])), "某市政府", 2023, "g")
    return GoldDocument(f"r{draw(st.integers(0, 10**9))}", text, tuple(spans), tuple(sorted(links)), meta)


def there_and_back(documents: list[GoldDocument], name: str, folder) -> list[GoldDocument]:
    path = folder / f"out{SUFFIX.get(name, '')}"
    shutil.rmtree(path, ignore_errors=True)
    notes = write(documents, path, name)
    links = sum(len(document.links) for document in documents)
    assert notes == (
        [f"{links} links were left out: columns cannot hold them"] if name in WITHOUT_LINKS and links else []
    )
    found, mends = read(path, name)
    assert mends == []
    return sorted(found, key=lambda document: document.id)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "inline"])
@given(document=reports())
def test_random_reports_come_back_the_same(name: str, document: GoldDocument, tmp_path_factory) -> None:
    (found,) = there_and_back([document], name, tmp_path_factory.mktemp("x"))
    assert (found.id, found.text, found.spans, found.meta) == (
        *(document.id, document.text, document.spans, document.meta),
    )
    assert found.links == (() if name in WITHOUT_LINKS else document.links)


@pytest.mark.parametrize("name", FORMATS)
def test_real_reports_come_back_the_same(name: str, gold, tmp_path) -> None:
    expected = [GoldDocument(d.id, d.text, d.spans, () if name in WITHOUT_LINKS else d.links, d.meta) for d in gold]
    assert there_and_back(gold, name, tmp_path) == sorted(expected, key=lambda document: document.id)


def test_parquet_is_loadable_from_the_file_alone(gold, tmp_path) -> None:
    write(gold, tmp_path / "reports.parquet", "datasets")
    found = datasets.load_dataset("parquet", data_files=str(tmp_path / "reports.parquet"), split="train")
    assert found["id"] == [document.id for document in gold]
    assert read(tmp_path / "reports.parquet", "datasets")[0] == gold


def test_label_studio_exports_are_read_in_both_ways_of_counting(tmp_path) -> None:
    text = "😀办理𠀀案件12件。"
    result = {"type": "labels", "value": {"start": 3, "end": 6, "text": "𠀀案件", "labels": ["METRIC"]}}
    for start, end in ((3, 6), (4, 8)):
        task = {
            "id": 7,
            "data": {"text": text},
            "annotations": [
                {"was_cancelled": True, "result": []},
                {"result": [{**result, "value": {**result["value"], "start": start, "end": end}}]},
            ],
        }
        path = tmp_path / f"export{start}.json"
        path.write_text(json.dumps([task]), encoding="utf-8")
        (document,), mends = read(path, "label-studio")
        assert (document.spans, mends) == ((LabeledSpan(3, 6, "METRIC"),), [])


def test_where_both_ways_of_counting_fit_the_page_is_believed(tmp_path) -> None:
    document = GoldDocument("r", "完成😀3,3件", (LabeledSpan(3, 4, "QUANTITY"),), (), Meta(group="r"))
    assert there_and_back([document], "label-studio", tmp_path) == [document]


def test_json_min_of_label_studio_is_read(tmp_path) -> None:
    row = {"id": 3, "text": "推进改革。", "clause": [{"start": 0, "end": 4, "text": "推进改革", "labels": ["MEASURE"]}]}
    path = tmp_path / "min.json"
    path.write_text(json.dumps([row], ensure_ascii=False), encoding="utf-8")
    ((document,), _) = read(path, "label-studio")
    assert (document.id, document.spans) == ("3", (LabeledSpan(0, 4, "MEASURE"),))


def test_columns_of_other_people_are_read(tmp_path) -> None:
    path = tmp_path / "words.conll"
    path.write_text("推进\tB-MEASURE\n改革\tI-MEASURE\n。\tO\n\n不足\tB-SHORTCOMING\n", encoding="utf-8")
    ((document,), _) = read(path, "conll")
    assert document.text == "推进改革。\n不足"
    assert document.spans == (LabeledSpan(0, 4, "MEASURE"), LabeledSpan(6, 8, "SHORTCOMING"))


DOCCANO = {
    "id": 1,
    "text": "推进改革。",
    "entities": [{"id": 1, "label": "MEASURE", "start_offset": 0, "end_offset": 4}],
}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("doccano", json.dumps(DOCCANO)[:-20], "no whole JSON"),
        ("doccano", "", "no report in it"),
        ("doccano", "[1]", "is no object"),
        ("doccano", json.dumps({"data": {"text": "x"}, "annotations": []}), "it looks like label-studio.*--from"),
        ("doccano", json.dumps(DOCCANO) + "\n" + json.dumps(DOCCANO), "the id stands already"),
        ("doccano", json.dumps(DOCCANO).replace("MEASURE", "RISK"), "unknown labels 'RISK'.*--map RISK="),
        ("doccano", json.dumps({**DOCCANO, "entities": [{"id": 1}]}), "no doccano report"),
        (
            "doccano",
            json.dumps(
                {**DOCCANO, "entities": [*DOCCANO["entities"], {**DOCCANO["entities"][0], "id": 2, "end_offset": 3}]}
            ),
            "overlap in the clause layer",
        ),
        ("doccano", json.dumps({**DOCCANO, "relations": [{"from_id": 1, "to_id": 9}]}), "names the span '9'"),
        ("doccano", json.dumps({**DOCCANO, "relations": [{"from_id": 1, "to_id": 1}]}), "a link joins MEASURE with"),
        ("doccano", json.dumps(DOCCANO).replace(": 4", ": 40"), "should be"),
        ("prodigy", json.dumps(DOCCANO | {"spans": 3}), "no prodigy report, it looks like|no prodigy report"),
        ("conll", "推\tX-MEASURE\n", "no BIO tag"),
        ("conll", "推\tI-MEASURE\n", "continues nothing"),
        ("conll", "推\n", "has no tag"),
        ("spacy", "nonsense", "no DocBin"),
    ],
)
def test_broken_files_are_told_in_one_sentence(name: str, content: str, message: str, tmp_path) -> None:
    path = tmp_path / "export.file"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AnnotationError, match=message) as error:
        read(path, name)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_other_encodings_missing_files_and_unknown_formats_are_named(tmp_path) -> None:
    (tmp_path / "gb.json").write_bytes("法治".encode("gb18030"))
    for name in ("doccano", "conll"):
        with pytest.raises(AnnotationError, match="not UTF-8"):
            read(tmp_path / "gb.json", name)
    for name in FORMATS:
        with pytest.raises(FazhiError, match=r"none"):
            read(tmp_path / "none", name)
    with pytest.raises(FazhiError, match="no format is called 'word'"):
        read(tmp_path, "word")


def test_nothing_half_written_and_nothing_overwritten(gold, tmp_path) -> None:
    broken = GoldDocument("a", "有␣的文字")
    with pytest.raises(AnnotationError, match="stand for white space"):
        write([gold[0], broken], tmp_path / "out.conll", "conll")
    with pytest.raises(AnnotationError, match="would read as a tag"):
        write([gold[0], GoldDocument("b", "写<M>的")], tmp_path / "inline", "inline")
    assert list(tmp_path.iterdir()) == []
    write(gold[:1], tmp_path / "brat", "brat")
    with pytest.raises(FazhiError, match="there is something already"):
        write(gold[:1], tmp_path / "brat", "brat")
