"""`fazhi_linker`: links quantities to metrics and reads the values."""

from spacy.tokens import Doc

from fazhi.docs import facts, get_layer, set_links
from fazhi.labels import MENTION
from fazhi.linking import link


class LinkerPipe:
    """Writes `doc._.fazhi["links"]` from the mention layer. It has no settings and no state."""

    def __call__(self, doc: Doc) -> Doc:
        spans = get_layer(doc, MENTION)
        set_links(doc, spans, link(doc.text, spans))
        return doc
