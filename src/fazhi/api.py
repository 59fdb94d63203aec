"""From files to records: `fazhi.extract`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from fazhi.errors import FazhiError, ModelError
from fazhi.read import check_is_report, read_text
from fazhi.records import Record, record, rows
from fazhi.text import clean

DEFAULT_MODEL = "zh_fazhi_report"


@dataclass(slots=True)
class Extraction:
    """What came out of a number of files.

    Attributes:
        records: One for each report that could be read, in the order given.
        failures: The error of each file that could not.
    """

    records: list[Record] = field(default_factory=list)
    failures: list[FazhiError] = field(default_factory=list)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Flat rows of all records (`fazhi.records.COLUMNS`)."""
        return [row for found in self.records for row in rows(found)]

    @property
    def clauses(self) -> list[dict[str, Any]]:
        """Rows of measures, shortcomings and plans."""
        return [row for row in self.rows if row["kind"] != "INDICATOR"]

    @property
    def indicators(self) -> list[dict[str, Any]]:
        """Rows of indicators."""
        return [row for row in self.rows if row["kind"] == "INDICATOR"]


def load(model: str | Path = DEFAULT_MODEL) -> Language:
    """Load a pipeline by the name of its package or by its folder.

    Raises:
        ModelError: if it is not there, incomplete, damaged or no pipeline of this project.
    """
    try:
        nlp = spacy.load(model)
    except ModelError:
        raise
    except OSError as error:
        what = "no such model" if "E050" in str(error) else f"the model cannot be read ({str(error).splitlines()[0]})"
        raise ModelError(
            what,
            file=model,
            fix="install its wheel with pip (models/*.whl), or give the folder of a trained pipeline",
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"the model is damaged ({str(error).strip().splitlines()[0][:160]})",
            file=model,
            fix="install it again or copy it whole",
        ) from None
    if "fazhi_tagger" not in nlp.factory_names or "fazhi_tagger" not in {
        nlp.get_pipe_meta(name).factory for name in nlp.pipe_names
    }:
        raise ModelError("the pipeline has no fazhi_tagger", file=model, fix="give a model of this project")
    return nlp


def extract(
    paths: str | Path | Iterable[str | Path],
    model: str | Path | Language = DEFAULT_MODEL,
    *,
    encoding: str | None = None,
    any_text: bool = False,
    progress: Callable[[Iterable[Path]], Iterable[Path]] = lambda files: files,
) -> Extraction:
    """Extract spans, links and indicators from report files. A file that cannot be read does not stop the others.

    Args:
        paths: One file or several.
        model: A loaded pipeline, the name of an installed one, or a folder.
        encoding: Of all files; by default found out for each.
        any_text: Also take texts that do not look like a report.
        progress: Wraps the files, to show how far the work is.

    Raises:
        ModelError: if the model cannot be loaded.
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    nlp = model if isinstance(model, Language) else load(model)
    result = Extraction()
    for path in progress(files):
        try:
            result.records.append(extract_file(path, nlp, encoding=encoding, any_text=any_text))
        except FazhiError as error:
            result.failures.append(error)
    return result


def extract_file(path: Path, nlp: Language, *, encoding: str | None = None, any_text: bool = False) -> Record:
    """The record of one file.

    Raises:
        ReadError: if it cannot be read or is no report.
    """
    source = read_text(path, encoding)
    cleaned = clean(source)
    if not any_text or not cleaned.text:
        check_is_report(cleaned.text, path)
    with nlp.memory_zone():
        doc = nlp(cleaned.text)
        return record(doc, cleaned, source=str(path), model=model_name(nlp))


def model_name(nlp: Language) -> str:
    """Name and version of a pipeline, such as `zh_fazhi_report-0.1.0`."""
    return f"{nlp.meta['lang']}_{nlp.meta['name']}-{nlp.meta['version']}"
