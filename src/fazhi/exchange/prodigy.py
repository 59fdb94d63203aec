"""Prodigy's JSONL: `spans` with character offsets, `relations` between them; answers other than accept are left out."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from fazhi.annotations.documents import GoldDocument
from fazhi.exchange.drafts import Draft, DraftSpan
from fazhi.exchange.sources import RELATION, meta_fields, meta_of, objects, wrong_kind
from fazhi.files import replacing


def read(path: Path) -> Iterator[Draft]:
    """The accepted reports of an export."""
    for place, found in objects(path):
        if not isinstance(found.get("text"), str) or not isinstance(found.get("spans", []), list):
            raise wrong_kind(found, "prodigy", path, place)
        if found.get("answer", "accept") != "accept":
            continue
        try:
            spans = tuple(
                DraftSpan(_name(s), s["label"], int(s["start"]), int(s["end"]), s.get("text"))
                for s in found.get("spans") or []
            )
            links = tuple((_name(r["head_span"]), _name(r["child_span"])) for r in found.get("relations") or [])
        except (KeyError, TypeError, ValueError):
            raise wrong_kind(found, "prodigy", path, place) from None
        meta = found.get("meta") or {}
        name = str(meta.get("report_id") or found.get("id") or f"{path.stem}-{place.split()[-1]}")
        yield Draft(name, found["text"], spans, links, meta_of(meta), path, place)


def _name(span: dict[str, Any]) -> str:
    return f"{span['start']}:{span['end']}:{span['label']}"


def example(
    document: GoldDocument, *, scores: Sequence[float | None] | None = None, model: str | None = None
) -> dict[str, Any]:
    """A report as Prodigy reads it, one token a character."""
    tokens = [{"text": c, "start": i, "end": i + 1, "id": i, "ws": False} for i, c in enumerate(document.text)]
    spans = []
    for i, s in enumerate(document.spans):
        row = {"start": s.start, "end": s.end, "token_start": s.start, "token_end": s.end - 1, "label": s.label}
        score = scores[i] if scores else None
        spans.append(row if score is None else {**row, "score": score, "source": model})
    relations = [
        {
            "head": spans[link.quantity]["token_end"],
            "child": spans[link.metric]["token_end"],
            "head_span": spans[link.quantity],
            "child_span": spans[link.metric],
            "label": RELATION,
        }
        for link in document.links
    ]
    meta = {"report_id": document.id, **meta_fields(document.meta)}
    return {"text": document.text, "tokens": tokens, "spans": spans, "relations": relations, "meta": meta}


def write(documents: Iterable[GoldDocument], path: Path) -> list[str]:
    """Write one example a line."""
    with replacing(path) as file:
        for document in documents:
            file.write(json.dumps({**example(document), "answer": "accept"}, ensure_ascii=False) + "\n")
    return []
