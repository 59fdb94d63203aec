"""Label Studio's JSON: tasks with `annotations` or `predictions`, and the smaller JSON_MIN without relations.

The labelling page counts as JavaScript does, in UTF-16 code units; scripts often count characters. On import the text
of each span tells which; on export `offsets` says which to write.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from fazhi.annotations.documents import GoldDocument
from fazhi.exchange.drafts import COUNTS, Draft, DraftSpan, counted, fits
from fazhi.exchange.sources import HOT_KEYS, RELATION, meta_fields, meta_of, objects, wrong_kind
from fazhi.files import replacing
from fazhi.labels import LABELS, LAYERS

TEXT = "text"
UTF16 = COUNTS["offsets count UTF-16 code units"]


def read(path: Path) -> Iterator[Draft]:
    """The reports of an export. Of a task with several annotations the last one that was not cancelled is taken."""
    for place, found in objects(path):
        data = found.get("data", found)
        if not isinstance(data, dict) or not isinstance(data.get(TEXT), str):
            raise wrong_kind(found, "label-studio", path, place)
        try:
            results = _results(found)
            spans = tuple(span for i, result in enumerate(results) for span in _spans(result, i))
            links = tuple((r["from_id"], r["to_id"]) for r in results if r.get("type") == "relation")
        except (KeyError, TypeError, ValueError, AttributeError):
            raise wrong_kind(found, "label-studio", path, place) from None
        # Where both ways of counting fit, the page's own is meant.
        if all(span.text is not None for span in spans) or not all(fits(data[TEXT], span) for span in spans):
            spans = tuple(counted(data[TEXT], spans, UTF16) or spans)
        name = str(data.get("report_id") or found.get("id") or path.stem)
        yield Draft(name, data[TEXT], spans, links, meta_of(data), path, f"{place} (task {found.get('id', '?')})")


def _results(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    if "annotations" in found or "predictions" in found:
        made = [a for a in found.get("annotations") or [] if not a.get("was_cancelled")]
        made = made or list(found.get("predictions") or [])
        return list(made[-1]["result"]) if made else []
    # JSON_MIN: one key a labelling tag, each with the values alone
    values = [value for key, rows in found.items() if key != TEXT and isinstance(rows, list) for value in rows]
    return [{"type": "labels", "value": value} for value in values]


def _spans(result: Mapping[str, Any], index: int) -> Iterator[DraftSpan]:
    if result.get("type") != "labels":
        return
    value = result["value"]
    for label in value["labels"]:
        name = str(result.get("id", index))
        yield DraftSpan(name, label, int(value["start"]), int(value["end"]), value.get(TEXT))


def task(
    document: GoldDocument,
    *,
    scores: Sequence[float | None] | None = None,
    model: str | None = None,
    utf16: bool = True,
) -> dict[str, Any]:
    """A task with the report's spans as an annotation or, if a model made them, as a prediction.

    Args:
        document: The report.
        scores: One for each span, if a model made them.
        model: The model's name, which makes it a prediction.
        utf16: Count in UTF-16 code units, as the labelling page does.
    """
    places = [0, *accumulate(map(UTF16, document.text))] if utf16 else range(len(document.text) + 1)
    result: list[dict[str, Any]] = []
    for i, span in enumerate(document.spans):
        layer = next(name for name, labels in LAYERS.items() if span.label in labels)
        value = {
            "start": places[span.start],
            "end": places[span.end],
            TEXT: span.of(document.text),
            "labels": [span.label],
        }
        row = {"id": f"s{i}", "from_name": layer, "to_name": TEXT, "type": "labels", "value": value}
        score = scores[i] if scores else None
        result.append(row if score is None else {**row, "score": score})
    result += [
        {
            **{"type": "relation", "from_id": f"s{link.quantity}", "to_id": f"s{link.metric}"},
            **{"direction": "right", "labels": [RELATION]},
        }
        for link in document.links
    ]
    data = {TEXT: document.text, "report_id": document.id, **meta_fields(document.meta)}
    if model is None:
        return {"data": data, "annotations": [{"result": result}]}
    known = [score for score in scores or () if score is not None]
    overall = {"score": round(sum(known) / len(known), 4)} if known else {}
    return {"data": data, "predictions": [{"model_version": model, **overall, "result": result}]}


def write(documents: Iterable[GoldDocument], path: Path) -> list[str]:
    """Write tasks to import into a project with the config of `labelling_config`."""
    with replacing(path) as file:
        json.dump([task(document) for document in documents], file, ensure_ascii=False, indent=1)
    return []


def labelling_config() -> str:
    """The project's labelling interface: both layers, the link, the guideline's colours, a hot key for each label."""
    lines = ["<View>", f'  <Relations>\n    <Relation value="{RELATION}"/>\n  </Relations>']
    for layer, labels in LAYERS.items():
        lines.append(f'  <Labels name="{layer}" toName="{TEXT}">')
        for label in labels:
            key = HOT_KEYS[list(LABELS).index(label)]
            alias = quoteattr(LABELS[label].chinese)
            lines.append(
                f'    <Label value="{label}" background="{LABELS[label].colour}" hotkey="{key}" hint={alias}/>'
            )
        lines.append("  </Labels>")
    lines += [f'  <Text name="{TEXT}" value="${TEXT}" granularity="symbol"/>', "</View>"]
    return "\n".join(lines) + "\n"
