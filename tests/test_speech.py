import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi import speech
from fazhi.errors import FazhiError
from fazhi.speech import GROUPS, KINDS, kinds


def test_a_verb_and_the_noun_behind_it_are_told_apart() -> None:
    verb, noun = (2 * GROUPS.index(tag) for tag in ("v", "n"))
    assert kinds("节约资金") == [verb, verb + 1, noun, noun + 1]


@given(st.text(alphabet="法治政府 \n\t建设Aa1２,。😀㐀", max_size=40))
def test_each_character_has_one(text: str) -> None:
    found = kinds(text)
    assert len(found) == len(text)
    assert all(0 <= kind < KINDS for kind in found)


def test_without_the_dictionary_the_way_out_is_named(monkeypatch) -> None:
    speech._tagger.cache_clear()
    monkeypatch.setitem(sys.modules, "jiojio", None)
    with pytest.raises(FazhiError, match="pip install jiojio"):
        kinds("法治")
    monkeypatch.undo()
    speech._tagger.cache_clear()
