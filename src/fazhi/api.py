"""From files to records: `fazhi.extract`."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy
import srsly
from spacy.language import Language
from spacy.util import get_package_path, is_package, load_config

from fazhi.errors import FazhiError, ModelError, ReadError
from fazhi.labels import LABELS
from fazhi.read import MOST_BYTES, check_is_report, read_source
from fazhi.records import Record, profile, record, rows
from fazhi.text import clean

if TYPE_CHECKING:
    import pandas
    import polars

DEFAULT_MODEL = "zh_fazhi_report"
SUFFIXES = frozenset({".txt", ".text", ".md", ".html", ".htm", ".shtml", ".docx", ".pdf", ".doc"})
"""Of the files that are read in folders; `.doc` is among them so that it is named and not passed over."""


@dataclass(slots=True)
class Extraction:
    """What came out of a number of files.

    Attributes:
        records: One for each report that could be read, in the order given.
        failures: The error of each file that could not.
        notes: What else a user should know: files left out because they came twice or are of no kind that is read.
    """

    records: list[Record] = field(default_factory=list)
    failures: list[FazhiError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

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

    @property
    def profiles(self) -> list[dict[str, Any]]:
        """One row a report (`fazhi.records.profile`)."""
        return [profile(found) for found in self.records]

    def to_polars(self, what: str = "rows") -> "polars.DataFrame":
        """A polars frame of `rows`, `indicators`, `clauses` or `profiles`, with fixed types.

        Raises:
            FazhiError: for anything else.
        """
        from fazhi.tables import frame, profiles

        if what == "profiles":
            return profiles(self.records)
        if what not in ("rows", "indicators", "clauses"):
            raise FazhiError(f"no table is called {what!r}", fix="use rows, indicators, clauses or profiles")
        return frame(getattr(self, what))

    def to_pandas(self, what: str = "rows") -> "pandas.DataFrame":
        """The same as a pandas frame."""
        return self.to_polars(what).to_pandas()


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
        paths: One file or folder, or several. Of a folder all files of a known kind are read (`SUFFIXES`).
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
    result = Extraction()
    files = files_of([paths] if isinstance(paths, str | Path) else paths, result.notes)
    nlp = model if isinstance(model, Language) else load(model)
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


def files_of(paths: Iterable[str | Path], notes: list[str]) -> list[Path]:
    """The files of paths and folders, each content once, in the order given; in a folder by name, folders in it too.

    Args:
        paths: Files and folders. A file that is named is taken whatever its suffix.
        notes: Gets a sentence for all that is left out.
    """
    found: dict[Path, Path] = {}
    contents: dict[str, Path] = {}
    for path in map(Path, paths):
        inside = [path]
        if path.is_dir():
            every = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith((".", "~$")))
            inside = [p for p in every if p.suffix.lower() in SUFFIXES]
            if others := sorted({p.suffix.lower() or "without suffix" for p in every} - SUFFIXES):
                notes.append(f"{path}: {len(every) - len(inside)} files left out ({', '.join(others)})")
            if not inside:
                notes.append(f"{path}: the folder holds no report file ({', '.join(sorted(SUFFIXES))})")
        for file in inside:
            if file.resolve() in found:
                notes.append(f"{file}: named twice, read once")
                continue
            try:
                content = hashlib.sha256(file.read_bytes()).hexdigest() if file.stat().st_size <= MOST_BYTES else ""
            except OSError:
                content = ""  # reading it will say what is wrong
            if content and content in contents:
                notes.append(f"{file}: the same as {contents[content]}, left out")
                continue
            contents[content] = found[file.resolve()] = file
    return list(found.values())


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
    """Name and version of a pipeline, such as `zh_fazhi_report-0.3.0`."""
    return f"{nlp.meta['lang']}_{nlp.meta['name']}-{nlp.meta['version']}"
