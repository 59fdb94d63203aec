"""From a trained pipeline to a wheel, and the proof that the wheel gives the same spans without any network."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import spacy
from spacy.cli.package import package

from fazhi import __version__
from fazhi.calibration import Calibration
from fazhi.errors import ModelError
from fazhi.records import Record

NAME = "fazhi_report"
SCORE_TOLERANCE = 1e-3

# Run by the Python of the clean environment: opens no socket, whatever the libraries try.
OFFLINE_EXTRACT = """
import json, socket, sys

def refuse(*args, **kwargs):
    raise OSError("this run may not use the network")

class NoSocket(socket.socket):
    __init__ = refuse

socket.socket = NoSocket
socket.create_connection = socket.getaddrinfo = refuse
import fazhi
result = fazhi.extract(sys.argv[2:], sys.argv[1])
assert not result.failures, result.failures
json.dump(result.records, sys.stdout)
"""


def build(
    model: Path, out: Path, *, meta: dict[str, Any], calibration: Calibration | None = None, version: str = __version__
) -> Path:
    """Round a trained pipeline to half precision and make a wheel of it.

    Args:
        model: Folder of the trained pipeline.
        out: Folder for the wheel; the rounded pipeline is left in `OUT/pipeline`.
        meta: Entries for the pipeline's `meta.json`, such as description, licence and performance.
        calibration: Curves for the scores, fitted on held-out folds; none leaves the scores as they are.
        version: Of the wheel.

    Returns:
        The wheel's path.

    Raises:
        ModelError: if the installation is of another version than the code, which the wheel would then ask for.
    """
    if (installed := metadata.version("fazhi")) != __version__:
        raise ModelError(
            f"the code is fazhi {__version__}, the installation says {installed}, and the wheel would ask for that",
            fix="install the project again: pip install --editable .",
        )
    nlp = spacy.load(model)
    nlp.get_pipe("tagger").round_to_half()
    nlp.get_pipe("tagger").calibration = dict(calibration or {})
    nlp.meta.update(meta)
    pipeline = out / "pipeline"
    shutil.rmtree(pipeline, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(pipeline)
    package(pipeline, out, name=NAME, version=version, create_sdist=False, create_wheel=True, force=True)
    stem = f"{nlp.lang}_{NAME}-{version}"
    wheel = out / f"{stem}-py3-none-any.whl"
    built = next((out / stem / "dist").glob("*.whl"), None)
    if built is None:
        raise ModelError("no wheel was built", file=out / stem, fix="see the output of `python -m build` above")
    shutil.move(built, wheel)
    return wheel


def prove(
    wheel: Path,
    expected: Sequence[Record],
    reports: Sequence[Path],
    work: Path,
    *,
    project: Path,
    constraints: Path,
    report: Callable[[str], None] = print,
) -> None:
    """Install the wheel in a clean environment and compare what it finds there, network blocked, with what is expected.

    Args:
        wheel: The model's wheel.
        expected: The records of `reports` before packaging.
        reports: Raw reports to compare on.
        work: Folder for environment and wheels, made anew.
        project: The project's root, of which a wheel is built for the environment.
        constraints: Pinned versions for the environment.
        report: Called with a line of text as the work goes on.

    Raises:
        ModelError: if a record differs or the model cannot be loaded offline.
    """
    shutil.rmtree(work, ignore_errors=True)
    report(f"{work}: building the project's wheel and a clean environment")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", work / "dist", project)
    venv.create(work / "env", with_pip=True)
    python = work / "env" / "bin" / "python"
    pip = (python, "-m", "pip", "install", "--quiet", "--constraint", constraints)
    run(*pip, "torch")
    run(*pip, *(work / "dist").glob("fazhi-*.whl"))
    run(*pip, wheel)
    report(f"{work}: extracting {len(reports)} reports with the network blocked")
    compare(wheel, expected, extract_offline(python.absolute(), reports, work))
    report(f"{wheel}: {sum(len(found['spans']) for found in expected)} spans identical before and after packaging")


def extract_offline(python: Path, reports: Sequence[Path], work: Path, **environment: str) -> list[Record]:
    """The records that the installed model of another Python finds, with every socket blocked.

    Raises:
        ModelError: if that Python fails.
    """
    command = [
        str(python),
        *([] if environment else ["-I"]),
        "-c",
        OFFLINE_EXTRACT,
        f"zh_{NAME}",
        *(str(path.resolve()) for path in reports),
    ]
    done = subprocess.run(
        command, cwd=work, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    if done.returncode:
        raise ModelError(f"the installed model failed: {done.stderr.strip()[-500:]}", file=python)
    records: list[Record] = json.loads(done.stdout)
    return records


def compare(wheel: Path, expected: Sequence[Record], found: Sequence[Record]) -> None:
    """Compare records: text, spans with borders, labels and source offsets, links and indicators.

    Scores may differ in their last places from processor to processor and are compared to three.

    Raises:
        ModelError: naming the first report and part that differ.
    """
    if len(expected) != len(found):
        raise ModelError(f"{len(found)} records instead of {len(expected)}", file=wheel, fix="give the same reports")
    for before, after in zip(expected, found, strict=True):
        for part in ("text", "spans", "links", "indicators", "metadata"):
            if _plain(before[part]) != _plain(after[part]):
                name = Path(before["source"]).name
                raise ModelError(f"{part} of {name} differ after packaging", file=wheel, fix="package the model anew")
        for one, other in zip(before["spans"], after["spans"], strict=True):
            if abs(one["score"] - other["score"]) > SCORE_TOLERANCE:
                raise ModelError(
                    f"the score of {one['id']} differs after packaging", file=wheel, fix="package the model anew"
                )


def _plain(part: Any) -> Any:
    """A part of a record without scores."""
    if isinstance(part, list):
        return [{key: value for key, value in row.items() if key != "score"} for row in part]
    return part


def run(*command: str | Path) -> None:
    """Run a command; its output is shown only if it fails.

    Raises:
        ModelError: if it fails.
    """
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        shown = " ".join(str(part) for part in command)
        raise ModelError(f"`{shown}` failed: {(done.stderr or done.stdout).strip()[-800:]}")
