"""Chinese annual reports on building a law-based government, turned into data.

import fazhi

result = fazhi.extract(["report.txt"])
result.indicators, result.clauses, result.records
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fazhi.api import Extraction, extract, load

__version__ = "0.8.0"
__all__ = ["Extraction", "__version__", "extract", "load"]


def __getattr__(name: str) -> Any:
    """Import the API when it is first used: importing `fazhi` itself stays light."""
    if name in {"Extraction", "extract", "load"}:
        from fazhi import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
