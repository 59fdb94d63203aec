"""`fazhi_linker`: links quantities to metrics, reads the values and drops what the mentions tell to be out of place."""

from spacy.tokens import Doc

from fazhi.docs import facts, get_layer, set_layer, set_links
from fazhi.labels import CLAUSE, MENTION
from fazhi.linking import indicators, link, measured, without_breakdowns


class LinkerPipe:
    """Writes `doc._.fazhi["links"]` and `doc._.fazhi["indicators"]`. It has no settings and no state.

    A metric that nothing gives the value of, and that is not named as an indicator is (rules 12 and 13), leaves
    `doc.spans["mention"]`; a measure that is an item of a breakdown and no more leaves `doc.spans["clause"]`.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Link the mentions of one doc."""
        clauses, mentions = get_layer(doc, CLAUSE), get_layer(doc, MENTION)
        acting = without_breakdowns(doc.text, clauses, mentions)
        if len(acting) < len(clauses):
            set_layer(doc, CLAUSE, acting)
            clauses = acting
        kept, links = measured(doc.text, mentions, link(doc.text, mentions))
        if len(kept) < len(mentions):
            set_layer(doc, MENTION, kept)
            mentions = kept
        set_links(doc, mentions, links)
        facts(doc)["indicators"] = indicators(doc.text, clauses, mentions, links)
        return doc
