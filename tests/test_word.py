"""Word documents made on the spot: what they show is read, in order, with the numbers that Word makes up."""

import zipfile
from io import BytesIO

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from fazhi import word
from fazhi.errors import ReadError
from fazhi.read import read_source
from fazhi.sections import sections
from fazhi.text import clean

NUMBERING = """
<w:numbering {ns}>
<w:abstractNum w:abstractNumId="7"><w:multiLevelType w:val="multilevel"/>
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="8">
<w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimalEnclosedCircle"/><w:lvlText w:val="%1"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="●"/></w:lvl>
</w:abstractNum>
<w:num w:numId="70"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="80"><w:abstractNumId w:val="8"/></w:num>
</w:numbering>"""


def saved(document) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def text_of(document) -> str:
    return word.document_text(saved(document), "a.docx")


def numbered(document, text: str, num: int, level: int):
    paragraph = document.add_paragraph(text)
    xml = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(parse_xml(xml))
    return paragraph


@pytest.fixture
def document():
    found = docx.Document()
    part = found.part.numbering_part
    part._element = parse_xml(NUMBERING.format(ns=nsdecls("w")))
    return found


def test_paragraphs_and_tables_come_in_order() -> None:
    document = docx.Document()
    document.add_paragraph("某市2023年法治政府建设年度报告")
    table = document.add_table(rows=2, cols=3)
    for row, texts in zip(table.rows, [("指标", "件数", "率"), ("复议", "12", "98%")], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.rows[1].cells[1].merge(table.rows[1].cells[2])
    document.add_paragraph("特此报告。")
    lines = text_of(document).split("\n")
    assert lines == ["某市2023年法治政府建设年度报告", "指标|件数|率", "复议", "12", "98%", "特此报告。"]


def test_numbers_that_word_makes_up_are_there_and_make_the_heading_tree(document) -> None:
    for text, level in (
        ("主要做法", 0), ("依法决策", 1), ("规范执法", 1), ("公示", 2), ("记录", 2), ("存在不足", 0), ("力量不足", 1),
    ):  # fmt: skip
        numbered(document, text, 70, level)
    numbered(document, "其他", 80, 0)
    numbered(document, "又", 80, 0)
    numbered(document, "点", 80, 1)
    text = text_of(document)
    assert text.split("\n")[:7] == [
        "一、主要做法", "（一）依法决策", "（二）规范执法", "1.公示", "2.记录", "二、存在不足", "（一）力量不足",
    ]  # fmt: skip
    assert text.split("\n")[7:] == ["③其他", "④又", "点"]
    assert [s.level for s in sections(text.replace("\n", "。推进改革。\n"))][:5] == [0, 1, 1, 2, 2]


def test_numbers_of_styles_count_too(document) -> None:
    style = document.styles["Heading 1"]
    style.element.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="70"/></w:numPr>'))
    document.add_heading("主要做法", 1)
    document.add_heading("下一步打算", 1)
    assert text_of(document) == "一、主要做法\n二、下一步打算"


def test_tracked_insertions_are_read_and_deletions_are_not() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("办理案件")
    for tag, inner, text in (("ins", "t", "358件"), ("del", "delText", "12件")):
        xml = f'<w:{tag} {nsdecls("w")} w:id="1" w:author="a"><w:r><w:{inner}>{text}</w:{inner}></w:r></w:{tag}>'
        paragraph._p.append(parse_xml(xml))
    moved = f'<w:moveFrom {nsdecls("w")} w:id="2" w:author="a"><w:r><w:t>移走</w:t></w:r></w:moveFrom>'
    paragraph._p.append(parse_xml(moved))
    paragraph.add_run("。").add_break()
    paragraph.add_run("\t下一行")
    assert text_of(document) == "办理案件358件。\n\t下一行"


def test_offsets_of_a_document_lead_into_the_text_that_it_shows(tmp_path, gold) -> None:
    document = docx.Document()
    for line in gold[0].text.split("\n"):
        document.add_paragraph("　　" + line)
    path = tmp_path / "报告 2023.docx"
    path.write_bytes(saved(document))
    source = read_source(path)
    cleaned = clean(source.report)
    assert cleaned.text == gold[0].text
    for span in gold[0].spans:
        place = cleaned.to_source(span)
        assert place.of(source.report.source) == span.of(gold[0].text)


def test_a_zip_bomb_is_refused_unpacked(monkeypatch, document) -> None:
    monkeypatch.setattr(word, "MOST_UNPACKED", 2000)
    with pytest.raises(ReadError, match="no report does"):
        text_of(document)


def test_other_archives_and_damage_are_named() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
    with pytest.raises(ReadError, match="not a Word document"):
        word.document_text(stream.getvalue(), "a.xlsx")
    whole = saved(docx.Document())
    with pytest.raises(ReadError, match="damaged"):
        word.document_text(whole[: len(whole) // 2], "a.docx")
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(whole)) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.infolist():
            new.writestr(part.filename, b"<broken" if part.filename == "word/document.xml" else old.read(part))
    with pytest.raises(ReadError, match="a damaged Word document") as error:
        word.document_text(stream.getvalue(), "a.docx")
    assert "\n" not in str(error.value)
