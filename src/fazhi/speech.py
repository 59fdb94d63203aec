"""Parts of speech, for an encoder to learn: for each character its word's, and whether it begins the word.

A small encoder of single characters knows few words: that 成交 is a verb and 项目 a noun decides where a metric begins.
jiojio tells both in context (conditional random fields on features of characters). It is asked when an encoder is
adapted, never later. It is under the GPL, version 3, which does not reach to what it says of a text.
"""

import importlib
import io
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from typing import Any

from fazhi.errors import FazhiError

GROUPS = (
    "a",
    "ad",
    "an",
    "c",
    "d",
    "f",
    "m",
    "n",
    "nr",
    "ns",
    "nt",
    "nz",
    "p",
    "q",
    "r",
    "s",
    "t",
    "u",
    "v",
    "vi",
    "w",
)
"""jiojio's tags; all others stand together."""
KINDS = 2 * (len(GROUPS) + 1)
"""Two for each part of speech, the others last: a word's first character, and its further ones."""


def kinds(text: str) -> list[int]:
    """The kind of each character, from 0 to `KINDS` - 1.

    Raises:
        FazhiError: if jiojio is not installed, or gives other characters than the text has.
    """
    found: list[int] = []
    for word, tag in _tagger().cut(text) if text else ():
        group = GROUPS.index(tag) if tag in GROUPS else len(GROUPS)
        found += [2 * group, *[2 * group + 1] * (len(word) - 1)]
    if len(found) != len(text):
        raise FazhiError(
            f"jiojio gives {len(found)} characters of {len(text)} in {text[:20]!r}…",
            fix="adapt without parts of speech",
        )
    return found


@cache
def _tagger() -> Any:
    """The package, which greets on standard output when it is imported."""
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            package = importlib.import_module("jiojio")
    except ImportError:
        fix = "pip install jiojio, or adapt without parts of speech"
        raise FazhiError("jiojio is not installed", fix=fix) from None
    package.init(pos=True)
    return package
