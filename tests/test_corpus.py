import warnings

import pytest
import spacy

from fazhi.annotations import GoldDocument, write_gold
from fazhi.corpus import FEATURES, documents, load_dataset, read_passages
from fazhi.errors import AnnotationError, FazhiWarning
from fazhi.types import LabeledSpan
from tests.conftest import ROOT, blank

GOLD = str(ROOT / "annotations" / "gold" / "real.jsonl")


def write(tmp_path, *spans: LabeledSpan, text: str) -> str:
    write_gold([GoldDocument("a", text, tuple(sorted(spans)))], tmp_path / "gold.jsonl")
    return str(tmp_path / "gold.jsonl")


def test_dataset_is_typed_and_can_be_saved_and_named(tmp_path, gold) -> None:
    data = load_dataset(GOLD)
    assert data.features == FEATURES
    data.save_to_disk(tmp_path / "saved")
    assert documents(str(tmp_path / "saved")) == gold


def test_include_and_exclude_take_ids_and_groups() -> None:
    assert [d.id for d in documents(GOLD, include=["梧州市", "shaxi_2021"])] == ["wuzhou_2023", "shaxi_2021"]
    assert len(documents(GOLD, exclude=["梧州市"])) == 4
    with pytest.raises(AnnotationError, match="no report or group is called 甲市"):
        documents(GOLD, include=["甲市"])
    with pytest.raises(AnnotationError, match="no report is left"):
        documents(GOLD, include=["梧州市"], exclude=["wuzhou_2023"])


def test_missing_data_is_named(tmp_path) -> None:
    with pytest.raises(AnnotationError, match="no labelled reports"):
        load_dataset(str(tmp_path / "nothing"))


def test_passages_hold_every_span_once_with_its_headings(gold) -> None:
    document = gold[0]
    nlp = blank()
    examples = list(read_passages(GOLD, include=[document.id], window=256, drop_headings=0.0, seed=3)(nlp))
    found = sum(len(e.reference.spans["clause"]) + len(e.reference.spans["mention"]) for e in examples)
    assert found == len(document.spans)
    assert "存在的不足和原因" in {e.predicted.user_data["fazhi"]["context"] for e in examples}
    bare = read_passages(GOLD, include=[document.id], window=256, drop_headings=1.0, seed=3)(nlp)
    assert {e.predicted.user_data["fazhi"]["context"] for e in bare} == {""}


def test_each_reading_cuts_elsewhere() -> None:
    read = read_passages(GOLD, include=["wuzhou_2023"], window=100, drop_headings=0.0, seed=0)
    first, second = ({e.reference.text for e in read(blank())} for _ in range(2))
    assert len(first & second) < len(first) / 2


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        (LabeledSpan(0, 2, "MEASURE"), "no whole segments"),
        (LabeledSpan(0, 6, "MEASURE"), "longer than the window of 4"),
    ],
)
def test_what_cannot_be_learnt_is_told(tmp_path, span: LabeledSpan, reason: str) -> None:
    path = write(tmp_path, span, text="推进改革工作。")
    with pytest.warns(FazhiWarning, match=reason):
        list(read_passages(path, window=4, drop_headings=0.0, seed=0)(spacy.blank("zh")))


def test_passages_show_blanks_for_what_leads_an_item_unless_a_label_covers_it(tmp_path) -> None:
    text = "一、工作\n1.推进改革。\n2.开展培训。"
    for start, shown in ((8, "  推进改革。\n  开展培训。"), (6, "1.推进改革。\n2.开展培训。")):
        path = write(tmp_path, LabeledSpan(start, 12, "MEASURE"), text=text)
        read = read_passages(path, window=60, drop_headings=0.0, seed=0)(blank())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FazhiWarning)
            assert any(shown in example.reference.text for example in read)


def test_a_passage_that_cuts_a_span_is_left_out(tmp_path) -> None:
    path = write(tmp_path, LabeledSpan(0, 6, "MEASURE"), text="推进改革工作。开展培训。")
    with pytest.warns(FazhiWarning):
        examples = list(read_passages(path, window=5, drop_headings=0.0, seed=0)(blank()))
    assert all("推进" not in e.reference.text for e in examples)
    assert any("开展培训" in e.reference.text for e in examples)
