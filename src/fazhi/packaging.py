"""From a trained pipeline to a wheel, and the proof that the wheel gives the same spans without any network."""

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.cli.package import package

from fazhi import __version__
from fazhi.api import extract, load
from fazhi.errors import ModelError

NAME = "fazhi_report"

# Run by the Python of the clean environment: opens no socket, whatever the libraries try.
OFFLINE_EXTRACT = """
import json, socket, sys

def refuse(*args, **kwargs):
    raise OSError("this run may not use the network")

socket.socket.connect = socket.socket.connect_ex = refuse
socket.create_connection = socket.getaddrinfo = refuse
import fazhi
result = fazhi.extract(sys.argv[2:], sys.argv[1])
assert not result.failures, result.failures
json.dump(result.records, sys.stdout)
"""


def build(model: Path, out: Path, *, meta: dict[str, Any], version: str = __version__) -> Path:
    """Round a trained pipeline to half precision and make a wheel of it.

    Args:
        model: Folder of the trained pipeline.
        out: Folder for the wheel; the rounded pipeline is left in `OUT/pipeline`.
        meta: Entries for the pipeline's `meta.json`, such as description, licence and performance.
        version: Of the wheel.

    Returns:
        The wheel's path.
    """
    nlp = spacy.load(model)
    nlp.get_pipe("tagger").round_to_half()
    nlp.meta.update(meta)
    pipeline = out / "pipeline"
    shutil.rmtree(pipeline, ignore_errors=True)
    nlp.to_disk(pipeline)
    package(pipeline, out, name=NAME, version=version, create_sdist=False, create_wheel=True, force=True)
    stem = f"{nlp.lang}_{NAME}-{version}"
    wheel = out / f"{stem}-py3-none-any.whl"
    built = next((out / stem / "dist").glob("*.whl"), None)
    if built is None:
        raise ModelError("no wheel was built", file=out / stem, fix="see the output of `python -m build` above")
    shutil.move(built, wheel)
    return wheel


def verify(
    wheel: Path,
    project: Path,
    reports: Sequence[Path],
    work: Path,
    *,
    constraints: Path,
    report: Callable[[str], None] = print,
) -> None:
    """Install the wheel in a clean environment and compare its results, network blocked, with those before packaging.

    Args:
        wheel: The model's wheel, with the pipeline it was made of in `pipeline` beside it.
        project: The project's root, of which a wheel is built for the environment.
        reports: Raw reports to compare on.
        work: Folder for environment and wheels, made anew.
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
    files = [path.resolve() for path in reports]
    command = [str(python.absolute()), "-c", OFFLINE_EXTRACT, f"zh_{NAME}", *map(str, files)]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ModelError(f"the installed model failed: {done.stderr.strip()[-500:]}", file=wheel)
    expected = extract(files, load(wheel.parent / "pipeline"))
    for before, after in zip(expected.records, json.loads(done.stdout), strict=True):
        for part in ("text", "spans", "links", "indicators", "metadata"):
            if json.loads(json.dumps(before[part])) != after[part]:
                raise ModelError(f"{part} of {before['source']} differ after packaging", file=wheel)
    count = sum(len(found["spans"]) for found in expected.records)
    report(f"{wheel}: {count} spans identical before and after packaging")


def run(*command: str | Path) -> None:
    """Run a command; its output is shown only if it fails.

    Raises:
        ModelError: if it fails.
    """
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        shown = " ".join(str(part) for part in command)
        raise ModelError(f"`{shown}` failed: {(done.stderr or done.stdout).strip()[-800:]}")
