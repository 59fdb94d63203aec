import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.clauses import delimiters, segments, sentences

text_strategy = st.text(alphabet="法治审结件12,，.。;:：！\n、()（）《》“” 一是其中同时①", max_size=60)


def pieces(text: str) -> list[str]:
    return [s.of(text) for s in segments(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("印发意见,建立制度。", ["印发意见", "建立制度"]),
        ("印发《甲,乙》和(丙,丁),建立“戊。己”制度", ["印发《甲,乙》和(丙,丁)", "建立“戊。己”制度"]),
        ("一是推进改革；二是强化监督", ["推进改革", "强化监督"]),
        ("同时,此外，开展培训", ["开展培训"]),
        ("其中受理5件", ["受理5件"]),
        ("1.加强学习 \n(2)开展督察", ["加强学习", "开展督察"]),
        ("学习、培训、考核", ["学习、培训、考核"]),
        ("发布信息1,234条,增长1.5%", ["发布信息1,234条", "增长1.5%"]),
        ("来源(未完,续\n下一段,完", ["来源(未完", "续", "下一段", "完"]),
        ("显著优势”,近年来", ["显著优势”", "近年来"]),
        ("最后一公里打通", ["最后一公里打通"]),
        ("●开展培训\n◆ 强化监督\n——推进公开\n- 严格执法", ["开展培训", "强化监督", "推进公开", "严格执法"]),
        ("1）加强学习\n⑵开展督察\n第三、推进公开", ["加强学习", "开展督察", "推进公开"]),
        ("第一、二季度开展督察,-5℃", ["第一、二季度开展督察", "-5℃"]),
        (",,。\n", []),
    ],
)
def test_segments(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@given(text_strategy)
def test_segments_are_disjoint_ordered_and_trimmed(text: str) -> None:
    found = segments(text)
    borders = set(delimiters(text))
    for span in found:
        assert span.of(text) == span.of(text).strip()
        assert not borders & set(range(span.start, span.end))
    for first, second in zip(found, found[1:], strict=False):
        assert first.end < second.start


@given(text_strategy)
def test_sentences_cover_all_but_line_breaks(text: str) -> None:
    covered = [i for s in sentences(text) for i in range(s.start, s.end)]
    assert covered == sorted(set(covered))
    assert all(text[i] == "\n" for i in set(range(len(text))) - set(covered))


@given(text_strategy)
def test_each_segment_lies_in_one_sentence(text: str) -> None:
    bounds = sentences(text)
    assert all(sum(s.contains(span) for s in bounds) == 1 for span in segments(text))
