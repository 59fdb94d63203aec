"""Make a wheel of the trained model, and prove it in a clean environment without network.

python training/package.py --model out/train/release/model-last --out out/package
"""

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from fazhi.cli import fail
from fazhi.errors import FazhiError
from fazhi.packaging import build, verify

META = {
    "description": "Measures, shortcomings, plans and indicators in Chinese annual reports on building a "
    "law-based government (法治政府建设年度报告)",
    "author": "The fazhi authors",
    "license": "MIT",
    "sources": [{"name": "intfloat/multilingual-e5-small, carved to single characters", "license": "MIT"}],
}


def main(
    model: Annotated[Path, typer.Option(help="Folder of the trained pipeline.")] = Path("out/train/release/model-last"),
    out: Annotated[Path, typer.Option(help="Folder for the wheel.")] = Path("out/package"),
    evaluation: Annotated[Path | None, typer.Option(help="Figures of the cross-validation, for the meta data.")] = None,
    release: Annotated[Path | None, typer.Option(help="Copy the proven wheel to this folder.")] = None,
    reports: Annotated[Path, typer.Option(help="Folder of raw reports to prove it on.")] = Path("corpus/raw"),
) -> None:
    """Build, prove and, if wished, release the wheel."""
    performance = {}
    if evaluation is not None:
        scores = json.loads(evaluation.read_text(encoding="utf-8"))["scores"]
        performance = {"cross_validated": {"micro": scores["micro"], "labels": scores["labels"]}}
    try:
        wheel = build(model, out, meta={**META, "performance": performance})
        files = sorted(reports.glob("*_2*.txt"))
        verify(wheel, Path(), files, out / "proof", constraints=Path("constraints.txt"), report=typer.echo)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    if release is not None:
        for old in release.glob("*.whl"):
            old.unlink()
        shutil.copy(wheel, release)
    typer.echo(f"proven: {wheel}")


if __name__ == "__main__":
    typer.run(main)
