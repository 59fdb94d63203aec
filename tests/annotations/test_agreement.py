import json

import pytest

from fazhi.annotations import GoldDocument
from fazhi.annotations.agreement import agree
from fazhi.annotations.convert import read_annotator
from fazhi.annotations.inline import parse
from fazhi.errors import AnnotationError
from tests.conftest import ROOT


def document(markup: str) -> GoldDocument:
    found = parse(markup)
    return GoldDocument("x", found.text, found.spans, found.links)


def test_figures_and_differences() -> None:
    first = document("<M>办理<T1>建议</T1><Q1>5件</Q1></M>,<M>开展培训</M>。")
    second = document("<M>办理<T1>建议</T1><Q1>5件</Q1></M>,<P>开展培训</P>。")
    figures, differences = agree([first], [second])
    assert figures["labels"]["MEASURE"]["f1"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["links"]["f1"] == 1.0
    assert [(d.side, d.what) for d in differences] == [("first", "MEASURE"), ("second", "PLAN")]
    assert "[开展培训]" in differences[0].context


def test_relaxed_borders() -> None:
    first = document("完成<T1>预案编制</T1><Q1>5件</Q1>。")
    second = document("完成<T1>预案</T1>编制<Q1>5件</Q1>。")
    figures, differences = agree([first], [second])
    assert figures["labels"]["METRIC"]["f1"] == 0.0
    assert figures["relaxed"]["METRIC"]["f1"] == 1.0
    assert figures["links"]["f1"] == 0.0
    assert len(differences) == 4


def test_only_the_same_text_can_be_compared() -> None:
    with pytest.raises(AnnotationError, match="different texts"):
        agree([document("办理。")], [document("受理。")])
    with pytest.raises(AnnotationError, match="only one side has x"):
        agree([document("办理。")], [])


def test_committed_figures_are_those_of_the_committed_annotators() -> None:
    folder = ROOT / "annotations"
    figures, differences = agree(*(read_annotator(folder / "annotators" / side) for side in "ab"))
    committed = json.loads((folder / "agreement.json").read_text(encoding="utf-8"))
    assert {name: committed[name] for name in figures} == figures
    assert len(committed["differences"]) == len(differences)
