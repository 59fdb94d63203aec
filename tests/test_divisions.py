import subprocess
import sys

import pytest

from fazhi.divisions import LEVELS, divisions
from fazhi.metadata import metadata


@pytest.mark.parametrize(
    ("issuer", "region", "expected"),
    [
        ("太仓市沙溪镇人民政府", "太仓市", ("江苏省", "苏州市", "太仓市", "沙溪镇")),
        ("江苏省南通市海安市司法局", "江苏省", ("江苏省", "南通市", "海安市", None)),
        ("长海县", "长海县", ("辽宁省", "大连市", "长海县", None)),
        ("梧州市人民政府", "梧州市", ("广西壮族自治区", "梧州市", None, None)),
        ("内蒙古自治区鄂尔多斯市准格尔旗", "内蒙古自治区", ("内蒙古自治区", "鄂尔多斯市", "准格尔旗", None)),
        ("东莞市长安镇人民政府", "东莞市", ("广东省", "东莞市", None, "长安镇")),
        ("海安县人民政府", "海安县", ("江苏省", "南通市", "海安市", None)),  # its name today
        ("鼓楼区人民政府", "鼓楼区", (None, None, "鼓楼区", None)),  # there are several
        ("沙溪镇", "沙溪镇", (None,) * 4),
        # Made up, with a real name inside: nothing is guessed.
        ("漠渠县人民政府", "漠渠县", (None,) * 4),
        ("埔汀市公安局", "埔汀市", (None,) * 4),
        ("鸥湾市屿城区人民政府", "鸥湾市", (None,) * 4),
        ("公安部", None, (None,) * 4),
        (None, None, (None,) * 4),
    ],
)
def test_known_places(issuer: str | None, region: str | None, expected: tuple[str | None, ...]) -> None:
    assert divisions(issuer, region) == dict(zip(LEVELS, expected, strict=True))


def test_no_report_written_for_training_is_taken_for_a_real_place(authored) -> None:
    for document in authored:
        found = metadata(f"{document.meta.issuer}2020年法治政府建设年度报告\n")
        assert found.region is None or not any(divisions(found.issuer, found.region).values()), document.meta.issuer


@pytest.mark.parametrize(("before", "answer"), [("", "辽宁省\n"), ("sys.modules['jionlp'] = None", "None\n")])
def test_standard_output_stays_clean_and_without_the_list_nothing_is_known(before: str, answer: str) -> None:
    lines = (
        "import sys",
        before,
        "from fazhi.divisions import divisions",
        "print(divisions('长海县', '长海县')['province'])",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout == answer
