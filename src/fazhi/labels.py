"""The one label scheme: two layers, five labels, one relation (see `annotations/SPECIFICATION.md`)."""

from dataclasses import dataclass

CLAUSE = "clause"
MENTION = "mention"

MEASURE = "MEASURE"
SHORTCOMING = "SHORTCOMING"
PLAN = "PLAN"
METRIC = "METRIC"
QUANTITY = "QUANTITY"


@dataclass(frozen=True, slots=True)
class Label:
    """One label: its layer, its Chinese name, its tag in inline markup and its colour."""

    name: str
    layer: str
    chinese: str
    tag: str
    colour: str


LABELS: dict[str, Label] = {
    label.name: label
    for label in (
        Label(MEASURE, CLAUSE, "举措", "M", "#cfe8cf"),
        Label(SHORTCOMING, CLAUSE, "不足", "S", "#f6d5d0"),
        Label(PLAN, CLAUSE, "下年度计划", "P", "#d3e3f8"),
        Label(METRIC, MENTION, "指标", "T", "#8a5a00"),
        Label(QUANTITY, MENTION, "数量", "Q", "#7b1fa2"),
    )
}
LAYERS: dict[str, tuple[str, ...]] = {
    layer: tuple(label.name for label in LABELS.values() if label.layer == layer) for layer in (CLAUSE, MENTION)
}
BY_TAG: dict[str, Label] = {label.tag: label for label in LABELS.values()}


def layer_of(label: str) -> str:
    """The layer of a label.

    Raises:
        KeyError: if the label is not one of the five.
    """
    return LABELS[label].layer


def span_id(layer: str, index: int) -> str:
    """The id of span `index` of a layer: what links, indicators and records name it by."""
    return f"{layer}-{index}"
