"""JSON of other tools, object by object, each with its place in the file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fazhi.annotations.documents import GoldDocument, Meta
from fazhi.errors import AnnotationError

RELATION = "VALUE_OF"
"""The link's name in tools that name relations."""

HOT_KEYS = "mspiq"
"""One key for each label, in the order of `fazhi.labels.LABELS`; i for an indicator's metric."""

META = "reports.json"

# Keys that tell whose file it is, the most telling first.
SIGNS: dict[str, tuple[str, ...]] = {
    "label-studio": ("annotations", "data"),
    "prodigy": ("_input_hash",),
    "doccano": ("entities", "relations"),
    "fazhi gold": ("meta", "spans", "links"),
}


def read_text(path: Path) -> str:
    """A file's text, every character as it stands.

    Raises:
        AnnotationError: if the file cannot be read or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnnotationError("not UTF-8", file=path, place=f"byte {error.start}", fix="convert it to UTF-8") from None
    except OSError as error:
        raise AnnotationError(f"cannot be read ({error.strerror})", file=path, fix="check the path") from None


def files_with_meta(path: Path, suffix: str) -> list[tuple[Path, Meta]]:
    """The reports' files of a folder (or one file), each with where it comes from, as far as `reports.json` says.

    Raises:
        AnnotationError: if the folder holds none.
    """
    files = sorted(path.glob(f"*{suffix}")) if path.is_dir() else [path]
    if not files:
        raise AnnotationError(f"no *{suffix} file there", file=path, fix="give the folder that holds them")
    known = path / META
    metas = json.loads(read_text(known)) if known.is_file() else {}
    return [(file, meta_of(metas.get(file.stem, {}))) for file in files]


def write_meta(documents: Iterable[GoldDocument], folder: Path) -> None:
    """Write `reports.json` for `files_with_meta`."""
    metas = {document.id: meta_fields(document.meta) for document in documents}
    (folder / META).write_text(json.dumps(metas, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a JSONL file or of a JSON array, each with its place.

    Raises:
        AnnotationError: if the file is missing, is not UTF-8, is cut short, or holds anything else.
    """
    text = read_text(path)
    found = list(_array(text, path) if text.lstrip().startswith("[") else _lines(text, path))
    if not found:
        raise AnnotationError("no report in it", file=path, fix="export again with the labelled texts")
    for place, value in found:
        if not isinstance(value, dict):
            raise AnnotationError(f"{str(value)[:40]!r} is no object", file=path, place=place, fix="export again")
        yield place, value


def _array(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise AnnotationError(
            f"no whole JSON ({error.msg})", file=path, place=f"line {error.lineno}", fix="export it again"
        ) from None
    yield from ((f"object {i}", value) for i, value in enumerate(values, 1))


def _lines(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield f"line {number}", json.loads(line)
            except json.JSONDecodeError as error:
                raise AnnotationError(
                    f"no whole JSON ({error.msg})", file=path, place=f"line {number}", fix="export it again"
                ) from None


def wrong_kind(found: Mapping[str, Any], wanted: str, path: Path, place: str) -> AnnotationError:
    """What to say of an object that lacks what the format needs: whose it seems to be."""
    kind = next((name for name, keys in SIGNS.items() if all(key in found for key in keys)), None)
    seems = f", it looks like {kind}" if kind and kind != wanted else ""
    return AnnotationError(
        f"no {wanted} report{seems} (keys: {', '.join(list(found)[:8])})",
        file=path,
        place=place,
        fix="name the right format with --from" if seems else f"export it from {wanted} again",
    )


def meta_of(found: Mapping[str, Any]) -> Meta:
    """Where a report comes from, as far as the tool kept what we gave it."""
    year, issuer = found.get("year"), found.get("issuer")
    return Meta(
        origin=str(found.get("origin") or "real"),
        issuer=None if issuer is None else str(issuer),
        year=int(str(year)) if str(year or "").isdecimal() else None,
        group=str(found.get("group") or ""),
    )


def meta_fields(meta: Meta) -> dict[str, Any]:
    """The fields of `meta_of`."""
    return {"origin": meta.origin, "issuer": meta.issuer, "year": meta.year, "group": meta.group}
