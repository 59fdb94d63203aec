"""What a user wants of a report: one record with provenance, and flat rows made from it."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from spacy.tokens import Doc

from fazhi.divisions import LEVELS, divisions
from fazhi.docs import facts, get_layer, get_sections
from fazhi.labels import CLAUSE, LABELS, LAYERS, MEASURE, PLAN, SHORTCOMING, span_id
from fazhi.metadata import metadata
from fazhi.sections import titles
from fazhi.text import MappedText

Record = dict[str, Any]

PLURALS = {label: f"{label.lower()}s".replace("ys", "ies") for label in LABELS}

# Columns of the row on a report as a whole, with their types.
PROFILE_COLUMNS: dict[str, type] = {
    **dict.fromkeys(("source", "title", "issuer", "region", *LEVELS), str),
    "year": int,
    **dict.fromkeys(("document_number", "date", "published"), str),
    **dict.fromkeys(("days_after_year", "characters"), int),
    **dict.fromkeys(PLURALS.values(), int),
    **dict.fromkeys((f"{label.lower()}_share" for label in LABELS), float),
    "indicators": int,
    "indicators_per_1000": float,
    **dict.fromkeys(("work_done", "shortcomings_named", "plan_named"), bool),
    "to_review": int,
    "model": str,
}

# Columns of a flat row, in order.
COLUMNS = (
    "source",
    "issuer",
    "year",
    "kind",
    "text",
    "metric",
    "quantity",
    "value",
    "unit",
    "approximate",
    "lower",
    "upper",
    "clause",
    "section",
    "score",
    "source_start",
    "source_end",
    "review",
)


def record(
    doc: Doc,
    cleaned: MappedText,
    *,
    source: str,
    model: str,
    shown: str | None = None,
    min_score: Mapping[str, float] | None = None,
) -> Record:
    """The record of one report, as `fazhi extract` writes it to JSONL.

    Args:
        doc: The processed cleaned text.
        cleaned: The same text with its map.
        source: The name of the file.
        model: Name and version of the pipeline.
        shown: All that the file shows, where it is more than `cleaned.source` says or less (an HTML page).
        min_score: For each label, the least score that a span needs; one below it goes to `review`.

    Returns:
        `source`, `model`, `metadata`, `text`, `spans`, `links`, `indicators`, `review`. A span has offsets into the
        cleaned text (`start`, `end`) and into the decoded source file (`source_start`, `source_end`), all half-open,
        and its heading path, outermost first. `review` has the same parts for what a person should look at first:
        spans below their least score, and links and indicators that touch one.
    """
    tree = get_sections(doc)
    spans: list[dict[str, Any]] = []
    for layer in LAYERS:
        for i, span in enumerate(get_layer(doc, layer)):
            place = cleaned.to_source(span)
            spans.append(
                {
                    "id": span_id(layer, i),
                    "layer": layer,
                    "label": span.label,
                    "start": span.start,
                    "end": span.end,
                    "source_start": place.start,
                    "source_end": place.end,
                    "text": span.of(cleaned.text),
                    "score": _rounded(span.score),
                    "section": titles(tree, span.start),
                }
            )
    found = facts(doc)
    links = [{**link, "score": _rounded(link["score"])} for link in found["links"]]
    least = min_score or {}
    doubtful = {span["id"] for span in spans if (span["score"] or 0.0) < least.get(span["label"], 0.0)}
    kept, review = {}, {}
    for part, rows, ends in (
        ("spans", spans, ("id",)),
        ("links", links, ("quantity", "metric")),
        ("indicators", [dict(row) for row in found["indicators"]], ("quantity_id", "metric_id")),
    ):
        kept[part] = [row for row in rows if not doubtful & {row[end] for end in ends}]
        review[part] = [row for row in rows if doubtful & {row[end] for end in ends}]
    for row in kept["indicators"]:
        if row["clause_id"] in doubtful:
            row["clause_id"] = None
    return {
        "source": source,
        "model": model,
        "metadata": metadata(cleaned.text, cleaned.source if shown is None else shown).to_dict(),
        "text": cleaned.text,
        **kept,
        "review": review,
    }


def rows(found: Record) -> Iterator[dict[str, Any]]:
    """Flat rows of a record: one for each clause, then one for each indicator, with the columns of `COLUMNS`.

    What stands in the record's `review` comes behind all else, with the column `review` set.
    """
    review = found.get("review") or {"spans": [], "links": [], "indicators": []}
    yield from _rows(found, found, "")
    yield from _rows(found, review, "review")


def _rows(found: Record, part: dict[str, Any], review: str) -> Iterator[dict[str, Any]]:
    spans = {span["id"]: span for span in (*found["spans"], *found.get("review", {}).get("spans", ()))}
    head = {
        "source": found["source"],
        "issuer": found["metadata"]["issuer"],
        "year": found["metadata"]["year"],
        "review": review,
    }
    for span in part["spans"]:
        if span["layer"] == CLAUSE:
            yield _row({**head, "kind": span["label"], "text": span["text"], "clause": span["text"], **_place(span)})
    for indicator in part["indicators"]:
        quantity, metric = spans[indicator["quantity_id"]], spans[indicator["metric_id"]]
        first, last = sorted((quantity, metric), key=lambda span: span["start"])
        clause = spans.get(indicator["clause_id"])
        yield _row(
            {
                **head,
                **{column: indicator[column] for column in COLUMNS if column in indicator},
                "kind": "INDICATOR",
                "text": found["text"][first["start"] : last["end"]],
                "clause": clause["text"] if clause else None,
                **_place(quantity),
                "score": _rounded(quantity["score"] * metric["score"]),
                "source_start": first["source_start"],
                "source_end": last["source_end"],
            }
        )


def profile(found: Record) -> dict[str, Any]:
    """One row on a report as a whole, with the columns of `PROFILE_COLUMNS`: what studies of such reports code by hand.

    Shares are of the text's characters. `work_done`, `shortcomings_named` and `plan_named` say whether the report has
    any such clause. Province to town are looked up (`fazhi.divisions`). `days_after_year` counts from the last day of
    the year reported on to the day of publication, where the file names it, or else to the date of the report. What is
    in `review` does not count.
    """
    facts_of, text = found["metadata"], found["text"]
    n = counts(found)
    share = {
        label: round(sum(s["end"] - s["start"] for s in found["spans"] if s["label"] == label) / max(1, len(text)), 4)
        for label in LABELS
    }
    public = facts_of["published"] or facts_of["date"]
    late = None
    if public and facts_of["year"]:
        late = (datetime.date.fromisoformat(public) - datetime.date(facts_of["year"], 12, 31)).days
    return {
        "source": found["source"],
        **{name: facts_of[name] for name in ("title", "issuer", "region")},
        **divisions(facts_of["issuer"], facts_of["region"]),
        **{name: facts_of[name] for name in ("year", "document_number", "date", "published")},
        "days_after_year": late,
        "characters": len(text),
        **{plural: n[label] for label, plural in PLURALS.items()},
        **{f"{label.lower()}_share": share[label] for label in LABELS},
        "indicators": len(found["indicators"]),
        "indicators_per_1000": round(1000 * len(found["indicators"]) / max(1, len(text)), 2),
        "work_done": n[MEASURE] > 0,
        "shortcomings_named": n[SHORTCOMING] > 0,
        "plan_named": n[PLAN] > 0,
        "to_review": len(found["review"]["spans"]),
        "model": found["model"],
    }


def counts(found: Record) -> dict[str, int]:
    """How many spans of each label a record has."""
    return {label: sum(span["label"] == label for span in found["spans"]) for label in LABELS}


def _row(values: dict[str, Any]) -> dict[str, Any]:
    return {column: values.get(column) for column in COLUMNS}


def _place(span: dict[str, Any]) -> dict[str, Any]:
    return {
        "section": " / ".join(span["section"]),
        "score": span["score"],
        "source_start": span["source_start"],
        "source_end": span["source_end"],
    }


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 4)
