import pytest

from fazhi.errors import ReadError
from fazhi.read import MOST_BYTES, check_is_report, read_source, read_text

from .conftest import RAW

TEXT = "某市2023年法治政府建设年度报告\n依法全面履行政府职能，推进行政执法公示制度，审结行政复议案件12件。\n" * 5
TRADITIONAL = "某市2023年法治政府建設年度報告\n依法全面履行政府職能，推進行政執法公示制度，審結行政復議案件12件。\n" * 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings_are_found_out(tmp_path, encoding: str) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert read_text(path) == TEXT


def test_big5_is_found_out(tmp_path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(TRADITIONAL.encode("big5"))
    assert read_text(path) == TRADITIONAL


def test_line_ends_are_kept(tmp_path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes("法治\r\n政府\r".encode())
    assert read_text(path) == "法治\r\n政府\r"


def test_named_encoding(tmp_path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes("法治".encode("gb18030"))
    assert read_text(path, "gb18030") == "法治"
    with pytest.raises(ReadError, match="not utf-8 text"):
        read_text(path, "utf-8")
    with pytest.raises(ReadError, match="unknown encoding 'klingon'"):
        read_text(path, "klingon")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"%PDF-1.7 ...", "a damaged PDF file"),
        (b"PK\x03\x04 ...", "a damaged Word, Excel or zip file"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "an old Word or Excel file"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
        (b"\x00\x01\x02\x03" * 50, "binary data"),
        (bytes(range(128, 256)) * 20, "not text in"),
    ],
)
def test_bad_files_are_told_in_one_sentence(tmp_path, content: bytes, message: str) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(content)
    with pytest.raises(ReadError) as error:
        read_source(path)
    assert message in str(error.value)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_missing_file_and_folder(tmp_path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        read_text(tmp_path / "none.txt")
    with pytest.raises(ReadError, match="folder"):
        read_text(tmp_path)


@pytest.mark.parametrize("text", ["", "法治政府", "今天天气很好，我们去公园散步。" * 40])
def test_what_is_no_report(text: str) -> None:
    with pytest.raises(ReadError, match="no report"):
        check_is_report(text, "x.txt")


@pytest.mark.parametrize("path", RAW, ids=lambda p: p.stem)
def test_real_reports_are_reports(path) -> None:
    check_is_report(read_text(path), path)


def test_a_huge_file_is_refused_unread(tmp_path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 2**20)
    with pytest.raises(ReadError, match="101 MiB are no single report"):
        read_source(path)
