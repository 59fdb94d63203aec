import pytest

from fazhi.annotations.inline import parse
from fazhi.labels import CLAUSE, LAYERS, MENTION, METRIC, QUANTITY
from fazhi.linking import indicators, link, measured, without_breakdowns
from fazhi.scoring import Counts, count
from fazhi.types import LabeledSpan


@pytest.mark.parametrize(
    "markup",
    [
        "办理<T1>代表建议</T1><Q1>358件</Q1>、<T2>委员提案</T2><Q2>5件</Q2>。",
        "<T1>办结率</T1>和<T1>满意率</T1>均达<Q1>100%</Q1>。",
        "涉<Q1>8个</Q1><T1>重点领域</T1><T2>执法案卷</T2><Q2>350余本</Q2>。",
        "建成<T1>队伍</T1><Q1>37支</Q1><Q1>1841人</Q1>。",
        "开展<Q1>36场次</Q1><T1>讲座</T1>,<T2>参加人数</T2>达<Q2>1.2万人</Q2>。",
        "受理<T1>申请</T1><Q1>136件</Q1>,审结<Q>120件</Q>。",
        "<T>败诉率</T>仍然较高。<Q>5件</Q>未结。",
        "办理<T1>建议</T1><Q1>5件</Q1>,同比增长<Q>28.5%</Q>。",
        "对<Q1>12个</Q1>的<T1>村居</T1>开展检查。",
        "<T1>办复率</T1>、<T2>满意率</T2>分别为<Q1>100%</Q1>和<Q2>99.2%</Q2>。",
        "<T>败诉率</T>同比下降<Q>3.2个百分点</Q>。",
        "<T1>应诉率</T1>升至<Q1>92%</Q1>,<T>检查次数</T>比上年减少<Q>128次</Q>。",
        "由<T1>许可时限</T1>压缩至<Q1>3天</Q1>。",
        "<Q1>3次</Q1>召开<T1>专题会议</T1>,先后<Q2>6次</Q2>专题听取<T2>工作汇报</T2>。",
        "<Q>2次</Q>听取<T1>汇报</T1><Q1>3件</Q1>。",
        "<Q>2次</Q>通报后,<T>会议</T>如期召开。",
        "将<T>检查次数</T>再压减<Q>20%</Q>,<T>应诉率</T>比上年<Q>翻一番</Q>,<T>败诉率</T>低于全市平均水平<Q>6个百分点</Q>。",
        "<T1>应诉率</T1>提高到<Q1>95%</Q1>。",
    ],
)
def test_links(markup: str) -> None:
    found = parse(markup)
    assert {(k.quantity, k.metric) for k in link(found.text, found.spans)} == {
        (k.quantity, k.metric) for k in found.links
    }


def test_a_metric_stands_beside_its_value_or_is_named_as_an_indicator() -> None:
    text = "召开恳谈会,提升执法效率,办理建议5件,败诉率仍然较高"
    spans = [
        LabeledSpan(text.index(words), text.index(words) + len(words), label)
        for words, label in (
            ("恳谈会", METRIC),
            ("执法效率", METRIC),
            ("建议", METRIC),
            ("5件", QUANTITY),
            ("败诉率", METRIC),
        )
    ]
    kept, links = measured(text, spans, link(text, spans))
    assert [span.of(text) for span in kept] == ["建议", "5件", "败诉率"]
    assert [(kept[k.metric].of(text), kept[k.quantity].of(text)) for k in links] == [("建议", "5件")]


@pytest.mark.parametrize(
    ("markup", "left"),
    [
        ("<M>办理<T>建议</T><Q>64件</Q></M>,<M><T>政协提案</T><Q>31件</Q></M>", ["办理建议64件", "政协提案31件"]),
        ("<T>许可信息</T><Q>9条</Q>,<M><T>行政备案</T><Q>2条</Q></M>", []),
        ("<M>办理<T>案件</T><Q>9件</Q></M>。其中,<M><T>从轻处罚</T><Q>2件</Q></M>", ["办理案件9件"]),
        (
            "<M>建成<T>队伍</T><Q>3支</Q><Q>18人</Q></M>,<M><T>扑火队</T><Q>1支</Q><Q>4人</Q></M>,<M><T>义工队</T>约<Q>3支</Q></M>",
            3,
        ),
        ("<T>许可信息</T><Q>9条</Q>,<M>审查<T>文件</T><Q>2件</Q></M>", ["审查文件2件"]),
        ("<M>审查<T>文件</T></M>,涉及面广,<M><T>合同</T><Q>2件</Q></M>", ["审查文件"]),
        ("<T>办结率</T><Q>90%</Q>,<P><T>满意率</T>达到<Q>95%</Q></P>", ["满意率达到95%"]),
        ("<M><T>行政备案</T><Q>2条</Q></M>", []),
    ],
)
def test_a_bare_count_is_a_measure_right_behind_one_only(markup: str, left: list[str] | int) -> None:
    found = parse(markup)
    clauses = [span for span in found.spans if span.label in LAYERS[CLAUSE]]
    mentions = [span for span in found.spans if span.label in LAYERS[MENTION]]
    kept = [span.of(found.text) for span in without_breakdowns(found.text, clauses, mentions)]
    assert len(kept) == left if isinstance(left, int) else kept == left


def test_no_measure_of_the_gold_is_a_bare_count_elsewhere(gold, authored) -> None:
    for document in (*gold, *authored):
        clauses = [span for span in document.spans if span.label in LAYERS[CLAUSE]]
        mentions = [span for span in document.spans if span.label in LAYERS[MENTION]]
        assert without_breakdowns(document.text, clauses, mentions) == clauses


def test_rule_on_real_gold(gold) -> None:
    total = Counts()
    for document in gold:
        found = link(document.text, document.spans)
        total += count(((k.quantity, k.metric) for k in document.links), ((k.quantity, k.metric) for k in found))
    assert total.f1 > 0.97


def test_indicator_rows() -> None:
    found = parse("<M>办理<T1>代表建议</T1><Q1>约1.2万件</Q1></M>,<T2>办结率</T2>达<Q2>100%</Q2>。")
    clauses = [s for s in found.spans if s.label in LAYERS[CLAUSE]]
    mentions = [s for s in found.spans if s.label in LAYERS[MENTION]]
    first, second = indicators(found.text, clauses, mentions, link(found.text, mentions))
    assert (first["metric"], first["value"], first["unit"], first["approximate"]) == (
        "代表建议",
        "12000",
        "件",
        True,
    )
    assert (first["clause_id"], second["clause_id"]) == ("clause-0", None)
    assert (second["metric_id"], second["quantity_id"]) == ("mention-2", "mention-3")


def test_unreadable_quantity_keeps_its_row() -> None:
    spans = [LabeledSpan(0, 2, "METRIC"), LabeledSpan(2, 4, "QUANTITY")]
    (row,) = indicators("建议若干", [], spans, link("建议若干", spans))
    assert row["quantity"] == "若干"
    assert row["value"] is None


def test_scores_multiply() -> None:
    spans = [LabeledSpan(0, 2, "METRIC", 0.5), LabeledSpan(2, 4, "QUANTITY", 0.8)]
    assert link("建议5件", spans)[0].score == pytest.approx(0.4)
