"""Files and folders that take their name only once they are whole: a broken run leaves no half of one behind."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from fazhi.errors import FazhiError


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """The name of an empty file beside `path` that becomes `path` when the block ends well.

    Raises:
        FazhiError: if it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
    except OSError as error:
        raise FazhiError(f"cannot be written ({error.strerror})", file=path, fix="choose another output path") from None
    new = Path(name)
    try:
        yield new
        new.chmod(0o644)
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise FazhiError(f"cannot be written ({error.strerror})", file=path, fix="choose another output path") from None
    except BaseException:
        new.unlink(missing_ok=True)
        raise


@contextmanager
def replacing(path: Path, encoding: str = "utf-8") -> Iterator[IO[str]]:
    """The same as an open text file."""
    with beside(path) as name, name.open("w", encoding=encoding, newline="") as file:
        yield file


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """An empty folder beside `path` that becomes `path` when the block ends well.

    Raises:
        FazhiError: if there is something at `path` already, or it cannot be written.
    """
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise FazhiError("there is something already", file=path, fix="name a new folder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    except OSError as error:
        raise FazhiError(f"cannot be written ({error.strerror})", file=path, fix="choose another output path") from None
    try:
        yield new
        new.chmod(0o755)
        new.replace(path)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
