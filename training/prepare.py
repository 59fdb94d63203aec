"""Make gold from inline markup: annotations/gold/*.jsonl from what the manifest lists, and count the rules' cases.

python training/prepare.py
"""

from pathlib import Path

import typer

from fazhi.annotations import write_gold
from fazhi.annotations.convert import from_manifest
from fazhi.annotations.coverage import rows
from fazhi.cli import fail
from fazhi.corpus import summary
from fazhi.errors import FazhiError
from fazhi.export import write_json


def main(manifest: Path = Path("corpus/manifest.csv"), out: Path = Path("annotations/gold")) -> None:
    """Convert the real and the authored reports; write `rule_counts.json` beside the folder of gold."""
    made = {}
    for origin in ("real", "authored"):
        try:
            documents = from_manifest(manifest, origin)
        except FazhiError as error:
            fail(error)
            raise typer.Exit(1) from None
        made[origin] = documents
        write_gold(documents, out / f"{origin}.jsonl")
        typer.echo(f"{out / origin}.jsonl: {summary(documents)}")
    write_json(list(rows(authored=made["authored"], real=made["real"])), out.parent / "rule_counts.json")


if __name__ == "__main__":
    typer.run(main)
