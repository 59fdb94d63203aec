import random

import pytest

from fazhi.annotations.lint import lint
from fazhi.noise import FOOT_FURNITURE, HEAD_FURNITURE, NOISES, add_noise, noised
from fazhi.text import FURNITURE, cells, clean, condition

MENDED = list(NOISES)


@pytest.mark.parametrize("kinds", [*([name] for name in MENDED), MENDED], ids=lambda kinds: " + ".join(kinds))
@pytest.mark.parametrize("seed", range(3))
def test_cleaning_undoes_noise_with_the_same_offsets(gold, authored, kinds, seed) -> None:
    # A text whose paragraphs are all short does not tell whether its lines are broken by width.
    for document in gold if "hard line breaks" in kinds else [*gold, *authored[seed::25]]:
        page = add_noise(document.text, kinds, random.Random(seed))
        cleaned = clean(page.source)
        assert cleaned.text == document.text
        assert (cleaned.starts, cleaned.ends) == (page.starts, page.ends)


@pytest.mark.parametrize("kind", NOISES)
def test_each_noise_changes_the_page_and_carries_every_span(gold, kind) -> None:
    for document in gold:
        page = noised(document, [kind], random.Random(1))
        if kind != "pinyin glosses" or "?" not in document.text:
            assert page.text != document.text
        for before, after in zip(document.spans, page.spans, strict=True):
            assert after.label == before.label
            shown = clean(after.of(page.text), condition(page.text)).text
            assert shown.replace("\n", "") == before.of(document.text)


def test_a_noised_report_is_cleaned_back_to_valid_gold(gold) -> None:
    document = gold[0]
    page = noised(document, MENDED, random.Random(5))
    cleaned = clean(page.text)
    back = [cleaned.from_source(span) for span in page.spans]
    assert [(s.start, s.end) for s in back if s] == [(s.start, s.end) for s in document.spans]
    assert not list(lint(document))


def test_hard_line_breaks_lie_inside_paragraphs(gold) -> None:
    page = add_noise(gold[0].text, ["hard line breaks"], random.Random(2))
    assert page.source.count("\n") > gold[0].text.count("\n") + 50
    kept = page.source.replace("\n", "").replace("\u3000", "")
    assert kept == gold[0].text.replace("\n", "").replace("\u3000", "")
    widths = [cells(line) for line in page.source.split("\n")]
    assert max(widths) <= 88


def test_all_furniture_is_known_to_the_cleaner() -> None:
    for line in (*HEAD_FURNITURE, *FOOT_FURNITURE):
        assert any(pattern.fullmatch(line) for pattern in FURNITURE.values()), line


def test_wrong_use_is_refused() -> None:
    with pytest.raises(ValueError, match="'smudges'"):
        add_noise("法治", ["smudges"], random.Random(0))
    with pytest.raises(ValueError, match="empty"):
        add_noise("", [], random.Random(0))
