"""Words from a pkuseg model trained on the spot: they cover the text, white space included."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fazhi.errors import ModelError
from fazhi.segment import Segmenter
from tests.conftest import ROOT

LINES = ["全面 推进 依法 行政 。", "加强 法治 政府 建设 ，", "规范 行政 执法 行为 。", "办理 行政 复议 案件 358 件 。"]


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory) -> Segmenter:
    import spacy_pkuseg

    folder = tmp_path_factory.mktemp("words")
    training = folder / "train.txt"
    training.write_text("\n".join(LINES * 5), encoding="utf-8")
    spacy_pkuseg.train(str(training), str(training), str(folder / "model"), train_iter=10)
    return Segmenter(folder / "model")


def test_it_has_learnt_its_lines(segmenter) -> None:
    """All but a word or two: pkuseg shuffles its training lines at random."""
    right = 0
    for line in LINES:
        text = line.replace(" ", "")
        right += len({word.of(text) for word in segmenter.words(text)} & set(line.split()))
    assert right >= 0.8 * sum(len(set(line.split())) for line in LINES)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.sampled_from("全面推进依法行政，。１23ａb①\u3000 \t\n\r\u2028\U00020000習(xí)%"), max_size=60))
def test_words_cover_any_text(segmenter, text: str) -> None:
    words = segmenter.words(text)
    assert [word.start for word in words] == [0, *(word.end for word in words)][: len(words)]
    assert "".join(word.of(text) for word in words) == text
    assert all(word.of(text).isspace() or not any(map(str.isspace, word.of(text))) for word in words)


def test_missing_and_damaged_models_are_named(tmp_path) -> None:
    with pytest.raises(ModelError, match=r"features\.msgpack: the file is missing"):
        Segmenter(tmp_path)
    for name in ("features.msgpack", "weights.npz"):
        (tmp_path / name).write_bytes(b"\xc1damaged")
    with pytest.raises(ModelError, match="no pkuseg model could be read"):
        Segmenter(tmp_path)


def test_the_sample_of_words_is_text_of_authored_reports(authored) -> None:
    texts = "".join(document.text for document in authored)
    lines = (ROOT / "corpus" / "words" / "test.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 200
    assert [line for line in lines if "  " in line or line.replace(" ", "") not in texts] == []
