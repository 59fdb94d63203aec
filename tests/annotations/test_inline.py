import pytest

from fazhi.annotations.inline import parse, render
from fazhi.errors import AnnotationError

EXAMPLE = (
    "<M>办理<T1>市人大代表建议</T1><Q1>358件</Q1>、<T2>市政协委员提案</T2><Q2>5件</Q2></M>,"
    "<T3>办结率</T3>和<T3>满意率</T3>均达<Q3>100%</Q3>。<S><T>败诉率</T>仍然较高</S>。"
)


def test_the_specifications_example() -> None:
    found = parse(EXAMPLE)
    assert found.text == "办理市人大代表建议358件、市政协委员提案5件,办结率和满意率均达100%。败诉率仍然较高。"
    assert [s.of(found.text) for s in found.spans if s.label == "QUANTITY"] == ["358件", "5件", "100%"]
    linked = [(found.spans[k.quantity].of(found.text), found.spans[k.metric].of(found.text)) for k in found.links]
    assert linked == [
        ("358件", "市人大代表建议"),
        ("5件", "市政协委员提案"),
        ("100%", "办结率"),
        ("100%", "满意率"),
    ]


def test_render_is_the_inverse() -> None:
    found = parse(EXAMPLE)
    assert render(found.text, found.spans, found.links) == EXAMPLE


def test_real_gold_survives_the_round_trip(gold) -> None:
    for document in gold:
        again = parse(render(document.text, document.spans, document.links))
        assert (again.text, again.spans, set(again.links)) == (
            document.text,
            document.spans,
            set(document.links),
        )


def test_numbers_start_again_in_the_next_sentence() -> None:
    found = parse("<T1>甲</T1><Q1>1件</Q1>。<T1>乙</T1><Q1>2件</Q1>。")
    assert len(found.links) == 2


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ("<M>办理", "<M> is never closed"),
        ("办理</M>", "no tag to close"),
        ("<M>办<T>理</M></T>", "</M> stands where </T> belongs"),
        ("<M></M>办理", "<M> holds no text"),
        ("<T1>建议</T1>。<Q1>5件</Q1>", "no partner in its sentence"),
        ("<M1>办理</M1>", "only METRIC and QUANTITY"),
    ],
)
def test_broken_markup_is_named_with_its_place(markup: str, message: str) -> None:
    with pytest.raises(AnnotationError, match="line 1, column") as error:
        parse(markup)
    assert message in str(error.value)
