"""The bridge to spaCy: tokens of one character, or words of the shipped pkuseg model."""

import shutil

import numpy as np
import pytest
import spacy

from fazhi.codec import bio_constraints
from fazhi.corpus import read_passages
from fazhi.docs import WordTokenizer, get_layer, misaligned, set_layer, words_of
from fazhi.errors import FazhiError, FazhiWarning, ModelError
from fazhi.labels import CLAUSE, LAYERS, MENTION
from fazhi.pipes.tagger import decode_mentions, word_tags
from fazhi.types import CharSpan, LabeledSpan
from tests.conftest import ROOT, blank

WORDS = ROOT / "models" / "words"
GOLD = str(ROOT / "annotations" / "gold" / "real.jsonl")
CHAIN = bio_constraints(LAYERS[MENTION])


@pytest.fixture(scope="module")
def nlp():
    pipeline = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "fazhi.WordTokenizer.v1"}}})
    pipeline.tokenizer.initialize(lambda: [], nlp=pipeline, segmenter=str(WORDS))
    return pipeline


def test_tokens_are_words_and_cover_the_text(nlp, gold) -> None:
    doc = nlp.make_doc("全年办理  行政复议案件358件。\n")
    assert [token.text for token in doc] == ["全年", "办理", "  ", "行政", "复议", "案件", "358", "件", "。", "\n"]
    for document in gold:
        doc = nlp.make_doc(document.text)
        assert doc.text == document.text
        assert "".join(word.of(doc.text) for word in words_of(doc)) == doc.text


def test_tokens_of_other_tokenizers_are_refused() -> None:
    with pytest.raises(FazhiError, match=r"fazhi\.CharTokenizer\.v1"):
        words_of(spacy.blank("en").make_doc("words and  blanks"))


def test_spans_that_end_inside_a_word_are_counted_and_widened_with_a_warning(nlp) -> None:
    doc = nlp.make_doc("办理行政复议案件358件。")
    inside, whole = LabeledSpan(3, 8, "METRIC", 0.5), LabeledSpan(8, 12, "QUANTITY", 0.9)
    assert misaligned(doc, [inside, whole]) == [inside]
    with pytest.warns(FazhiWarning, match="'政复议案件' at offset 3"):
        set_layer(doc, MENTION, [inside, whole])
    assert get_layer(doc, MENTION) == [LabeledSpan(2, 8, "METRIC", 0.5), whole]


def test_word_tags_are_valid_and_widen_to_whole_words() -> None:
    # characters: O O, a metric of two, a quantity of three, another of three; words cut across
    tags = [0, 0, 1, 2, 3, 4, 4, 3, 4, 4]
    words = [CharSpan(0, 2), CharSpan(2, 5), CharSpan(5, 7), CharSpan(7, 10)]
    assert word_tags(tags, words) == [0, 1, 3, 3]
    assert word_tags([4, 4, 0], [CharSpan(0, 1), CharSpan(1, 3)]) == [3, 4]
    assert word_tags([0, 1, 2, 2, 2, 0], [CharSpan(0, 1), CharSpan(1, 3), CharSpan(3, 5), CharSpan(5, 6)]) == [
        0,
        1,
        2,
        0,
    ]


def test_mentions_over_words_begin_and_end_with_words() -> None:
    text = "受理申请12件 \n"
    words = [CharSpan(0, 2), CharSpan(2, 4), CharSpan(4, 6), CharSpan(6, 7), CharSpan(7, 9)]
    logits = np.zeros((len(text), 5))
    logits[2:4, [1, 2]] = 9, 5
    logits[4:6, [3, 4]] = 9, 5
    logits[6:9, 4] = 9
    found = decode_mentions(text, logits, *CHAIN, words=words)
    assert [(s.of(text), s.label) for s in found] == [("申请", "METRIC"), ("12件", "QUANTITY")]
    assert all(0 < s.score <= 1 for s in found)


def test_words_of_one_character_give_what_characters_give() -> None:
    rng = np.random.default_rng(1)
    text = "办 件\n1率" * 6
    logits = rng.normal(scale=3, size=(len(text), 5))
    words = [CharSpan(i, i + 1) for i in range(len(text))]
    assert decode_mentions(text, logits, *CHAIN, words=words) == decode_mentions(text, logits, *CHAIN)


def test_a_pipeline_of_words_learns_and_keeps_its_words(tiny_encoder, gold, tmp_path) -> None:
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "fazhi.WordTokenizer.v1"}}})
    with pytest.raises(ModelError, match="no pkuseg model yet"):
        nlp("依法行政")
    nlp.tokenizer.initialize(lambda: [], segmenter=str(WORDS))
    nlp.add_pipe("fazhi_sections")
    tagger = nlp.add_pipe("fazhi_tagger", config={"window": 64, "stride": 48})
    examples = list(read_passages(GOLD, include=["wuzhou_2023"], window=64, drop_headings=0.0, seed=1)(nlp))[:8]
    tagger.initialize(lambda: examples, nlp=nlp, encoder=str(tiny_encoder))
    before = tagger.update(examples, sgd=None)["fazhi_tagger"]
    optimizer = nlp.create_optimizer()
    for _ in range(20):
        nlp.update(examples, sgd=optimizer)
    assert tagger.update(examples, sgd=None)["fazhi_tagger"] < 0.7 * before
    nlp.to_disk(tmp_path / "model")
    again = spacy.load(tmp_path / "model")
    doc, same = nlp(gold[2].text), again(gold[2].text)
    assert [token.text for token in same] == [token.text for token in doc]
    for layer in (CLAUSE, MENTION):
        assert get_layer(same, layer) == get_layer(doc, layer)
    assert misaligned(doc, get_layer(doc, MENTION)) == []
    shutil.rmtree(tmp_path / "model" / "tokenizer")
    with pytest.raises(ModelError, match=r"features\.msgpack: the file is missing"):
        spacy.load(tmp_path / "model")


def test_a_config_without_pkuseg_model_is_named() -> None:
    with pytest.raises(ModelError, match="names no pkuseg model"):
        WordTokenizer(spacy.blank("zh").vocab).initialize(lambda: [])


def test_mentions_of_a_character_pipeline_can_be_bound_to_words(tiny_encoder, gold, tmp_path) -> None:
    nlp = blank()
    tagger = nlp.get_pipe("fazhi_tagger")
    examples = list(read_passages(GOLD, include=["wuzhou_2023"], window=64, drop_headings=0.0, seed=1)(nlp))[:12]
    tagger.initialize(lambda: examples, nlp=nlp, encoder=str(tiny_encoder), words=str(WORDS))
    optimizer = nlp.create_optimizer()
    for _ in range(25):
        nlp.update(examples, sgd=optimizer)
    nlp.to_disk(tmp_path / "model")
    again = spacy.load(tmp_path / "model")
    doc = again(gold[2].text)
    assert len(doc) == len(doc.text)
    borders = {0, *(word.end for word in again.get_pipe("fazhi_tagger").segmenter.words(doc.text))}
    found = get_layer(doc, MENTION)
    assert found == get_layer(nlp(gold[2].text), MENTION) != []
    assert all({span.start, span.end} <= borders for span in found)
    # Without words the same weights find borders inside them.
    again.get_pipe("fazhi_tagger").segmenter = None
    assert not all({span.start, span.end} <= borders for span in get_layer(again(gold[2].text), MENTION))
