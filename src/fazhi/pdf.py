"""PDF files with text to that text, page by page, a line a line. Scanned pages are refused: they hold no text."""

from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from fazhi.errors import ReadError

FEWEST_CHARACTERS_A_PAGE = 20
MOST_PAGES = 500


def document_text(data: bytes, path: str | Path) -> str:
    """The text of a PDF file; lines as they are set, pages one after the other.

    Args:
        data: The file.
        path: Its name, for messages.

    Raises:
        ReadError: if the file is damaged, locked with a password, too long for a report, or holds pictures of text
            instead of text.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise ReadError("the PDF file is locked with a password", file=path, fix="save it without one") from None
        raise ReadError(f"a damaged PDF file ({error})", file=path, fix="copy or download it again") from None
    with document:
        if len(document) > MOST_PAGES:
            raise ReadError(
                f"{len(document)} pages are no single report", file=path, fix=f"split it at {MOST_PAGES} pages"
            )
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_range().replace("\r\n", "\n").replace("\r", "\n").strip("\n"))
            text.close()
            page.close()
    if sum(map(len, pages)) < FEWEST_CHARACTERS_A_PAGE * max(1, len(pages)):
        raise ReadError(
            f"the PDF file holds pictures of text, no text ({len(pages)} pages)",
            file=path,
            fix="recognise the text first (OCR), then save it as .txt or .docx",
        )
    # pdfium marks a hyphen at the end of a line with U+FFFE, which the cleaner takes away.
    return "\n".join(pages)
