"""Labels in and out of the tools that people annotate with.

Each format is a module with `read`, which gives drafts, and `write`, which tells what it had to leave out. A draft
becomes gold only after each of its spans has been compared with its text (`fazhi.exchange.drafts.settle`).
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from fazhi.annotations.documents import GoldDocument
from fazhi.errors import FazhiError
from fazhi.exchange.drafts import Mend, settle, unique

FORMATS: dict[str, str] = {
    "doccano": "doccano",
    "label-studio": "label_studio",
    "brat": "brat",
    "prodigy": "prodigy",
    "conll": "conll",
    "inline": "markup",
    "spacy": "spacy_docs",
    "datasets": "hugging_face",
}


def format_module(name: str) -> Any:
    """The module of a format.

    Raises:
        FazhiError: if there is none of that name.
    """
    if name not in FORMATS:
        raise FazhiError(f"no format is called {name!r}", fix=f"use one of {', '.join(FORMATS)}")
    return import_module(f"fazhi.exchange.{FORMATS[name]}")


def read(
    path: Path, name: str, *, labels: Mapping[str, str] | None = None, repair: bool = False
) -> tuple[list[GoldDocument], list[Mend]]:
    """Gold from a tool's file or folder, and what was mended.

    Args:
        path: The file or folder.
        name: The format, one of `FORMATS`.
        labels: Our label for a tool's label.
        repair: Mend offsets where there is only one way to.

    Raises:
        AnnotationError: for the first thing that is wrong; nothing is given then.
    """
    mends: list[Mend] = []
    found = []
    for draft in format_module(name).read(path):
        document, mended = settle(draft, labels=labels, repair=repair)
        mends += mended
        found.append((document, draft))
    return unique(found), mends


def write(documents: Iterable[GoldDocument], path: Path, name: str) -> list[str]:
    """Write gold in a tool's format; sentences on what the format could not hold.

    Raises:
        FazhiError: if it cannot be written; nothing is left behind then.
    """
    notes: list[str] = format_module(name).write(documents, path)
    return notes
