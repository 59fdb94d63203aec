import pytest

from fazhi.metadata import metadata
from fazhi.text import clean

from .conftest import ROOT

EXPECTED = {
    "changhai_2018": (
        "长海县2018年法治政府建设进展情况报告",
        "长海县",
        "长海县",
        2018,
        "长政发〔2019〕2号",
        "2019-01-30",
        None,
    ),
    "haian_2023": (
        "亚洲通亚洲通2023年法治政府建设情况的报告",
        "亚洲通亚洲通",
        None,
        2023,
        "海政〔2024〕12号",
        "2024-02-01",
        "2024-02-02",
    ),
    "kaiyuan_2024": (None, None, None, None, None, None, None),
    "shaxi_2021": ("沙溪镇2021年法治政府建设年度报告", "沙溪镇", "沙溪镇", 2021, None, "2022-01-25", "2022-01-25"),
    "wuzhou_2023": ("梧州市2023年度法治政府建设工作报告", "梧州市", "梧州市", 2023, None, "2024-01-21", None),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_real_reports(name: str) -> None:
    source = (ROOT / "corpus" / "raw" / f"{name}.txt").read_text(encoding="utf-8")
    found = metadata(clean(source).text, source)
    assert tuple(found.to_dict().values()) == EXPECTED[name]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("澄川省司法厅关于2022年度法治政府建设情况的报告\n正文", "issuer", "澄川省司法厅"),
        ("澄川省司法厅关于2022年度法治政府建设情况的报告\n正文", "region", "澄川省"),
        ("棠溪县人民政府2019年依法行政工作总结", "region", "棠溪县"),
        ("关于棠溪县2015年依法行政工作的情况通报", "issuer", "棠溪县"),
        ("关于报送2025年法治政府建设年度情况的函", "issuer", None),
        ("棠溪县应急管理局2022年度法治建设工作报告", "year", 2022),
        ("棠溪县2018年法治政府建设工作总结及2019年工作计划", "year", 2018),
        ("清泉照田\n2017年，我县推进改革。", "year", 2017),
        ("清泉照田\n县委印发《规划（2016—2020年）》，2015年以前的文件已清理。", "year", None),
        ("清泉照田\n一、2019年法治政府建设工作总结\n推进改革。", "title", None),
        ("根据《纲要》（国发〔2015〕10号）要求，推进工作。", "document_number", None),
        ("工作有序开展。\n某县人民政府\n2020年1月5日", "date", "2020-01-05"),
        (
            "2020年1月5日，某县召开会议，部署全年法治政府建设的各项重点任务，并对下一步工作作出安排部署，要求抓好落实。",
            "date",
            None,
        ),
    ],
)
def test_fields(text: str, field: str, value: object) -> None:
    assert getattr(metadata(text), field) == value
