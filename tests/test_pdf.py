"""PDF files made on the spot: their text is read page by page, paragraphs are mended by the cleaner."""

from io import BytesIO

import pypdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from fazhi import pdf
from fazhi.errors import ReadError
from fazhi.read import read_source
from fazhi.text import clean

WIDTH = 28  # characters in a line


@pytest.fixture(scope="module", autouse=True)
def font():
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))


def typeset(text: str, lines_a_page: int = 30) -> bytes:
    """A text set as a report is: paragraphs broken by width, page numbers below."""
    lines = []
    for paragraph in text.split("\n"):
        shown = paragraph
        lines += [shown[i : i + WIDTH] for i in range(0, len(shown), WIDTH)]
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for number, at in enumerate(range(0, len(lines), lines_a_page), 1):
        canvas.setFont("STSong-Light", 14)
        for i, line in enumerate(lines[at : at + lines_a_page]):
            canvas.drawString(70, 780 - 22 * i, line)
        canvas.drawString(280, 60, f"- {number} -")
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


REPORT = "某市2023年法治政府建设年度报告\n" + "\n".join(
    f"（{n}）健全行政执法监督机制，全面推行行政执法公示制度，办理行政复议案件{i}58件，推动行政机关负责人出庭应诉，"
    "完善矛盾纠纷多元化解机制，持续提升依法行政能力和水平。"
    for i, n in enumerate("一二三四五六七八九十", 1)
)


def test_lines_and_pages_are_mended_to_paragraphs_and_page_numbers_taken_away(tmp_path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(typeset(REPORT, lines_a_page=7))
    source = read_source(path)
    assert "- 2 -" in source.report.text
    cleaned = clean(source.report)
    assert cleaned.text == REPORT
    assert {"page number", "line break inside a paragraph"} <= {edit.reason for edit in cleaned.edits}


def test_pictures_of_text_are_refused() -> None:
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for _ in range(3):
        canvas.rect(50, 50, 400, 600, fill=1)
        canvas.showPage()
    canvas.save()
    with pytest.raises(ReadError, match=r"pictures of text, no text \(3 pages\).*OCR"):
        pdf.document_text(stream.getvalue(), "scan.pdf")


def test_locked_damaged_and_endless_files_are_named(monkeypatch) -> None:
    data = typeset(REPORT)
    writer = pypdf.PdfWriter(clone_from=BytesIO(data))
    writer.encrypt("secret")
    stream = BytesIO()
    writer.write(stream)
    with pytest.raises(ReadError, match="locked with a password"):
        pdf.document_text(stream.getvalue(), "locked.pdf")
    with pytest.raises(ReadError, match="a damaged PDF file"):
        pdf.document_text(b"%PDF-1.7\nnothing", "bad.pdf")
    monkeypatch.setattr(pdf, "MOST_PAGES", 0)
    with pytest.raises(ReadError, match="pages are no single report"):
        pdf.document_text(data, "long.pdf")
