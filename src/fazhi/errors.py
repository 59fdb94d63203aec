"""Errors for people: what is wrong, where it stands, how to mend it."""

from pathlib import Path


class FazhiError(Exception):
    """A problem with the user's input, told in one sentence.

    Args:
        what: What is wrong, without a full stop.
        file: The file it was found in, if any.
        place: Where in the file: a line, an offset, a key.
        fix: What the user can do about it, without a full stop.
    """

    def __init__(
        self, what: str, *, file: str | Path | None = None, place: str | None = None, fix: str | None = None
    ) -> None:
        self.what = what
        self.file = str(file) if file is not None else None
        self.place = place
        self.fix = fix
        super().__init__(what)

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.place) if part)
        message = f"{where}: {self.what}" if where else self.what
        return f"{message}; {self.fix}" if self.fix else message

    def located(self, *, file: str | Path, place: str | None = None) -> "FazhiError":
        """The same error with a file (and place) put in where none was known."""
        return type(self)(self.what, file=self.file or file, place=place or self.place, fix=self.fix)


class ReadError(FazhiError):
    """A file that cannot be read as a report."""


class AnnotationError(FazhiError):
    """Gold or imported annotation that breaks its contract."""


class ModelError(FazhiError):
    """A model or encoder directory that is incomplete, damaged or does not fit."""


class FazhiWarning(UserWarning):
    """Something that the user should know although the work went on."""
