"""`fazhi_sections`: the heading tree and the metadata of a report."""

from spacy.tokens import Doc

from fazhi.docs import facts, set_sections
from fazhi.metadata import metadata
from fazhi.sections import sections


class SectionsPipe:
    """Writes `doc._.fazhi["sections"]` and `doc._.fazhi["metadata"]`. It has no settings and no state."""

    def __call__(self, doc: Doc) -> Doc:
        """Read headings and metadata of one doc."""
        set_sections(doc, sections(doc.text))
        facts(doc)["metadata"] = metadata(doc.text).to_dict()
        return doc
