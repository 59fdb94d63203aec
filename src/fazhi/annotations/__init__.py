"""Gold: reports with spans and links, one JSON line each, validated on the way in.

    {"id", "text", "spans": [{"start", "end", "label"}], "links": [[quantity_index, metric_index]],
     "meta": {"origin": "real"|"authored", "issuer", "year", "group"}}

Text and offsets live together, so that a change of the cleaner cannot shift gold.
"""

from fazhi.annotations.documents import GoldDocument, Meta, read_gold, write_gold

__all__ = ["GoldDocument", "Meta", "read_gold", "write_gold"]
