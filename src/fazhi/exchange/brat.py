"""brat standoff: a folder of REPORT.txt with REPORT.ann, spans as text-bound annotations, links as binary relations."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from fazhi.annotations.documents import GoldDocument
from fazhi.errors import AnnotationError
from fazhi.exchange.drafts import Draft, DraftSpan
from fazhi.exchange.sources import RELATION, files_with_meta, read_text, write_meta
from fazhi.files import new_folder
from fazhi.labels import LABELS


def read(path: Path) -> Iterator[Draft]:
    """The reports of a folder. Attributes, notes and other lines that are no spans or relations are passed over."""
    for file, meta in files_with_meta(path, ".ann"):
        text = read_text(file.with_suffix(".txt"))
        spans, links = [], []
        for number, line in enumerate(read_text(file).split("\n"), 1):
            kind, _, rest = line.partition("\t")
            try:
                if kind.startswith("T"):
                    spans.append(_span(kind, rest, file, number))
                elif kind.startswith("R"):
                    ends = [part.partition(":")[2] for part in rest.split()[1:3]]
                    links.append((ends[0], ends[1]))
            except (ValueError, IndexError):
                raise AnnotationError(
                    f"{line[:60]!r} is no brat annotation", file=file, place=f"line {number}", fix="export it again"
                ) from None
        yield Draft(file.stem, text, tuple(spans), tuple(links), meta, file, None)


def _span(name: str, rest: str, file: Path, number: int) -> DraftSpan:
    head, _, text = rest.partition("\t")
    if ";" in head:
        raise AnnotationError(
            f"the span {name} is in pieces", file=file, place=f"line {number}", fix="make it one piece; ours are whole"
        )
    label, start, end = head.split()
    return DraftSpan(name, label, int(start), int(end), text)


def write(documents: Iterable[GoldDocument], path: Path) -> list[str]:
    """Write a folder for brat, with its `annotation.conf`; issuer, year and group stand in `reports.json`."""
    documents = list(documents)
    with new_folder(path) as folder:
        write_meta(documents, folder)
        for document in documents:
            lines = [
                f"T{i}\t{s.label} {s.start} {s.end}\t{s.of(document.text).replace(chr(10), ' ')}"
                for i, s in enumerate(document.spans, 1)
            ]
            lines += [
                f"R{i}\t{RELATION} Arg1:T{link.quantity + 1} Arg2:T{link.metric + 1}"
                for i, link in enumerate(document.links, 1)
            ]
            (folder / f"{document.id}.txt").write_bytes(document.text.encode("utf-8"))
            (folder / f"{document.id}.ann").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        (folder / "annotation.conf").write_text(
            "[entities]\n" + "\n".join(LABELS) + f"\n[relations]\n{RELATION}\tArg1:QUANTITY, Arg2:METRIC\n"
            "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n[events]\n[attributes]\n",
            encoding="utf-8",
        )
    return []
