"""The wheel: complete, and giving offline what the pipeline gave before."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from fazhi.api import extract
from fazhi.errors import ModelError
from fazhi.packaging import build, compare, extract_offline
from tests.conftest import RAW, blank


def test_an_installation_of_another_version_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("fazhi.packaging.__version__", "0.0.1")
    with pytest.raises(ModelError, match=r"the code is fazhi 0\.0\.1, the installation says"):
        build(tmp_path, tmp_path, meta={})


@pytest.fixture(scope="module")
def wheel(trained, tmp_path_factory) -> Path:
    """A wheel of the little pipeline, its components named as in the base config."""
    import spacy

    folder = tmp_path_factory.mktemp("package")
    nlp = blank()
    for name in ("sections", "tagger", "linker"):
        nlp.rename_pipe(f"fazhi_{name}", name)
    trained[0].get_pipe("fazhi_tagger").to_disk(folder / "weights")
    nlp.get_pipe("tagger").from_disk(folder / "weights")
    nlp.to_disk(folder / "model")
    assert spacy.load(folder / "model").pipe_names == ["sections", "tagger", "linker"]
    return build(folder / "model", folder / "out", meta={"license": "MIT"}, version="9.9.9")


def test_wheel_carries_the_weights_and_declares_the_project(wheel) -> None:
    assert wheel.name == "zh_fazhi_report-9.9.9-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [archive.read(name).decode() for name in names if name.endswith("dist-info/METADATA")]
    assert any(name.endswith("tagger/model.safetensors") for name in names)
    assert not any(name.endswith((".pt", ".pkl", ".pickle")) for name in names)
    assert "Requires-Dist: fazhi" in metadata
    assert "Version: 9.9.9" in metadata


def test_installed_wheel_gives_the_same_offline(wheel, tmp_path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path), str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    found = extract_offline(Path(sys.executable), RAW[-1:], tmp_path, PYTHONPATH=str(tmp_path))
    expected = extract(RAW[-1:], wheel.parent / "pipeline").records
    assert len(expected[0]["spans"]) > 20
    compare(wheel, expected, found)
    found[0]["spans"][3]["end"] += 1
    with pytest.raises(ModelError, match="spans of"):
        compare(wheel, expected, found)
