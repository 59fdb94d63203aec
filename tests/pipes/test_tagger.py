"""The trainable component: stitching, training, keeping. The encoder is a fake or tiny."""

import numpy as np
import pytest
import spacy
from safetensors.torch import load_file, save_file
from spacy.training import Example

from fazhi.annotations import GoldDocument
from fazhi.calibration import Curve
from fazhi.clauses import clause_units, delimiters, segments
from fazhi.codec import bio_constraints, decode_bio
from fazhi.corpus import read_passages, read_reports
from fazhi.cues import CUES
from fazhi.decoding import decode_clauses, decode_mentions
from fazhi.docs import CONTEXT, ROLES, CharTokenizer, facts, get_layer, to_doc
from fazhi.errors import FazhiError, ModelError
from fazhi.labels import CLAUSE, LAYERS, MENTION, METRIC
from fazhi.model import Passage
from fazhi.pipes.tagger import TaggerPipe, target
from fazhi.types import CharSpan, LabeledSpan
from tests.conftest import ROOT, blank

GOLD = str(ROOT / "annotations" / "gold" / "real.jsonl")


def spans(doc) -> list[LabeledSpan]:
    return [span for layer in LAYERS for span in get_layer(doc, layer)]


class FakeTagger:
    """Reads each character's own code point as its logits, so that any slip of an offset shows."""

    def predict(self, passages: list[Passage], *, batch_size: int):
        return [(self.rows(p.text, 4), self.rows(p.text, 5)) for p in passages]

    @staticmethod
    def rows(text: str, width: int) -> np.ndarray:
        return np.array([[float(ord(char))] * width for char in text])


@pytest.mark.parametrize(("window", "stride"), [(16, 16), (16, 9), (30, 1), (7, 4)])
def test_stitching_gives_each_character_its_own_logits(gold, window: int, stride: int) -> None:
    nlp = blank(window=window, stride=stride)
    pipe = nlp.get_pipe("fazhi_tagger")
    pipe.model = FakeTagger()
    texts = [gold[0].text[:700], "", "法", gold[1].text[300:900]]
    docs = [nlp.get_pipe("fazhi_sections")(nlp.make_doc(text)) for text in texts]
    for text, (clause, mention) in zip(texts, pipe.predict(docs), strict=True):
        assert clause[:, 0].tolist() == mention[:, 4].tolist() == [float(ord(char)) for char in text]


def test_windows_know_their_headings_whoever_asks(gold) -> None:
    nlp = blank()
    pipe = nlp.get_pipe("fazhi_tagger")
    doc = nlp.make_doc(gold[0].text)
    bare = pipe.windows(doc, doc.text)
    assert pipe.windows(nlp.get_pipe("fazhi_sections")(doc), doc.text) == bare
    assert "存在的不足和原因" in {w.context for w in bare}
    assert {w.context for w in blank(use_headings=False).get_pipe("fazhi_tagger").windows(doc, doc.text)} == {""}


def test_a_passage_longer_than_the_window_keeps_its_headings() -> None:
    nlp = blank()
    doc = nlp.make_doc("推进改革。" * 40)
    facts(doc)[CONTEXT] = "下一步打算"
    found = nlp.get_pipe("fazhi_tagger").windows(doc, doc.text)
    assert len(found) > 1
    assert {w.context for w in found} == {"下一步打算"}


def test_other_tokenizers_are_refused(gold) -> None:
    nlp = blank()
    doc = spacy.blank("zh").make_doc("a  b\n\nc")
    with pytest.raises(FazhiError, match=r"fazhi\.CharTokenizer\.v1"):
        nlp.get_pipe("fazhi_tagger").windows(doc, doc.text)


def test_window_count_does_not_change_the_length_of_the_result(trained) -> None:
    nlp, _, _ = trained
    tagger = nlp.get_pipe("fazhi_tagger")
    for length in (0, 1, 63, 64, 65, 129):
        ((clause, mention),) = tagger.predict([nlp.make_doc("法" * length)])
        assert len(clause) == len(mention) == length


def decoded(text: str, logits, shifts=None, barred=()) -> list[str]:
    units = clause_units(text, barred)
    found = decode_clauses(units, logits, np.zeros((len(units), 4)) if shifts is None else np.array(shifts))
    return [span.of(text) for span in found]


def test_cues_shift_the_segment() -> None:
    text = "有效提升质效,推进改革,"
    logits = np.zeros((len(text), 4))
    logits[:, 1] = 5
    assert decoded(text, logits) == ["有效提升质效", "推进改革"]
    assert decoded(text, logits, [[0, -9, 0, 0], [0, 0, 0, 0]]) == ["推进改革"]


def test_cues_are_learnt(tiny_encoder) -> None:
    """The encoder's random vectors tell little in a few steps; the cues do."""
    nlp = blank()
    text = "一、主要做法\n提升质效,推进改革,提高效率,开展检查,\n二、下一步打算\n推进改革,开展检查。"
    heading = text.index("二、")
    spans = tuple(
        LabeledSpan(unit.start, unit.end, "PLAN" if unit.start > heading else "MEASURE")
        for unit in segments(text)
        if unit.of(text)[:2] in ("推进", "开展")
    )
    example = Example(nlp.make_doc(text), to_doc(GoldDocument("a", text, spans), nlp.vocab))
    tagger = nlp.get_pipe("fazhi_tagger")
    tagger.initialize(lambda: [example], nlp=nlp, encoder=str(tiny_encoder))
    optimizer = nlp.create_optimizer()
    for _ in range(30):
        nlp.update([example], sgd=optimizer, drop=0.0)
    measure, effect, plans = tagger.tagger.shifts(
        [[CUES.index(name)] for name in ("measure verb", "effect verb", "PLANS")]
    )
    assert measure[1] > 0 > effect[1]
    assert plans[2] > plans[1]


def told(nlp, doc) -> list[set[str]]:
    units = segments(doc.text)
    return [{CUES[i] for i in found} for found in nlp.get_pipe("fazhi_tagger").cues(doc, doc.text, units)]


def test_a_passage_keeps_the_roles_of_its_report() -> None:
    nlp = blank()
    doc = nlp.make_doc("推进改革。")
    assert told(nlp, doc) == [{"measure verb"}]
    facts(doc)[ROLES] = [{"start": 0, "end": 5, "label": "PLANS", "score": None}]
    assert told(nlp, doc) == [{"measure verb", "PLANS"}]


@pytest.mark.parametrize(
    ("groups", "expected"), [([], set()), (["words"], {"measure verb"}), (["roles"], {"ANNOUNCED"})]
)
def test_groups_of_cues_can_be_left_out(groups: list[str], expected: set[str]) -> None:
    nlp = blank(cues=groups)
    assert told(nlp, nlp.make_doc("下一步,推进改革。"))[1] == expected


def test_an_unknown_group_of_cues_is_refused() -> None:
    with pytest.raises(FazhiError, match="no group of cues is called 'role'"):
        blank(cues=["role"])


def test_passages_of_a_corpus_know_what_was_announced_before_them() -> None:
    nlp = blank()
    known = [
        facts(example.predicted)[ROLES]
        for example in read_passages(GOLD, include=["kaiyuan_2024"], window=64, drop_headings=0.0, seed=0)(nlp)
        if "奋力谱写开原市振兴发展新篇章" in example.text
    ]
    assert [[role["label"] for role in roles] for roles in known] == [["ANNOUNCED"]]


@pytest.mark.parametrize(("drop", "taught"), [(0.0, False), (1.0, True)])
def test_where_no_clause_can_be_none_is_taught_unless_headings_are_left_out(drop: float, taught: bool) -> None:
    nlp = blank()
    tagger = nlp.get_pipe("fazhi_tagger")
    read = read_passages(GOLD, include=["haian_2023"], window=256, drop_headings=drop, seed=0)
    units = {
        unit.of(example.text)
        for _ in range(5)  # each reading cuts elsewhere
        for example in read(nlp)
        for unit in tagger.units(example.predicted, example.text)
    }
    heading, preamble = "打造最优营商环境", "深入践行习近平法治思想"
    assert (heading in units) == (preamble in units) == taught
    assert "推动网上中介超市入住中介机构120家" in units


def test_no_clause_stands_where_none_can_be() -> None:
    text = "一、推进改革\n加强监督,"
    logits = np.zeros((len(text), 4))
    logits[:, 1] = 9
    assert decoded(text, logits) == ["推进改革", "加强监督"]
    assert decoded(text, logits, barred=[CharSpan(0, 6)]) == ["加强监督"]


def test_clause_takes_the_class_of_its_mean_logits() -> None:
    text = "一是推进改革,力量不足。"
    logits = np.zeros((len(text), 4))
    logits[2:6, 1] = [9, 9, 9, -1]
    logits[7:11, 2] = 3
    units = clause_units(text, [])
    found = decode_clauses(units, logits, np.zeros((len(units), 4)))
    assert [(s.of(text), s.label) for s in found] == [("推进改革", "MEASURE"), ("力量不足", "SHORTCOMING")]


def test_flickering_mention_logits_give_valid_spans() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        found = decode_mentions("法" * 20, rng.normal(scale=4, size=(20, 5)), *bio_constraints(LAYERS[MENTION]))
        assert all(0 <= s.score <= 1 for s in found)
        assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
    assert decode_mentions("", np.empty((0, 5)), *bio_constraints(LAYERS[MENTION])) == []


def test_mentions_neither_cross_lines_nor_touch_white_space() -> None:
    text = "ab c\nd 5件 "
    logits = np.full((len(text), 5), -5.0)
    logits[:, 2] = 5.0
    logits[1, 1] = logits[5, 1] = 9.0
    found = decode_mentions(text, logits, *bio_constraints(LAYERS[MENTION]))
    assert [s.of(text) for s in found] == ["b c", "d 5件"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("38类“全景图,新”,排名", ["38类“全景图,新”", "排名"]),
        ("(含结转)案件", ["含结转)案件"]),
        ("1,234件", ["1,234件"]),
    ],
)
def test_no_metric_crosses_a_delimiter_or_begins_with_a_bracket(text: str, found: list[str]) -> None:
    logits = np.zeros((len(text), 5))
    begin, inside = (1 + 2 * LAYERS[MENTION].index(METRIC) + i for i in range(2))
    logits[:, inside] = 5.0
    logits[:, begin] = 1.0
    spans = decode_mentions(text, logits, *bio_constraints(LAYERS[MENTION]))
    assert [s.of(text) for s in spans] == found


def test_no_metric_of_the_gold_crosses_a_delimiter_or_begins_with_a_bracket(gold, authored) -> None:
    for document in [*gold, *authored]:
        parting = set(delimiters(document.text))
        for span in document.spans:
            if span.label == METRIC:
                assert parting.isdisjoint(range(span.start, span.end)), span.of(document.text)
                assert document.text[span.start] not in "(（、", span.of(document.text)


def test_target_of_a_window(gold, tiny_encoder) -> None:
    nlp = blank()
    document = gold[0]
    reference = to_doc(document, nlp.vocab)
    span = CharSpan(500, 700)
    units = [unit for unit in segments(document.text) if span.contains(unit)]
    found = target(reference, span, units)
    inside = [s for s in document.layer(CLAUSE) if span.contains(s)]
    assert sum(c > 0 for c in found.clauses) == len(inside)
    assert [s.of(document.text[500:700]) for s in found.segments] == [unit.of(document.text) for unit in units]
    mentions = decode_bio(found.mentions, LAYERS[MENTION])
    assert [s.of(document.text[500:700]) for s in mentions] == [
        s.of(document.text) for s in document.layer(MENTION) if span.contains(s)
    ]


def test_training_lowers_the_loss(trained) -> None:
    nlp, examples, first = trained
    assert nlp.get_pipe("fazhi_tagger").update(examples, sgd=None)["fazhi_tagger"] < 0.6 * first


def test_contract_of_a_processed_doc(trained, gold) -> None:
    nlp, _, _ = trained
    doc = nlp(gold[2].text)
    for layer in LAYERS:
        assert len(doc.spans[layer].attrs["scores"]) == len(doc.spans[layer])
        assert all(0 <= score <= 1 for score in doc.spans[layer].attrs["scores"])
        assert [span.id_ for span in doc.spans[layer]] == [f"{layer}-{i}" for i in range(len(doc.spans[layer]))]
    assert set(doc._.fazhi) == {"sections", "links", "indicators", "metadata"}
    assert doc._.fazhi["sections"][0]["title"].startswith("加强党的全面领导")


@pytest.mark.parametrize("text", ["", " ", "\n\n", "法", "法治政府建设年度报告"])
def test_both_groups_exist_on_every_doc(trained, text: str) -> None:
    doc = trained[0](text)
    assert doc.text == text
    assert set(doc.spans) == set(LAYERS)


def test_saved_and_loaded_pipeline_gives_identical_spans(trained, gold, tmp_path) -> None:
    nlp, _, _ = trained
    nlp.to_disk(tmp_path / "model")
    again = spacy.load(tmp_path / "model")
    assert spans(again(gold[2].text)) == spans(nlp(gold[2].text)) != []
    kept = {p.name for p in (tmp_path / "model" / "fazhi_tagger").rglob("*") if p.is_file()}
    assert {p for p in kept if not p.endswith((".json", ".safetensors"))} == set()


def test_half_precision_halves_the_file_and_changes_nothing_on_loading(trained, gold, tmp_path) -> None:
    nlp, _, _ = trained
    nlp.to_disk(tmp_path / "full")
    half = spacy.load(tmp_path / "full")
    half.get_pipe("fazhi_tagger").round_to_half()
    half.to_disk(tmp_path / "half")
    again = spacy.load(tmp_path / "half")
    assert spans(again(gold[2].text)) == spans(half(gold[2].text))
    sizes = [(tmp_path / n / "fazhi_tagger" / "model.safetensors").stat().st_size for n in ("full", "half")]
    assert sizes[1] < 0.6 * sizes[0]


def test_calibration_changes_scores_alone_is_kept_and_ends_with_training(trained, gold, tmp_path) -> None:
    nlp, examples, _ = trained
    before = nlp(gold[2].text)
    nlp.to_disk(tmp_path / "raw")
    pipeline = spacy.load(tmp_path / "raw")
    pipeline.get_pipe("fazhi_tagger").calibration = {"MEASURE": Curve(0.5, -1.0)}
    pipeline.to_disk(tmp_path / "calibrated")
    again = spacy.load(tmp_path / "calibrated")
    after = again(gold[2].text)
    for old, new in zip(spans(before), spans(after), strict=True):
        assert (old.start, old.end, old.label) == (new.start, new.end, new.label)
        assert new.score == pytest.approx(Curve(0.5, -1.0)(old.score) if new.label == "MEASURE" else old.score)
    again.update(examples[:1], sgd=again.create_optimizer())
    assert again.get_pipe("fazhi_tagger").calibration == {}


@pytest.mark.parametrize(
    "part",
    [
        "model.safetensors",
        "settings.json",
        "encoder/config.json",
        "tokenizer/tokenizer.json",
        "tokenizer/tokenizer_config.json",
    ],
)
@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_damaged_model_is_named(trained, tmp_path, part: str, damage: str) -> None:
    folder = tmp_path / "model"
    trained[0].to_disk(folder)
    file = folder / "fazhi_tagger" / part
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(ModelError) as error:
        spacy.load(folder)
    assert "fazhi_tagger" in str(error.value)
    assert "install the model again" in str(error.value)


def test_weights_of_another_version_are_said_to_be_so(trained, tmp_path) -> None:
    folder = tmp_path / "model"
    trained[0].to_disk(folder)
    file = folder / "fazhi_tagger" / "model.safetensors"
    save_file({name: weights for name, weights in load_file(file).items() if name != "cue"}, file)
    with pytest.raises(ModelError, match="the weights lack cue: they were trained by another version"):
        spacy.load(folder)


def test_untrained_pipeline_says_so() -> None:
    with pytest.raises(ModelError, match="no weights yet"):
        blank()("法治政府")


def test_encoder_must_be_named_and_loadable(gold, tmp_path) -> None:
    nlp = blank()
    examples = [Example(nlp.make_doc(gold[0].text), to_doc(gold[0], nlp.vocab))]
    tagger = nlp.get_pipe("fazhi_tagger")
    with pytest.raises(ModelError, match="names no encoder"):
        tagger.initialize(lambda: examples, nlp=nlp)
    with pytest.raises(ModelError, match=r"models/encoder"):
        tagger.initialize(lambda: examples, nlp=nlp, encoder=str(tmp_path))


def test_window_must_fit_the_encoder(gold, tiny_encoder) -> None:
    nlp = blank(window=380, stride=300)
    examples = [Example(nlp.make_doc(gold[0].text), to_doc(gold[0], nlp.vocab))]
    with pytest.raises(FazhiError, match="window 380"):
        nlp.get_pipe("fazhi_tagger").initialize(lambda: examples, nlp=nlp, encoder=str(tiny_encoder))


def test_training_goes_on_from_a_trained_tagger(trained, gold, tmp_path) -> None:
    nlp, examples, _ = trained
    nlp.to_disk(tmp_path / "first")
    second = blank()
    tagger = second.get_pipe("fazhi_tagger")
    tagger.initialize(lambda: examples, nlp=second, start_from=str(tmp_path / "first" / "fazhi_tagger"))
    assert isinstance(tagger, TaggerPipe)
    assert spans(second(gold[2].text)) == spans(nlp(gold[2].text))


def test_evaluation_counts_every_doc(trained, gold) -> None:
    nlp, _, _ = trained
    scores = nlp.evaluate(list(read_reports(GOLD, include=["wuzhou_2023"])(nlp)))
    assert 0 < scores["fazhi_measure_f"] <= 1
    empty = Example(nlp.make_doc(gold[2].text), CharTokenizer(nlp.vocab)(gold[2].text))
    assert nlp.evaluate([empty])["fazhi_micro_f"] == 0.0
