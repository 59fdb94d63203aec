"""Files to decoded source text and the report in it. All offsets of results count characters of the decoded source."""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer

from fazhi import pdf, word
from fazhi.errors import ReadError
from fazhi.pages import main_text, shown_text
from fazhi.text import MappedText

# What official Chinese text comes in; anything else is more likely a mistake than a report.
CHINESE_ENCODINGS = ("utf_8", "gb18030", "big5", "utf_16_le", "utf_16_be")
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
DOCUMENTS: dict[bytes, Callable[[bytes, Path], str]] = {b"%PDF": pdf.document_text, b"PK\x03\x04": word.document_text}
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
# Streams of an OLE file that hold a locked document instead of an old one.
LOCKED = "EncryptedPackage".encode("utf-16-le")
OTHER_FILES = {
    b"{\\rtf": "an RTF file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"\x1f\x8b": "a compressed file",
}
HTML = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml)\b", re.IGNORECASE)
DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{2,20})", re.IGNORECASE)
# Pages that declare the small code often use characters of the large one.
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030"}
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
SUBJECT = re.compile("法治|依法|行政|執法|执法")
FEWEST_HAN = 200
MOST_BYTES = 100 * 2**20
"""A larger file is no single report."""
FEWEST_SUBJECT_WORDS = 3
# Of the characters of a decoded Chinese text, at least this share is Chinese; a wrong encoding falls below it.
LEAST_HAN_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Source:
    """What a file holds.

    Attributes:
        report: The report as found, each character with its place in the decoded file (`report.source`).
        shown: All that the file shows to a reader, page heads and index tables included: where metadata may stand.
    """

    report: MappedText
    shown: str


def read_source(path: str | Path, encoding: str | None = None) -> Source:
    """Read a report from a text file, an HTML page, a Word document (.docx) or a PDF file with text.

    What a file is, its first bytes tell, not its name. The decoded source of a document is the text that it shows.

    Args:
        path: The file.
        encoding: Its encoding, for text and pages; by default it is found out.

    Raises:
        ReadError: if the file cannot be read, holds no text, is of another kind, or is larger than `MOST_BYTES`.
    """
    path = Path(path)
    data = _bytes(path)
    for magic, document_text in DOCUMENTS.items():
        if data.startswith(magic):
            text = document_text(data, path)
            return Source(MappedText.of(text), text)
    text = _text(data, path, encoding)
    if not HTML.match(text):
        return Source(MappedText.of(text), text)
    report = main_text(text)
    if not report.text.strip():
        raise ReadError(
            "the page shows no text that could be a report", file=path, fix="save the text that it shows as .txt"
        )
    return Source(report, shown_text(text).text)


def read_text(path: str | Path, encoding: str | None = None) -> str:
    """Read a text file or the source of an HTML page in any encoding that Chinese reports come in.

    Args:
        path: The file.
        encoding: Its encoding; by default it is found out.

    Returns:
        The decoded text, line ends as they are, without byte order mark.

    Raises:
        ReadError: if the file is missing, a folder, empty, too large, binary or cannot be decoded.
    """
    path = Path(path)
    return _text(_bytes(path), path, encoding)


def _bytes(path: Path) -> bytes:
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise ReadError(
                f"{size / 2**20:.0f} MiB are no single report",
                file=path,
                fix=f"keep it below {MOST_BYTES // 2**20} MiB, without pictures",
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise ReadError("no such file", file=path, fix="check the path") from None
    except IsADirectoryError:
        raise ReadError("this is a folder", file=path, fix="name the files in it, such as FOLDER/*.txt") from None
    except OSError as error:
        raise ReadError(f"cannot be opened ({error.strerror})", file=path, fix="check its permissions") from None
    if not data.strip() or data in BYTE_ORDER_MARKS:
        raise ReadError("the file is empty", file=path, fix="save the report's text in it")
    return data


def _text(data: bytes, path: Path, encoding: str | None) -> str:
    if data.startswith(OLD_OFFICE):
        if LOCKED in data:
            raise ReadError("the document is locked with a password", file=path, fix="save it without one")
        raise ReadError("this is an old Word or Excel file (.doc)", file=path, fix="save it as .docx or .txt")
    for magic, kind in OTHER_FILES.items():
        if data.startswith(magic):
            raise ReadError(f"this is {kind}, not a text file", file=path, fix="save the report as plain text (.txt)")
    text = _decode(data, path, encoding).removeprefix("\ufeff")
    if "\x00" in text:
        raise ReadError(
            "binary data, not text",
            file=path,
            place=f"character {text.index(chr(0))}",
            fix="save it as plain text",
        )
    return text


def _decode(data: bytes, path: Path, encoding: str | None) -> str:
    if encoding is not None:
        try:
            return data.decode(encoding)
        except LookupError:
            raise ReadError(f"unknown encoding {encoding!r}", file=path, fix="name one such as gb18030") from None
        except UnicodeDecodeError as error:
            raise ReadError(
                f"not {encoding} text",
                file=path,
                place=f"byte {error.start}",
                fix="leave the encoding to be found out",
            ) from None
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        return data.decode(marked)
    except UnicodeDecodeError:
        declared = _decode_as_declared(data)
        if declared is not None:
            return declared
        best = charset_normalizer.from_bytes(data, cp_isolation=list(CHINESE_ENCODINGS)).best()
    if best is not None:
        text = data.decode(best.encoding)
        if len(HAN.findall(text)) >= LEAST_HAN_SHARE * len(text):
            return text
    raise ReadError(
        f"not text in {', '.join(name.replace('_', '-') for name in CHINESE_ENCODINGS)}",
        file=path,
        place=f"byte {max(_first_fault(data, name) for name in (marked, 'gb18030'))}",
        fix="mend the file there, or name its encoding",
    )


def _decode_as_declared(data: bytes) -> str | None:
    """A page decoded as its head says, if it says so rightly."""
    found = DECLARED.search(data, 0, 4096)
    if found is None:
        return None
    name = found.group(1).decode("ascii").lower()
    try:
        return data.decode(WIDER.get(name, name))
    except (LookupError, UnicodeDecodeError):
        return None


def _first_fault(data: bytes, encoding: str) -> int:
    """The first byte that an encoding cannot read; 0 if it reads them all, to something that is no Chinese text."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return 0


def check_is_report(text: str, path: str | Path) -> None:
    """Refuse what cannot be a report on building a law-based government.

    Raises:
        ReadError: if the text has too few Chinese characters or hardly mentions law and administration.
    """
    han = len(HAN.findall(text))
    if han < FEWEST_HAN:
        raise ReadError(
            f"no report: only {han} Chinese characters",
            file=path,
            fix=f"give a text of at least {FEWEST_HAN}",
        )
    if len(SUBJECT.findall(text)) < FEWEST_SUBJECT_WORDS:
        raise ReadError(
            "no report on building a law-based government: it hardly speaks of 法治, 依法, 行政 or 执法",
            file=path,
            fix="leave it out, or force it with --any-text",
        )
