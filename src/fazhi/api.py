"""From files to records: `fazhi.extract`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import spacy
import srsly
from spacy.language import Language
from spacy.util import get_package_path, is_package, load_config

from fazhi.errors import FazhiError, ModelError, ReadError
from fazhi.labels import LABELS
from fazhi.read import check_is_report, read_source
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
        if "E050" not in str(error):
            raise _damage(model, error) from None
        what = "no such model"
        raise ModelError(
            what,
            file=model,
            fix="install its wheel with pip (models/*.whl), or give the folder of a trained pipeline",
        ) from None
    except Exception as error:  # damaged files make spaCy, srsly and numpy raise whatever they like
        raise _damage(model, error) from None
    if "fazhi_tagger" not in {nlp.get_pipe_meta(name).factory for name in nlp.pipe_names}:
        raise ModelError("the pipeline has no fazhi_tagger", file=model, fix="give a model of this project")
    return nlp


def _damage(model: str | Path, error: Exception) -> ModelError:
    """What is wrong with a model that cannot be loaded: the file that is missing or unreadable, if it can be told."""
    folder = Path(model)
    if not folder.is_dir() and is_package(str(model)):
        package = get_package_path(str(model))
        folder = next(iter(package.glob("*/config.cfg")), package / "config.cfg").parent
    reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:160]
    fix = "install the model again or copy it whole"
    for name in ("meta.json", "config.cfg", "vocab/strings.json", "vocab/vectors", "vocab/lookups.bin"):
        path = folder / name
        if not path.is_file():
            return ModelError("the file is missing", file=path, fix=fix)
        if path.stat().st_size == 0:
            return ModelError("the file is empty", file=path, fix=fix)
        try:
            if path.suffix == ".json":
                srsly.read_json(path)
            elif path.suffix == ".cfg":
                load_config(path)
        except Exception as fault:
            return ModelError(f"damaged ({str(fault).strip().splitlines()[0][:120]})", file=path, fix=fix)
    return ModelError(f"the model is damaged ({reason})", file=folder, fix=fix)


def extract(
    paths: str | Path | Iterable[str | Path],
    model: str | Path | Language = DEFAULT_MODEL,
    *,
    encoding: str | None = None,
    any_text: bool = False,
    min_score: float | Mapping[str, float] = 0.0,
    progress: Callable[[Iterable[Path]], Iterable[Path]] = lambda files: files,
) -> Extraction:
    """Extract spans, links and indicators from report files. A file that cannot be read does not stop the others.

    Args:
        paths: One file or several.
        model: A loaded pipeline, the name of an installed one, or a folder.
        encoding: Of all files; by default found out for each.
        any_text: Also take texts that do not look like a report.
        min_score: The least score of a span, for all labels or for each; what is below goes to the record's `review`.
        progress: Wraps the files, to show how far the work is.

    Raises:
        ModelError: if the model cannot be loaded.
        FazhiError: if `min_score` names an unknown label or is no share.
    """
    thresholds = least_scores(min_score)
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    nlp = model if isinstance(model, Language) else load(model)
    result = Extraction()
    for path in progress(files):
        try:
            result.records.append(extract_file(path, nlp, encoding=encoding, any_text=any_text, min_score=thresholds))
        except FazhiError as error:
            result.failures.append(error)
        except Exception as error:
            # Whatever goes wrong in one file must not lose the others; the class tells a maintainer where to look.
            result.failures.append(
                FazhiError(
                    f"unexpected {type(error).__name__} ({str(error).strip()[:200]})",
                    file=path,
                    fix="please report this with the file",
                )
            )
    return result


def least_scores(min_score: float | Mapping[str, float]) -> dict[str, float]:
    """The least score of each label.

    Raises:
        FazhiError: if a label is unknown or a score does not lie between 0 and 1.
    """
    given = min_score if isinstance(min_score, Mapping) else dict.fromkeys(LABELS, min_score)
    for label, score in given.items():
        if label not in LABELS:
            raise FazhiError(f"no label is called {label!r}", fix=f"use one of {', '.join(LABELS)}")
        if not 0 <= score <= 1:
            raise FazhiError(f"the least score {score:g} of {label} is no share", fix="give a number from 0 to 1")
    return dict(given)


def extract_file(
    path: Path,
    nlp: Language,
    *,
    encoding: str | None = None,
    any_text: bool = False,
    min_score: Mapping[str, float] | None = None,
) -> Record:
    """The record of one file.

    Raises:
        ReadError: if it cannot be read or is no report.
    """
    source = read_source(path, encoding)
    if (length := len(source.report.text)) > nlp.max_length:
        raise ReadError(
            f"{length} characters are no single report", file=path, fix=f"split it at {nlp.max_length} characters"
        )
    cleaned = clean(source.report)
    if not any_text or not cleaned.text:
        check_is_report(cleaned.text, path)
    with nlp.memory_zone():
        doc = nlp(cleaned.text)
        return record(doc, cleaned, source=str(path), model=model_name(nlp), shown=source.shown, min_score=min_score)


def model_name(nlp: Language) -> str:
    """Name and version of a pipeline, such as `zh_fazhi_report-0.2.0`."""
    return f"{nlp.meta['lang']}_{nlp.meta['name']}-{nlp.meta['version']}"
