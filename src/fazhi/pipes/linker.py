"""`fazhi_linker`: links quantities to metrics and reads the values."""

from spacy.tokens import Doc

from fazhi.docs import facts, get_layer, set_links
from fazhi.labels import CLAUSE, MENTION
from fazhi.linking import indicators, link


class LinkerPipe:
    """Writes `doc._.fazhi["links"]` and `doc._.fazhi["indicators"]`. It has no settings and no state."""

    def __call__(self, doc: Doc) -> Doc:
        """Link the mentions of one doc."""
        clauses, mentions = get_layer(doc, CLAUSE), get_layer(doc, MENTION)
        links = link(doc.text, mentions)
        set_links(doc, mentions, links)
        facts(doc)["indicators"] = indicators(doc.text, clauses, mentions, links)
        return doc
