"""Word documents (.docx) to the text that they show: paragraphs and tables in order, with their automatic numbers.

python-docx opens the file; what its `paragraph.text` leaves out is read here: the numbers that Word makes up (一、
（一） 1.), which carry the heading tree, text in tracked insertions and in text boxes. What a tracked change deleted is
left out.
"""

import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from fazhi.errors import ReadError

MOST_UNPACKED = 256 * 2**20
"""Bytes that the parts of a document may unpack to; more is no report but a zip bomb."""

CELL = "|"
_DIGITS = "零一二三四五六七八九"
_TEXT = ".//w:t | .//w:tab | .//w:br | .//w:cr | .//w:noBreakHyphen"
_UNSEEN = {qn("w:del"), qn("w:moveFrom"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}


def document_text(data: bytes, path: str | Path) -> str:
    """The text of a Word document, a paragraph or table row a line.

    Args:
        data: The file.
        path: Its name, for messages.

    Raises:
        ReadError: if the file is damaged, locked with a password, no Word document, or unpacks to too much.
    """
    _check(data, path)
    try:
        document = docx.Document(BytesIO(data))
        numbers = _Numbers(document)
        return "\n".join(_lines(document, numbers))
    except ReadError:
        raise
    except Exception as error:  # damaged parts make lxml and python-docx raise whatever they like
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
        raise ReadError(
            f"a damaged Word document ({reason})", file=path, fix="open it in a word processor and save it again"
        ) from None


def _check(data: bytes, path: str | Path) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ReadError(
            f"a damaged Word, Excel or zip file ({error})", file=path, fix="copy it again, or save the report as .txt"
        ) from None
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        size = sum(part.file_size for part in parts) // 2**20
        raise ReadError(
            f"it unpacks to {size} MiB, no report does", file=path, fix=f"keep it below {MOST_UNPACKED // 2**20} MiB"
        )
    if "word/document.xml" not in {part.filename for part in parts}:
        raise ReadError("this is an Excel or zip file, not a Word document", file=path, fix="save the report as .docx")


def _lines(container: Any, numbers: "_Numbers") -> Iterator[str]:
    for block in container.iter_inner_content():
        if isinstance(block, Paragraph):
            yield numbers.of(block) + _shown(block._p)
        elif isinstance(block, Table):
            yield from _rows(block, numbers)


def _rows(table: Table, numbers: "_Numbers") -> Iterator[str]:
    """A row is a line, unless a cell holds several paragraphs: then each of these is one."""
    for row in table.rows:
        cells = []
        seen = set()
        for cell in row.cells:
            if id(cell._tc) not in seen:  # a merged cell comes once for each column it covers
                seen.add(id(cell._tc))
                cells.append([line for line in _lines(cell, numbers) if line.strip()])
        if any(len(lines) > 1 for lines in cells):
            yield from (line for lines in cells for line in lines)
        else:
            yield CELL.join(line for lines in cells for line in lines)


def _shown(paragraph: Any) -> str:
    parts = []
    for node in paragraph.xpath(_TEXT):
        if any(ancestor.tag in _UNSEEN for ancestor in node.iterancestors()):
            continue
        name = node.tag.rpartition("}")[2]
        parts.append({"t": node.text or "", "tab": "\t", "noBreakHyphen": "-"}.get(name, "\n"))
    return "".join(parts)


class _Numbers:
    """The numbers that Word puts before paragraphs, counted as it counts them."""

    def __init__(self, document: Any) -> None:
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._levels: dict[str, tuple[str, dict[int, tuple[str, str, int]]]] = {}
        part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        if part is None:
            return
        root = part.element
        abstract = {node.get(qn("w:abstractNumId")): node for node in root.findall(qn("w:abstractNum"))}
        for num in root.findall(qn("w:num")):
            name = num.find(qn("w:abstractNumId")).get(qn("w:val"))
            levels = {
                int(level.get(qn("w:ilvl"))): (
                    _value(level, "w:numFmt", "decimal"),
                    _value(level, "w:lvlText", ""),
                    int(_value(level, "w:start", "1")),
                )
                for level in abstract[name].findall(qn("w:lvl"))
            }
            self._levels[num.get(qn("w:numId"))] = (name, levels)

    def of(self, paragraph: Paragraph) -> str:
        """The number of the next paragraph, or nothing."""
        found = self._place(paragraph)
        if found is None or found[0] not in self._levels:
            return ""
        name, levels = self._levels[found[0]]
        level = found[1]
        if level not in levels:
            return ""
        counts = self._counts[name]
        counts[level] = counts.get(level, levels[level][2] - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        kind, text, _ = levels[level]
        if kind in ("bullet", "none"):
            return ""
        for other, (kind, _, start) in levels.items():
            text = text.replace(f"%{other + 1}", _FORMATS.get(kind, str)(counts.get(other, start)))
        return text

    def _place(self, paragraph: Paragraph) -> tuple[str, int] | None:
        """List and level of a paragraph, from itself or its style."""
        sources = [paragraph._p.pPr]
        style = paragraph.style
        while style is not None:
            sources.append(style.element.pPr)
            style = style.base_style
        level = None
        for properties in sources:
            numbering = None if properties is None else properties.find(qn("w:numPr"))
            if numbering is None:
                continue
            if level is None and (node := numbering.find(qn("w:ilvl"))) is not None:
                level = int(node.get(qn("w:val")))
            if (node := numbering.find(qn("w:numId"))) is not None:
                return node.get(qn("w:val")), level or 0
        return None


def _value(node: Any, name: str, default: str) -> str:
    found = node.find(qn(name))
    value: str | None = None if found is None else found.get(qn("w:val"))
    return default if value is None else value


def _chinese(number: int) -> str:
    """一, 十, 十一, 二十 … 九十九; larger numbers in digits, as lists of reports never get there."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)


_FORMATS: dict[str, Callable[[int], str]] = {
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "ideographDigital": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "lowerLetter": lambda number: chr(ord("a") + (number - 1) % 26),
    "upperLetter": lambda number: chr(ord("A") + (number - 1) % 26),
    "decimalZero": lambda number: f"{number:02d}",
}
