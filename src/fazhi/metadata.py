"""Title, issuer, region, year, document number and date of a report. What the text does not say stays absent."""

import datetime
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from fazhi.clauses import LIST_WORD

HAN = "\u4e00-\u9fff"
SUBJECT = f"法治政府(?:部门|机关)?建设|法治(?:[{HAN}]{{2}})?建设|建设法治政府|依法行政|依法治[{HAN}]|法治工作"
KIND = "报告|情况|总结|小结|综述|进展|公告|公报|年报|通报|汇报|的函|(?:工作|来年|年)(?:计划|打算|安排|思路)"
# A title is a line, or a cell of an index table, that names subject and kind and ends with the kind.
TITLE = re.compile(rf"[^\n|。;；]{{0,60}}(?:{SUBJECT})[^\n|。;；]{{0,40}}?(?:{KIND})(?=\s*(?:$|\n|\|))")
SENDING = "报送|印发|上报|公布|发布"
ISSUER = re.compile(
    rf"^(?:关于(?:{SENDING})?)?(?!关于|{SENDING})(?P<issuer>[{HAN}]{{2,30}}?)"
    r"(?:关于|(?=(?:19|20)\d{2})|[二〇○零一二三四五六七八九]{4}年)"
)
REGION = re.compile(
    r"^[\u4e00-\u9fff]{2,12}?(?:特别行政区|自治区|自治州|自治县|自治旗|(?<!城)(?<!镇)[省市区县旗盟州镇乡]|街道|苏木)"
)
NUMBER = re.compile(r"[\u4e00-\u9fff]{1,10}[〔\[［【(（](?:19|20)\d{2}[〕\]］】)）]\s*(?:第)?\d{1,4}\s*号")
YEAR = re.compile(r"((?:19|20)\d{2})\s*年")
CHINESE_DIGITS = {digit: i for i, digit in enumerate("零一二三四五六七八九")} | dict.fromkeys("〇○", 0)
CHINESE_YEAR = re.compile(f"(二[{''.join(CHINESE_DIGITS)}]{{3}})年")
SCOPE_YEAR = re.compile(rf"((?:19|20)\d{{2}})\s*年?(?:度|以来)?[^\n。]{{0,12}}?(?:{SUBJECT})")
OPENING_YEAR = re.compile(
    rf"(?:^|[\n。,，;；])((?:19|20)\d{{2}})年(?:度|以来|来|间|里|[,，]|[{HAN}]{{0,3}}(?:政府|人民|我))", re.MULTILINE
)
DATE = re.compile(r"((?:19|20)\d{2})\s*(?:年|[-./])\s*(1[0-2]|0?[1-9])\s*(?:月|[-./])\s*(3[01]|[12]\d|0?[1-9])\s*日?")
PUBLISHED = re.compile(rf"(?:发布|公开|发文|上网)(?:时间|日期)[\s|]*[:：]?[\s|]*(?P<date>{DATE.pattern})")
# What a title carries before the issuer: a document number run into it.
LEADING_NUMBER = re.compile(rf"^.{{0,4}}?{NUMBER.pattern}")
HEAD_CHARACTERS = 600
TAIL_CHARACTERS = 200
LONGEST_SIGNATURE = 40


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a report says of itself; None where it says nothing.

    Attributes:
        title: Its title as written.
        issuer: The body that the title names as its author.
        region: The leading region name of the issuer.
        year: The year reported on.
        document_number: As written, such as 海政〔2024〕12号.
        date: The date of signature or, failing that, of publication, as YYYY-MM-DD.
        published: The date that the page names as that of its publication, as YYYY-MM-DD.
    """

    title: str | None = None
    issuer: str | None = None
    region: str | None = None
    year: int | None = None
    document_number: str | None = None
    date: str | None = None
    published: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


def metadata(text: str, source: str | None = None) -> Metadata:
    """Read the metadata of a report.

    Args:
        text: The cleaned report.
        source: The report as found. Page heads and index tables, which cleaning takes away, often hold what the
            report itself does not say; they are asked second.
    """
    found = _read(text)
    if source is None:
        return found
    second = _read(source)
    return Metadata(
        **{name: value if value is not None else getattr(second, name) for name, value in asdict(found).items()}
    )


def _read(text: str) -> Metadata:
    head = text[:HEAD_CHARACTERS]
    title = _title(head)
    issuer = _issuer(title)
    region = REGION.match(issuer) if issuer else None
    return Metadata(
        title=title,
        issuer=issuer,
        region=region.group() if region else None,
        year=_year(title, text),
        document_number=_number(head),
        date=_date(text),
        published=_published(text),
    )


def _title(head: str) -> str | None:
    found = [
        re.sub(r"\s+", "", LEADING_NUMBER.sub("", match.group().strip()))
        for match in TITLE.finditer(head)
        if LIST_WORD.match(match.group()) is None
    ]
    return max(found, key=len) if found else None


def _issuer(title: str | None) -> str | None:
    match = ISSUER.match(title) if title else None
    return match["issuer"] if match else None


def _year(title: str | None, text: str) -> int | None:
    """The year in the title, or else the first that the opening ties to the subject, or that begins a clause there."""
    if title and (match := YEAR.search(title)):
        return int(match[1])
    if title and (match := CHINESE_YEAR.search(title)):
        return int("".join(str(CHINESE_DIGITS[digit]) for digit in match[1]))
    head = text[:HEAD_CHARACTERS]
    match = SCOPE_YEAR.search(head) or OPENING_YEAR.search(head)
    return int(match[1]) if match else None


def _number(head: str) -> str | None:
    """The first document number that leads a line or stands in a cell of its own, not one cited in a sentence."""
    for line in head.splitlines():
        for cell in line.split("|"):
            match = NUMBER.match(cell.strip())
            if match:
                return re.sub(r"\s+", "", match.group())
    return None


def _date(text: str) -> str | None:
    """The first date in a short line at the end, or else the first in a short line or cell at the start."""
    tail = [d for line in text[-TAIL_CHARACTERS:].splitlines() for d in _short_line_dates(line)]
    if tail:
        return tail[0]
    head = [
        d for line in text[:HEAD_CHARACTERS].splitlines() for cell in line.split("|") for d in _short_line_dates(cell)
    ]
    return head[0] if head else None


def _published(text: str) -> str | None:
    """The date behind words such as 发布日期, at the head of a page or in its index table."""
    match = PUBLISHED.search(text[: 2 * HEAD_CHARACTERS])
    found = _short_line_dates(match["date"]) if match else []
    return found[0] if found else None


def _short_line_dates(line: str) -> list[str]:
    if len(line.strip()) > LONGEST_SIGNATURE:
        return []
    found = []
    for year, month, day in DATE.findall(line):
        with suppress(ValueError):  # 2月31日 is no date
            found.append(datetime.date(int(year), int(month), int(day)).isoformat())
    return found
