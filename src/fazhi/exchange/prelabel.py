"""A model's output as work for a person: spans to correct instead of a blank page, the least sure first."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fazhi.annotations.documents import GoldDocument, Meta
from fazhi.errors import FazhiError
from fazhi.exchange import doccano, label_studio, prodigy
from fazhi.files import replacing
from fazhi.types import LabeledSpan, Link


@dataclass(frozen=True, slots=True)
class Prelabelled:
    """A text with a model's spans and a score for each."""

    document: GoldDocument
    scores: tuple[float, ...]

    @property
    def uncertainty(self) -> float:
        """Wrong spans to be expected for each character that a person reads, by the model's own scores."""
        return sum(1 - score for score in self.scores) / max(1, len(self.document.text))


def prelabelled(records: Iterable[dict[str, Any]], *, paragraphs: bool = False) -> Iterator[Prelabelled]:
    """Texts with a model's spans, from records (`fazhi.extract`).

    Args:
        records: What was extracted; what is in `review` is taken too, since a person looks at all of it.
        paragraphs: One text for each paragraph instead of one for each report.
    """
    for found in records:
        parts = [found, found["review"]]
        spans = sorted((row for part in parts for row in part["spans"]), key=lambda row: (row["start"], row["end"]))
        place = {row["id"]: i for i, row in enumerate(spans)}
        links = [Link(place[r["quantity"]], place[r["metric"]]) for part in parts for r in part["links"]]
        meta = Meta("real", found["metadata"]["issuer"], found["metadata"]["year"], Path(found["source"]).stem)
        whole = Prelabelled(
            GoldDocument(
                Path(found["source"]).stem,
                found["text"],
                tuple(LabeledSpan(row["start"], row["end"], row["label"]) for row in spans),
                tuple(sorted(links)),
                meta,
            ),
            tuple(row["score"] for row in spans),
        )
        yield from in_paragraphs(whole) if paragraphs else [whole]


def in_paragraphs(whole: Prelabelled) -> Iterator[Prelabelled]:
    """Each paragraph of a text as a text of its own; its id ends with the number of its line."""
    start = 0
    for number, line in enumerate(whole.document.text.split("\n"), 1):
        end = start + len(line)
        inside = [i for i, s in enumerate(whole.document.spans) if start <= s.start and s.end <= end]
        place = {old: new for new, old in enumerate(inside)}
        spans = [whole.document.spans[i] for i in inside]
        if line.strip():
            yield Prelabelled(
                replace(
                    whole.document,
                    id=f"{whole.document.id}#{number}",
                    text=line,
                    spans=tuple(LabeledSpan(s.start - start, s.end - start, s.label) for s in spans),
                    links=tuple(
                        Link(place[link.quantity], place[link.metric])
                        for link in whole.document.links
                        if link.quantity in place and link.metric in place
                    ),
                ),
                tuple(whole.scores[i] for i in inside),
            )
        start = end + 1


def least_sure_first(found: Iterable[Prelabelled]) -> list[Prelabelled]:
    """The texts in which a person will find most to correct for each character read."""
    return sorted(found, key=lambda one: -one.uncertainty)


def write(found: Sequence[Prelabelled], path: Path, tool: str, *, model: str) -> list[str]:
    """Write texts with spans to correct; sentences on what the tool cannot hold.

    Raises:
        FazhiError: if there is no such tool, or the file cannot be written.
    """
    if tool not in WRITERS:
        raise FazhiError(f"{tool!r} takes no predictions", fix=f"use one of {', '.join(WRITERS)}")
    return WRITERS[tool](found, path, model)


def _label_studio(found: Sequence[Prelabelled], path: Path, model: str) -> list[str]:
    with replacing(path) as file:
        tasks = [label_studio.task(one.document, scores=one.scores, model=model) for one in found]
        json.dump(tasks, file, ensure_ascii=False, indent=1)
    return []


def _doccano(found: Sequence[Prelabelled], path: Path, model: str) -> list[str]:
    doccano.write([one.document for one in found], path)
    return ["scores were left out: doccano has no place for them; the order of the texts is kept"]


def _prodigy(found: Sequence[Prelabelled], path: Path, model: str) -> list[str]:
    with replacing(path) as file:
        for one in found:
            row = prodigy.example(one.document, scores=one.scores, model=model)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return []


WRITERS: dict[str, Callable[[Sequence[Prelabelled], Path, str], list[str]]] = {
    "label-studio": _label_studio,
    "doccano": _doccano,
    "prodigy": _prodigy,
}
