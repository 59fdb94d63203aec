"""What simpler systems reach on the same reports: rules, spaCy's own components, a plain token classifier.

    python training/baselines.py rules --json models/baselines.json

All that is trained is trained as the model is: authored reports first, then the fold's real ones.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fazhi.cli import fail, out, score_table
from fazhi.corpus import documents
from fazhi.errors import FazhiError
from fazhi.evaluate import score
from fazhi.export import write_json
from fazhi.linking import link
from fazhi.recipes import REAL_GOLD
from fazhi.rules import find

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def main() -> None:
    """What simpler systems reach on the same reports."""


@app.command()
def rules(figures: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None) -> None:
    """Rules alone: the specification's word lists and a number pattern."""
    try:
        gold = documents(REAL_GOLD)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    predictions = []
    for document in gold:
        spans = find(document.text)
        predictions.append(
            {
                "id": document.id,
                "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in spans],
                "links": [[found.quantity, found.metric] for found in link(document.text, spans)],
            }
        )
    keep("rules", score(gold, predictions), figures)


def keep(name: str, found: dict[str, Any], figures: Path | None) -> None:
    """Print a baseline's scores and put them among the others."""
    out.print(score_table(found["scores"], name, found["intervals"]))
    if figures is not None:
        rows = json.loads(figures.read_text(encoding="utf-8")) if figures.is_file() else {}
        rows[name] = {part: found[part] for part in ("scores", "reports")}
        write_json(rows, figures)


if __name__ == "__main__":
    app()
