"""Words: spacy-pkuseg's segmentation mapped without loss to the characters of the text, white space included."""

import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from fazhi.errors import FazhiError, ModelError
from fazhi.types import CharSpan

# pkuseg keeps its settings in module-wide state: these files must be there before it is asked to load them.
FILES = ("features.msgpack", "weights.npz")
_RUN = re.compile(r"\s+|\S+")


class Segmenter:
    """Splits text into words with a pkuseg model read from a folder; nothing is ever fetched from a network.

    Args:
        folder: A model folder as `spacy_pkuseg.train` writes it.

    Raises:
        FazhiError: if spacy-pkuseg is not installed.
        ModelError: if the folder lacks a file or its content cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        for name in FILES:
            if not (folder / name).is_file():
                raise ModelError("the file is missing", file=folder / name, fix="give the folder of a pkuseg model")
        self.folder = folder
        self._pkuseg = _load(str(folder.resolve()))

    def save(self, folder: Path) -> None:
        """Copy the model's files to another folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            shutil.copyfile(self.folder / name, folder / name)

    def words(self, text: str) -> list[CharSpan]:
        """The words of a text in order. Together they cover it; a run of white space is a word of its own."""
        found = []
        for run in _RUN.finditer(text):
            at = run.start()
            lengths = [len(run.group())] if run.group().isspace() else map(len, self._pkuseg.cut(run.group()))
            for length in lengths:
                found.append(CharSpan(at, at + length))
                at += length
            if at != run.end():  # pkuseg folds single characters only, so lengths always add up
                raise ModelError(
                    f"pkuseg gave words of {at - run.start()} characters for {len(run.group())}",
                    place=f"offset {run.start()}",
                    fix="report this text as a bug",
                )
        return found


@cache
def _load(folder: str) -> Any:
    try:
        import spacy_pkuseg
    except ImportError:
        raise FazhiError("spacy-pkuseg is not installed", fix="pip install 'fazhi[pkuseg]'") from None
    try:
        return spacy_pkuseg.pkuseg(folder, user_dict=None)
    except Exception as error:  # a damaged file raises whatever its parser raises
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"no pkuseg model could be read ({reason})", file=folder, fix="copy the folder again"
        ) from None
