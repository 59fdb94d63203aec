"""Make a wheel of the trained model, and prove a wheel in a clean environment without network.

python training/package.py build --model out/train/release/model-last --out out/package
python training/package.py prove models/zh_fazhi_report-0.8.0-py3-none-any.whl --expected models/expected.jsonl
"""

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from fazhi.api import extract
from fazhi.calibration import from_dict
from fazhi.cli import fail
from fazhi.errors import FazhiError
from fazhi.export import write_jsonl
from fazhi.packaging import build, prove

META = {
    "description": "Measures, shortcomings, plans and indicators in Chinese annual reports on building a "
    "law-based government (法治政府建设年度报告)",
    "author": "The fazhi authors",
    "license": "MIT",
    "sources": [{"name": "intfloat/multilingual-e5-small, carved to single characters", "license": "MIT"}],
}
RAW = Path("corpus/raw")
REPORTS = sorted(RAW.glob("*_2*.txt"))

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command("build")
def build_wheel(
    model: Annotated[Path, typer.Option(help="Folder of the trained pipeline.")] = Path("out/train/release/model-last"),
    out: Annotated[Path, typer.Option(help="Folder for wheel and expected records.")] = Path("out/package"),
    evaluation: Annotated[
        Path | None, typer.Option(help="Figures of the cross-validation: meta data, calibration.")
    ] = None,
    release: Annotated[Path | None, typer.Option(help="Copy wheel and expected records to this folder.")] = None,
) -> None:
    """Round the weights, build the wheel, and write what it is expected to find in the raw reports."""
    performance = {}
    calibration = {}
    if evaluation is not None:
        figures = json.loads(evaluation.read_text(encoding="utf-8"))
        scores = figures["scores"]
        performance = {"cross_validated": {"micro": scores["micro"], "labels": scores["labels"]}}
        calibration = from_dict(figures["calibration"]["curves"]) if "calibration" in figures else {}
    try:
        wheel = build(model, out, meta={**META, "performance": performance}, calibration=calibration)
        expected = out / "expected.jsonl"
        write_jsonl(extract(REPORTS, out / "pipeline").records, expected)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    typer.echo(f"built: {wheel}")
    if release is not None:
        for old in release.glob("*.whl"):
            old.unlink()
        for path in (wheel, expected):
            shutil.copy(path, release)
            typer.echo(f"released: {release / path.name}")


@app.command("prove")
def prove_wheel(
    wheel: Annotated[Path, typer.Argument(help="The model's wheel.")],
    expected: Annotated[Path, typer.Option(help="Records of the raw reports before packaging.")],
    work: Annotated[Path, typer.Option(help="Folder for the clean environment, made anew.")] = Path("out/proof"),
) -> None:
    """Install the wheel in a clean environment and compare its results, network blocked, with those expected."""
    records = [json.loads(line) for line in expected.read_text(encoding="utf-8").splitlines()]
    try:
        prove(wheel, records, REPORTS, work, project=Path(), constraints=Path("constraints.txt"), report=typer.echo)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app()
