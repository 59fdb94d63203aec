"""Province, city, county and town of a region's name, by the list of administrative divisions that jionlp keeps.

The list is an extra (`pip install 'fazhi[regions]'`). A name that stands for several places, one that is not on the
list and one that only resembles a place on it stay without an answer.
"""

import importlib.util
import io
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from typing import Any

LEVELS = ("province", "city", "county", "town")
PACKAGE = "jionlp"
MISSING = "province, city, county and town stay empty; pip install 'fazhi[regions]' adds the list of divisions"


def available() -> bool:
    """Whether the list is installed."""
    return importlib.util.find_spec(PACKAGE) is not None


@cache
def divisions(issuer: str | None, region: str | None) -> dict[str, str | None]:
    """Where a report comes from.

    Args:
        issuer: The body that issued it, such as 太仓市沙溪镇人民政府.
        region: The leading name of a region in it, such as 太仓市 (`fazhi.metadata.Metadata.region`).

    Returns:
        `province`, `city`, `county` and `town` with their names today, None where they are not known for certain.
        沙溪镇 alone is one of several towns of that name, so all are None; 鼓楼区 gives only `county`.
    """
    found: dict[str, str | None] = dict.fromkeys(LEVELS)
    if not issuer or not region or not available():
        return found
    answer = _jionlp().parse_location(issuer, town_village=True)
    # The package also finds places inside words (公安局: 公安县). What it finds has to be what the issuer begins with.
    named = next((answer[level] for level in LEVELS if answer[level] and answer[level][:-1] in issuer), None)
    if named is None or named[:-1] != region[:-1]:
        return found
    return {level: answer[level] for level in LEVELS}


@cache
def _jionlp() -> Any:
    """The package, which greets on standard output when it is imported."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return importlib.import_module(PACKAGE)
