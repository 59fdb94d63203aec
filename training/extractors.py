"""Compare extractors of main text on page layouts in the manner of government sites.

    python training/extractors.py --json docs/extractors.json

Each layout (tests/data/pages) shows authored reports. A line of the report counts as kept if the extractor gives it
whole; what it gives besides counts as extra. White space and signs, which extractors move, are left aside.
"""

import re
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import trafilatura
import typer
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from resiliparse.extract.html2text import extract_plain_text

from fazhi.cli import fail
from fazhi.corpus import documents
from fazhi.errors import FazhiError
from fazhi.export import write_json
from fazhi.pages import main_text
from fazhi.recipes import AUTHORED_GOLD

LAYOUTS = Path("tests/data/pages")
REPORTS_A_LAYOUT = 5
SIGNS = re.compile(r"[\W_]+")

EXTRACTORS: dict[str, Callable[[str], str]] = {
    "trafilatura": lambda page: trafilatura.extract(page, include_comments=False, favor_recall=True) or "",
    "resiliparse": lambda page: extract_plain_text(page, main_content=True, preserve_formatting=False, links=False),
    "fazhi": lambda page: main_text(page).text,
}


def compare(page: str, report: str, extract: Callable[[str], str]) -> Counter[str]:
    """Lines and characters of a report that an extractor keeps, and characters that it gives besides."""
    given = SIGNS.sub("", extract(page))
    lines = [SIGNS.sub("", line) for line in report.split("\n")]
    kept = [line for line in lines if line and line in given]
    return Counter(
        lines=sum(map(bool, lines)),
        kept_lines=len(kept),
        characters=sum(map(len, lines)),
        kept_characters=sum(map(len, kept)),
        extra_characters=max(0, len(given) - sum(map(len, kept))),
    )


def main(figures: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None) -> None:
    """Run all extractors on all layouts and print what each keeps and adds."""
    pages = Environment(autoescape=True, undefined=StrictUndefined, loader=FileSystemLoader(LAYOUTS))
    layouts = sorted(name for name in pages.list_templates() if name.endswith(".j2"))
    try:
        reports = documents(AUTHORED_GOLD)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    rows: list[dict[str, Any]] = []
    for name, extract in EXTRACTORS.items():
        total: Counter[str] = Counter()
        whole = 0
        for i, layout in enumerate(layouts):
            here: Counter[str] = Counter()
            for document in reports[i :: len(layouts)][:REPORTS_A_LAYOUT]:
                title, *paragraphs = document.text.split("\n")
                page = pages.get_template(layout).render(
                    title=title, paragraphs=paragraphs, date="2024-01-15", issuer=document.meta.issuer
                )
                here += compare(page, document.text, extract)
            whole += here["kept_lines"] == here["lines"]
            total += here
        rows.append({"extractor": name, "layouts": len(layouts), "layouts_without_loss": whole, **total})
        typer.echo(str(rows[-1]))
    if figures is not None:
        versions = {package: version(package) for package in ("trafilatura", "resiliparse")}
        write_json({"reports_a_layout": REPORTS_A_LAYOUT, "versions": versions, "extractors": rows}, figures)


if __name__ == "__main__":
    typer.run(main)
