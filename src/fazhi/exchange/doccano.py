"""doccano's JSONL: `entities` and `relations`, as a sequence-labelling project with relations has it."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fazhi.annotations.documents import GoldDocument
from fazhi.exchange.drafts import Draft, DraftSpan
from fazhi.exchange.sources import HOT_KEYS, RELATION, meta_fields, meta_of, objects, wrong_kind
from fazhi.files import replacing
from fazhi.labels import LABELS


def read(path: Path) -> Iterator[Draft]:
    """The reports of an export, with relations (`entities`) or without (`label`, lists of start, end and label)."""
    for place, found in objects(path):
        if not isinstance(found.get("text"), str) or not ("entities" in found or "label" in found):
            raise wrong_kind(found, "doccano", path, place)
        try:
            spans = tuple(_span(i, entity) for i, entity in enumerate(found.get("entities", found.get("label")) or []))
            links = tuple((str(r["from_id"]), str(r["to_id"])) for r in found.get("relations") or [])
        except (KeyError, TypeError, ValueError, IndexError):
            raise wrong_kind(found, "doccano", path, place) from None
        name = str(found.get("report_id") or found.get("id") or path.stem)
        yield Draft(name, found["text"], spans, links, meta_of(found), path, place)


def _span(index: int, entity: Any) -> DraftSpan:
    if isinstance(entity, list):
        start, end, label = entity
        return DraftSpan(str(index), str(label), int(start), int(end))
    return DraftSpan(str(entity["id"]), str(entity["label"]), int(entity["start_offset"]), int(entity["end_offset"]))


def write(documents: Iterable[GoldDocument], path: Path) -> list[str]:
    """Write reports to import into a project that allows overlapping spans and relations."""
    with replacing(path) as file:
        first = 1  # ids of spans are unique over the whole file, as doccano's are
        for document in documents:
            entities = [
                {"id": first + i, "label": s.label, "start_offset": s.start, "end_offset": s.end}
                for i, s in enumerate(document.spans)
            ]
            relations = [
                {"id": first + i, "from_id": first + link.quantity, "to_id": first + link.metric, "type": RELATION}
                for i, link in enumerate(document.links)
            ]
            line = {"text": document.text, "entities": entities, "relations": relations, "report_id": document.id}
            file.write(json.dumps({**line, **meta_fields(document.meta)}, ensure_ascii=False) + "\n")
            first += len(document.spans)
    return []


def label_set() -> list[dict[str, Any]]:
    """The five labels as doccano imports them, with colours and hot keys."""
    return [
        {"text": label.name, "background_color": label.colour, "text_color": "#000000", "suffix_key": key}
        for key, label in zip(HOT_KEYS, LABELS.values(), strict=True)
    ]
