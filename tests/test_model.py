import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fazhi.errors import ModelError
from fazhi.model import CharVocabulary, Passage, Tagger, Target, chain_nll, fold, segment_means
from fazhi.types import CharSpan
from tests.conftest import ROOT


def test_chain_nll_agrees_with_trying_all_sequences() -> None:
    torch.manual_seed(0)
    emissions = [torch.randn(4, 3), torch.randn(2, 3), torch.randn(1, 3)]
    first, follow = torch.randn(3), torch.randn(3, 3)
    tags = [[0, 2, 1, 1], [2, 0], [1]]

    def score(e: torch.Tensor, path: tuple[int, ...]) -> float:
        moves = sum(follow[a, b] for a, b in itertools.pairwise(path))
        return float(first[path[0]] + sum(e[i, t] for i, t in enumerate(path)) + moves)

    for loss, e, gold in zip(chain_nll(emissions, tags, first, follow), emissions, tags, strict=True):
        every = torch.tensor([score(e, path) for path in itertools.product(range(3), repeat=len(e))])
        assert float(loss) == pytest.approx(float(torch.logsumexp(every, 0)) - score(e, tuple(gold)), abs=1e-4)


def test_segment_means() -> None:
    logits = torch.tensor([[1.0, 0.0], [3.0, 2.0], [5.0, 4.0]])
    assert segment_means(logits, [CharSpan(0, 2), CharSpan(2, 3)]).tolist() == [[2.0, 1.0], [5.0, 4.0]]


@given(st.text(max_size=30))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_punctuation_width_is_one_to_the_encoder() -> None:
    assert fold("一是推进，完成（12件）：好；") == fold("一是推进,完成(12件):好;")


@given(text=st.text(max_size=40))
@pytest.mark.parametrize("encoder", ["tiny", "shipped"])
def test_one_id_for_each_character(encoder: str, text: str, tiny_encoder) -> None:
    from transformers import AutoTokenizer

    folder = tiny_encoder if encoder == "tiny" else ROOT / "models" / "encoder"
    vocabulary = VOCABULARIES.setdefault(encoder, CharVocabulary(AutoTokenizer.from_pretrained(folder)))
    assert len(vocabulary.ids(text)) == len(text)
    special = "①②③２０２３　 \n\t\u200b😀龘傊"
    assert len(vocabulary.ids(special)) == len(special)


VOCABULARIES: dict[str, CharVocabulary] = {}


def test_batch_layout(tiny_encoder) -> None:
    tagger = Tagger.from_encoder(str(tiny_encoder))
    ids, mask, types, context, starts = tagger.vocabulary.batch([Passage("不足", "法治政府"), Passage("", "法")])
    assert starts == [4, 2]
    assert ids.shape == mask.shape == types.shape == context.shape == (2, 9)
    assert context.tolist() == [[0, 1, 1, 0, 0, 0, 0, 0, 0], [0] * 9]
    assert mask.sum(1).tolist() == [9, 4]
    assert types[0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert ids[0, 4:8].tolist() == tagger.vocabulary.ids("法治政府")


def test_headings_shift_the_clauses_of_their_window_and_nothing_else(tiny_encoder) -> None:
    tagger = Tagger.from_encoder(str(tiny_encoder))
    passages = [Passage("不足", "法治政府"), Passage("", "法治政府")]
    before = tagger.predict(passages, batch_size=2)
    with torch.no_grad():
        tagger.module.heading.weight[:, 0] += 1.0
    after = tagger.predict(passages, batch_size=2)
    shift = after[0][0] - before[0][0]
    assert shift == pytest.approx(shift[:1].repeat(4, axis=0), abs=1e-5)
    assert abs(shift).max() > 1e-3
    assert after[0][1] == pytest.approx(before[0][1])
    assert after[1][0] == pytest.approx(before[1][0])


def test_masking_hides_characters_of_the_text_in_training_only(tiny_encoder) -> None:
    tagger = Tagger.from_encoder(str(tiny_encoder))
    tagger.module.eval()
    passage = Passage("不足", "法治政府建设12件。")
    target = Target([CharSpan(0, 6)], [1], [0] * 10, cues=[[0]])
    plain = [loss.item() for loss in tagger.loss([passage], [target])]
    hidden = [loss.item() for loss in tagger.loss([passage], [target], mask_rate=1.0)]
    assert plain == [loss.item() for loss in tagger.loss([passage], [target])] != hidden
    other = Passage("不足", "行政复议推进强化加强")
    assert hidden == pytest.approx([loss.item() for loss in tagger.loss([other], [target], mask_rate=1.0)])


def test_order_and_batching_do_not_change_predictions(tiny_encoder) -> None:
    tagger = Tagger.from_encoder(str(tiny_encoder))
    passages = [Passage("", "法治政府建设"), Passage("不足", "一"), Passage("推进", "行政复议12件,不足。")]
    together = tagger.predict(passages, batch_size=3)
    alone = [tagger.predict([p], batch_size=1)[0] for p in passages]
    for (c1, m1), (c2, m2), passage in zip(together, alone, passages, strict=True):
        assert len(c1) == len(m1) == len(passage.text)
        assert c1 == pytest.approx(c2, abs=1e-5)
        assert m1 == pytest.approx(m2, abs=1e-5)


def test_tokenizer_must_fit_the_weights(tiny_encoder, tmp_path) -> None:
    import shutil

    from transformers import AutoTokenizer

    folder = tmp_path / "encoder"
    shutil.copytree(tiny_encoder, folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens(["甲", "乙", "丙"])
    tokenizer.save_pretrained(folder)
    with pytest.raises(ModelError, match="rows"):
        Tagger.from_encoder(str(folder))


def test_an_encoder_without_tokenizer_is_refused(tiny_encoder, tmp_path) -> None:
    import shutil

    folder = tmp_path / "encoder"
    shutil.copytree(tiny_encoder, folder, ignore=shutil.ignore_patterns("tokenizer*", "vocab*", "special*"))
    with pytest.raises(ModelError, match=r"without a tokenizer.*models/encoder") as error:
        Tagger.from_encoder(str(folder))
    assert "\n" not in str(error.value)


def test_a_name_that_cannot_be_reached_points_to_the_shipped_encoder(monkeypatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match=r"'hfl/no-such-model'.*models/encoder") as error:
        Tagger.from_encoder("hfl/no-such-model")
    assert "\n" not in str(error.value)
