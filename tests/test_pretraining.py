"""Adaptive pre-training: masks, passages, and a run that may be killed at any moment."""

import json
import lzma
import os
import random
import signal
import subprocess
import sys

import pytest
import torch

from fazhi.errors import FazhiError, ModelError
from fazhi.model import Passage, Tagger
from fazhi.pretraining import (
    FACTS,
    IGNORED,
    LOG,
    Passages,
    Recipe,
    Source,
    adapt,
    choose_words,
    forget,
    make_batch,
    read_documents,
    single_characters,
    split,
)
from fazhi.speech import kinds
from fazhi.types import CharSpan
from tests.conftest import ROOT

TEXT = "全面推进依法行政，加强法治政府建设。健全依法决策机制，规范行政执法行为。\n"
TEXT += "完善矛盾纠纷多元化解机制，强化行政权力监督。"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "prose.txt.xz"
    path.write_bytes(lzma.compress("\n\n".join(f"第{i}号文件\n{TEXT}" for i in range(60)).encode()))
    return path


def test_whole_words_are_chosen_up_to_the_share() -> None:
    pairs = lambda text: [CharSpan(i, min(i + 2, len(text))) for i in range(0, len(text), 2)]  # noqa: E731
    text = "法治政府建设年度报告" * 10
    chosen = choose_words(text, pairs, 0.15, random.Random(0))
    assert len(chosen) == round(0.15 * len(text)) // 2 * 2
    assert {i - i % 2 for i in chosen} == {i for i in chosen if i % 2 == 0}
    assert chosen != choose_words(text, pairs, 0.15, random.Random(1))


def test_labels_are_the_true_characters_and_most_are_hidden(tiny_encoder) -> None:
    vocabulary = Tagger.from_encoder(str(tiny_encoder)).vocabulary
    known = [c for c in dict.fromkeys(TEXT) if vocabulary.ids(c) != [vocabulary.tokenizer.unk_token_id]]
    text = "".join(known) * 40
    head = "依法行政"
    passages = [Passage(head, text), Passage("", text[:50])]
    ids, attention, types, labels, _ = make_batch(passages, vocabulary, single_characters, 0.15, random.Random(3))
    asked = labels != IGNORED
    true = torch.tensor(vocabulary.ids(text))
    start = len(head) + 2
    assert (labels[0, start:-1][asked[0, start:-1]] == true[asked[0, start:-1]]).all()
    assert not asked[0, :start].any()
    assert (types[asked] == 1).all()
    hidden = (ids[asked] == vocabulary.hidden_id).float().mean()
    assert 0.7 < hidden < 0.9
    assert (ids[~asked & (attention == 1)] != vocabulary.hidden_id).all()
    assert attention.sum(1).tolist() == [len(text) + start + 1, 53]


def test_passages_follow_the_weights_and_begin_sentences() -> None:
    a, b = "甲甲甲甲。" * 30, "乙乙乙乙。" * 30
    draw = Passages([([a], 3.0), ([b] * 5, 1.0)], Recipe(steps=1, length=22, noise=0.0)).draw
    rng = random.Random(0)
    drawn = [draw(rng).text for _ in range(400)]
    assert all(len(p) <= 22 and p[:4] in ("甲甲甲甲", "乙乙乙乙") for p in drawn)
    assert 0.68 < sum("甲" in p for p in drawn) / 400 < 0.82


def test_most_passages_come_with_the_headings_they_stand_under() -> None:
    text = "一、依法行政\n" + "甲甲甲甲。" * 30 + "\n二、下一步\n" + "乙乙乙乙。" * 30
    draw = Passages([([text], 1.0)], Recipe(steps=1, length=20, noise=0.0, headings=0.5)).draw
    rng = random.Random(0)
    drawn = [draw(rng) for _ in range(400)]
    assert {p.context for p in drawn if p.text.startswith("甲")} == {"", "依法行政"}
    assert {p.context for p in drawn if p.text.startswith("乙")} == {"", "下一步"}
    assert 0.4 < sum(bool(p.context) for p in drawn) / 400 < 0.6


def test_held_out_documents_are_not_trained_on() -> None:
    rest, held_out = split([str(i) for i in range(100)], 0.05)
    assert len(held_out) == 5
    assert not set(rest) & set(held_out)
    assert split(["a", "b"], 0.0) == (["a", "b"], [])


RECIPE = {"steps": 12, "passages": 4, "length": 40, "checkpoint_every": 3, "evaluate_every": 6, "held_out": 0.1}


def curve(folder) -> list[tuple[int, float]]:
    lines = (folder / LOG).read_text(encoding="utf-8").splitlines()
    return [(line["step"], line["loss"]) for line in map(json.loads, lines)]


def test_it_learns_and_writes_an_encoder_that_loads(corpus, tiny_encoder, tmp_path) -> None:
    recipe = Recipe(steps=60, passages=8, length=40, learn_rate=3e-3, evaluate_every=60, held_out=0.1)
    last = adapt(str(tiny_encoder), [Source(corpus, 1.0)], tmp_path, recipe)
    losses = [loss for _, loss in curve(tmp_path)]
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])
    assert last["held_out_loss"] > 0
    adapted = Tagger.from_encoder(str(tmp_path / "encoder")).module.encoder.state_dict()
    before = Tagger.from_encoder(str(tiny_encoder)).module.encoder.state_dict()
    assert set(adapted) == set(before)
    assert any((adapted[name] != before[name]).any() for name in before)


def test_parts_of_speech_are_learnt_beside_and_stand_at_their_characters(corpus, tiny_encoder, tmp_path) -> None:
    vocabulary = Tagger.from_encoder(str(tiny_encoder)).vocabulary
    text = "节约资金,成交项目"
    *_, found = make_batch([Passage("依法行政", text)], vocabulary, single_characters, 0.15, random.Random(0), kinds)
    assert found[0].tolist() == [IGNORED] * 6 + kinds(text) + [IGNORED]
    recipe = Recipe(steps=60, passages=8, length=40, learn_rate=3e-3, held_out=0.0, speech=0.5)
    adapt(str(tiny_encoder), [Source(corpus, 1.0)], tmp_path, recipe)
    lines = [json.loads(line) for line in (tmp_path / LOG).read_text(encoding="utf-8").splitlines()]
    losses = [line["speech_loss"] for line in lines]
    assert sum(losses[-5:]) < 0.5 * sum(losses[:5])
    names = set(Tagger.from_encoder(str(tmp_path / "encoder")).module.encoder.state_dict())
    assert names == set(Tagger.from_encoder(str(tiny_encoder)).module.encoder.state_dict())


def test_an_encoder_adapted_twice_tells_of_both(corpus, tiny_encoder, tmp_path) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    adapt(str(tiny_encoder), [Source(corpus, 1.0)], once, Recipe(**{**RECIPE, "steps": 2}))
    (once / "encoder" / "provenance.json").write_text('{"upstream": "elsewhere"}', encoding="utf-8")
    adapt(str(once / "encoder"), [Source(corpus, 1.0)], twice, Recipe(**{**RECIPE, "steps": 3}))
    told = json.loads((twice / "encoder" / FACTS).read_text(encoding="utf-8"))
    assert [told["step"], told["before"]["step"]] == [3, 2]
    assert json.loads((twice / "encoder" / "provenance.json").read_text(encoding="utf-8")) == {"upstream": "elsewhere"}


def test_random_weights_keep_shape_and_vocabulary_and_nothing_else(tiny_encoder, tmp_path) -> None:
    forget(str(tiny_encoder), tmp_path / "a", seed=1)  # the tiny one was made with 0
    forget(str(tiny_encoder), tmp_path / "b", seed=2)
    before, a, b = (Tagger.from_encoder(str(p)) for p in (tiny_encoder, tmp_path / "a", tmp_path / "b"))
    assert before.vocabulary.ids("法治") == a.vocabulary.ids("法治")
    for name, weights in before.module.encoder.named_parameters():
        if weights.ndim > 1:
            random = a.module.encoder.get_parameter(name)
            assert random.shape == weights.shape
            assert not torch.allclose(random, weights, atol=1e-3)
            assert not torch.allclose(random, b.module.encoder.get_parameter(name), atol=1e-3)


def test_a_pupil_comes_to_see_as_its_teacher_does(corpus, tiny_encoder, tmp_path) -> None:
    tagger = Tagger.from_encoder(str(tiny_encoder))
    with torch.no_grad():
        for parameter in tagger.module.encoder.parameters():
            parameter += 0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1))
    teacher = tmp_path / "teacher"
    tagger.module.encoder.save_pretrained(teacher)
    tagger.vocabulary.tokenizer.save_pretrained(teacher)
    recipe = Recipe(steps=60, passages=8, length=40, learn_rate=3e-3, held_out=0.0, distil=1.0)
    adapt(str(tiny_encoder), [Source(corpus, 1.0)], tmp_path / "out", recipe, teacher=str(teacher))
    lines = [json.loads(line) for line in (tmp_path / "out" / LOG).read_text(encoding="utf-8").splitlines()]
    assert lines[-1]["distance"] < 0.5 * lines[0]["distance"]


def test_a_teacher_that_reads_other_ids_is_refused(corpus, tiny_encoder, tmp_path) -> None:
    shipped = str(ROOT / "models" / "encoder")
    with pytest.raises(ModelError, match=r"teacher .* has another vocabulary"):
        adapt(str(tiny_encoder), [Source(corpus, 1.0)], tmp_path, Recipe(**RECIPE), teacher=shipped)


def test_a_killed_run_ends_with_the_same_loss_curve(corpus, tiny_encoder, tmp_path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    adapt(str(tiny_encoder), [Source(corpus, 1.0)], whole, Recipe(**RECIPE))
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from fazhi.pretraining import Recipe, Source, adapt\n"
        "def slow(line):\n"
        "    print(line['step'], flush=True)\n"
        "    time.sleep(60 if line['step'] == 8 else 0)\n"
        f"adapt(sys.argv[1], [Source(Path(sys.argv[2]), 1.0)], Path(sys.argv[3]), Recipe(**{RECIPE}), report=slow)\n"
    )
    command = [sys.executable, "-c", script, str(tiny_encoder), str(corpus), str(killed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.strip() == "8":
                os.kill(process.pid, signal.SIGKILL)
                break
    assert len(curve(killed)) == 8
    adapt(str(tiny_encoder), [Source(corpus, 1.0)], killed, Recipe(**RECIPE))
    assert curve(killed) == curve(whole)
    # Once finished there is nothing left to do.
    again: list[dict] = []
    assert adapt(str(tiny_encoder), [Source(corpus, 1.0)], killed, Recipe(**RECIPE), report=again.append)["step"] == 12
    assert again == []


def test_a_checkpoint_of_another_recipe_is_not_gone_on_from(corpus, tiny_encoder, tmp_path) -> None:
    adapt(str(tiny_encoder), [Source(corpus, 1.0)], tmp_path, Recipe(**{**RECIPE, "steps": 2}))
    with pytest.raises(FazhiError, match="another recipe"):
        adapt(str(tiny_encoder), [Source(corpus, 1.0)], tmp_path, Recipe(**RECIPE))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.txt", b"\n \n", "the corpus is empty"),
        ("gb.txt", "法治政府".encode("gb18030"), "not UTF-8"),
        ("bad.txt.xz", b"no xz", "no valid xz"),
    ],
)
def test_broken_corpora_are_refused_in_one_sentence(tmp_path, name, content, message) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FazhiError, match=message) as error:
        read_documents(tmp_path / name)
    assert "\n" not in str(error.value)


def test_missing_corpus_and_no_corpus_are_named(tmp_path, tiny_encoder) -> None:
    with pytest.raises(FazhiError, match=r"none\.txt: no such corpus"):
        read_documents(tmp_path / "none.txt")
    with pytest.raises(FazhiError, match="no corpus is named"):
        adapt(str(tiny_encoder), [], tmp_path, Recipe(**RECIPE))


def test_passages_longer_than_the_encoder_reads_are_refused(corpus, tiny_encoder, tmp_path) -> None:
    with pytest.raises(ModelError, match="positions"):
        adapt(str(tiny_encoder), [Source(corpus, 1.0)], tmp_path, Recipe(**{**RECIPE, "length": 5000}))
