from pathlib import Path

import pytest
import spacy
from spacy.training import Example

from fazhi.annotations import GoldDocument
from fazhi.baselines import TAGS, PlainClassifier, merged, predict, read_entities, segment_suggester, spans_of, tags
from fazhi.docs import to_doc
from fazhi.labels import LAYERS
from fazhi.recipes import fit
from fazhi.types import LabeledSpan
from tests.conftest import ROOT, blank

GOLD = str(ROOT / "annotations" / "gold" / "real.jsonl")
CONFIGS = ROOT / "configs" / "baselines"


def test_an_invalid_sequence_begins_a_span_where_its_label_changes() -> None:
    labels = ("METRIC", "QUANTITY")
    found = [(s.start, s.end, s.label) for s in spans_of([0, 2, 2, 4, 3, 4, 0, 1, 1], labels)]
    assert found == [
        *((1, 3, "METRIC"), (3, 4, "QUANTITY"), (4, 6, "QUANTITY")),
        *((7, 8, "METRIC"), (8, 9, "METRIC")),
    ]


def test_tags_hold_both_layers(gold) -> None:
    line = GoldDocument(
        "a", "受理案件12件", (LabeledSpan(0, 7, "MEASURE"), LabeledSpan(2, 4, "METRIC"), LabeledSpan(4, 7, "QUANTITY"))
    )
    assert [TAGS[tag] for tag in tags(line)][1:5] == [
        *(("I-MEASURE", "O"), ("I-MEASURE", "B-METRIC"), ("I-MEASURE", "I-METRIC"), ("I-MEASURE", "B-QUANTITY"))
    ]
    for document in gold[:1]:
        found = tags(document)
        for place, (layer, labels) in enumerate(LAYERS.items()):
            kinds = ["O", *(f"{p}-{label}" for label in labels for p in "BI")]
            spans = spans_of([kinds.index(TAGS[tag][place]) for tag in found], labels)
            assert sorted(spans) == sorted(document.layer(layer))


def test_segments_are_the_candidates_for_clauses(gold) -> None:
    nlp = blank()
    docs = [to_doc(gold[0], nlp.vocab), nlp.make_doc("\n")]
    found = segment_suggester()(docs)
    pairs = {tuple(pair) for pair in found.data.tolist()}
    assert {(s.start, s.end) for s in gold[0].layer("clause")} <= pairs
    assert found.lengths.tolist() == [len(pairs), 0]


@pytest.mark.parametrize(("name", "layer"), [("ner", "clause"), ("spancat", "mention")])
def test_spacy_parts_learn_in_two_stages(name: str, layer: str, tmp_path, gold, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    short = {"training.max_steps": 2, "training.batcher.size": 300, "paths.layer": layer}
    data = {
        "paths.train": GOLD,
        "paths.dev": GOLD,
        "corpora.train.include": ["wuzhou_2023"],
        "corpora.dev.include": ["wuzhou_2023"],
    }
    config = [CONFIGS / f"{name}.cfg"]
    first = fit(tmp_path / "first", config, {**short, **data}, report=lambda line: None)
    again = {**short, **data, f"components.{name}": {"source": str(first)}}
    second = fit(tmp_path / "second", config, again, report=lambda line: None)
    (found,) = predict(spacy.load(second), [GoldDocument("a", gold[0].text[:300])])
    assert {row["label"] for row in found["spans"]} <= set(LAYERS[layer])
    before, after = (spacy.load(folder).get_pipe(name).model for folder in (first, second))
    assert before.to_bytes() != after.to_bytes()


def test_entities_are_those_of_one_layer(gold) -> None:
    examples: list[Example] = list(read_entities(GOLD, "mention", include=["haian_2023"])(blank()))
    labels = {ent.label_ for example in examples for ent in example.reference.ents}
    assert labels == {"METRIC", "QUANTITY"}
    kept = sum(len(example.reference.ents) for example in examples)
    assert 0.9 < kept / len(next(d for d in gold if d.id == "haian_2023").layer("mention")) <= 1


def test_the_plain_classifier_learns_and_is_kept(tiny_encoder: Path, tmp_path) -> None:
    text = "推进改革,受理案件12件。"
    spans = (LabeledSpan(0, 4, "MEASURE"), LabeledSpan(7, 9, "METRIC"), LabeledSpan(9, 12, "QUANTITY"))
    gold = [GoldDocument("a", text, spans)]
    model = PlainClassifier.load(tiny_encoder)
    model.fit(gold, steps=150, learn_rate=3e-3, seed=0, batch=2)
    model.save(tmp_path / "kept")
    (found,) = PlainClassifier.load(tmp_path / "kept").predict(gold)
    assert [(s["start"], s["end"], s["label"]) for s in found["spans"]] == [(s.start, s.end, s.label) for s in spans]
    assert found["links"] == [[2, 1]]
    halves = [
        [{**found, "spans": [s for s in found["spans"] if (s["label"] == "MEASURE") is clause]}]
        for clause in (True, False)
    ]
    assert merged(halves, gold) == [found]
