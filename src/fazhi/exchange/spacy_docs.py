"""spaCy's `DocBin`: docs with both span groups, one token a character; links and origin in the docs' user data."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import spacy
from spacy.tokens import DocBin

from fazhi.annotations.documents import GoldDocument
from fazhi.docs import facts, to_doc
from fazhi.errors import AnnotationError
from fazhi.exchange.drafts import Draft, DraftSpan
from fazhi.exchange.sources import meta_fields, meta_of
from fazhi.files import beside
from fazhi.labels import LAYERS

ORIGIN = "origin_of"


def write(documents: Iterable[GoldDocument], path: Path) -> list[str]:
    """Write a `.spacy` file."""
    vocab = spacy.blank("zh").vocab
    docs = DocBin(store_user_data=True)
    for document in documents:
        doc = to_doc(document, vocab)
        facts(doc)[ORIGIN] = {"id": document.id, **meta_fields(document.meta)}
        docs.add(doc)
    with beside(path) as file:
        docs.to_disk(file)
    return []


def read(path: Path) -> Iterator[Draft]:
    """The docs of a `.spacy` file, whatever their tokens; the spans of our two groups or, if there are none, of all."""
    try:
        docs = DocBin().from_disk(path).get_docs(spacy.blank("zh").vocab)
        docs = list(docs)
    except FileNotFoundError:
        raise AnnotationError("no such file", file=path, fix="check the path") from None
    except Exception as error:  # a damaged file raises whatever zlib, msgpack or spaCy raise
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise AnnotationError(f"no DocBin ({reason})", file=path, fix="write it again with DocBin.to_disk") from None
    for number, doc in enumerate(docs, 1):
        groups = [name for name in LAYERS if name in doc.spans] or list(doc.spans)
        spans = tuple(
            DraftSpan(f"{name}-{i}", span.label_, span.start_char, span.end_char, span.text)
            for name in groups
            for i, span in enumerate(doc.spans[name])
        )
        found = facts(doc)
        links = tuple((link["quantity"], link["metric"]) for link in found["links"])
        origin = found.get(ORIGIN, {})
        name = str(origin.get("id") or f"{path.stem}-{number}")
        yield Draft(name, doc.text, spans, links, meta_of(origin), path, f"doc {number}")
