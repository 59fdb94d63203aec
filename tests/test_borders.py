"""What is no part of a metric."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.borders import metric_borders, quantity_borders
from fazhi.labels import METRIC, QUANTITY
from fazhi.metadata import metadata
from fazhi.types import CharSpan


def metric(text: str, region: str | None = None) -> str:
    return metric_borders(text, CharSpan(0, len(text)), region).of(text)


@pytest.mark.parametrize(
    ("found", "left"),
    [
        ("镇级共审查文件", "文件"),
        ("累计受理案件", "案件"),
        ("行政诉讼共", "行政诉讼"),
        ("各类案卷均", "各类案卷"),
        ("全市行政诉讼一审败诉率", "行政诉讼一审败诉率"),
        ("梧州市行政诉讼一审败诉率", "行政诉讼一审败诉率"),
        ("确保备案率", "备案率"),
        ("两办发文进行合法性审查", "两办发文"),
        ("进行情况", "进行情况"),
        ("公共法律服务站", "公共法律服务站"),
        ("中共党员", "中共党员"),
        ("全市级单位", "全市级单位"),
        ("审查意见", "审查意见"),
        ("培训班", "培训班"),
        ("无需公开(", "无需公开"),
        (")网上可办率", "网上可办率"),
        ("(一审)案件", "(一审)案件"),
        ("全市", "全市"),
        ("实现率", "实现率"),
        ("交通数据共享接口", "交通数据共享接口"),
        ("共性问题", "共性问题"),
        ("省属和共建高校", "省属和共建高校"),
        ("共建成法治公园", "法治公园"),
        ("其中行政许可", "行政许可"),
        ("废止规范性文件", "规范性文件"),
        ("修订了裁量基准", "裁量基准"),
        ("审结的行政案件", "审结的行政案件"),
        ("发现问题整改率", "发现问题整改率"),
        ("听取汇报", "汇报"),
        ("办理案件", "办理案件"),
        ("涉及金额", "金额"),
        ("涉及老年人案件", "涉及老年人案件"),
        ("《民法典》《信访工作条例》等法律法规", "法律法规"),
        ("《民法典》宣讲", "《民法典》宣讲"),
    ],
)
def test_what_rule_12_leaves_outside(found: str, left: str) -> None:
    assert metric(found, "梧州市") == left


def test_no_metric_of_the_gold_is_touched(gold, authored) -> None:
    for document in [*gold, *authored]:
        region = metadata(document.text).region
        for span in document.spans:
            if span.label == METRIC:
                assert metric_borders(document.text, span, region) == CharSpan(span.start, span.end), span.of(
                    document.text
                )


@pytest.mark.parametrize(
    ("found", "left"),
    [
        ("共100余本", ["100余本"]),
        ("成7个", ["7个"]),
        (",1000平方米", ["1000平方米"]),
        ("达95%", ["95%"]),
        ("1支67人", ["1支", "67人"]),
        ("首个", []),
        ("之一", []),
        ("约300万元", ["约300万元"]),
        ("184批311人次", ["184批", "311人次"]),
        ("数倍", ["数倍"]),
        ("两起", ["两起"]),
        ("1,234件", ["1,234件"]),
        ("8件)", ["8件"]),
        ("46台(艘)", ["46台(艘)"]),
        ("15件,", ["15件"]),
    ],
)
def test_what_rule_9_leaves_outside(found: str, left: list[str]) -> None:
    assert [part.of(found) for part in quantity_borders(found, CharSpan(0, len(found)))] == left


def test_no_quantity_of_the_gold_is_touched(gold, authored) -> None:
    touched = [
        span.of(document.text)
        for document in [*gold, *authored]
        for span in document.spans
        if span.label == QUANTITY and quantity_borders(document.text, span) != [CharSpan(span.start, span.end)]
    ]
    assert touched == []


@given(st.text("共达约12,.万余个件%两首之一", min_size=1, max_size=8))
def test_parts_of_a_quantity_lie_inside_it_and_are_disjoint(text: str) -> None:
    span = CharSpan(0, len(text))
    parts = quantity_borders(text, span)
    assert all(span.contains(part) for part in parts)
    for a, b in zip(parts, parts[1:], strict=False):
        assert a.end <= b.start


@given(st.text("全我市县共审查均累计确保率", min_size=1, max_size=12), st.sampled_from([None, "全县", "市"]))
def test_something_is_left_and_it_lies_inside(text: str, region: str | None) -> None:
    span = CharSpan(0, len(text))
    left = metric_borders(text, span, region)
    assert span.contains(left)
    assert len(left) >= min(2, len(text))
