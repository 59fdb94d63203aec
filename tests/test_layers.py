"""Imports point down the design's table, and the entry points stay light."""

import ast
import subprocess
import sys

import pytest

from .conftest import ROOT

SOURCE = ROOT / "src" / "fazhi"
# From the bottom up; modules of one row do not import each other unless they are one folder.
LAYERS = [
    {"errors", "types", "labels", "vocabulary"},
    {"files", "text", "clauses", "quantity", "scoring", "matching", "calibration"},
    {"codec", "sections", "metadata", "borders", "carving", "segment", "resampling", "divisions", "speech"},
    {"windows", "annotations", "cues", "decoding", "pages", "word", "pdf", "rules"},
    {"docs", "model", "linking", "noise", "read"},
    {"corpus", "pipes", "records", "pretraining"},
    {"factories", "tables", "evaluate", "exchange", "baselines"},
    {"export", "simulation"},
    {"api", "recipes", "figures"},
    {"packaging"},
    {"cli"},
]
LEVEL = {module: level for level, modules in enumerate(LAYERS) for module in modules}
FREE_OF_SPACY_AND_TORCH = 3


def imports(path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "fazhi" else set()
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def module_of(path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if path.parent != SOURCE or path.stem != "__init__"]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_point_down(path) -> None:
    module = module_of(path)
    for name in imports(path):
        if not name.startswith("fazhi."):
            continue
        other = name.split(".")[1]
        if other in LEVEL and other != module:
            assert LEVEL[other] < LEVEL[module], f"{module} imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_lower_layers_need_neither_spacy_nor_torch(path) -> None:
    if LEVEL[module_of(path)] <= FREE_OF_SPACY_AND_TORCH:
        assert not {name.split(".")[0] for name in imports(path)} & {
            "spacy",
            "torch",
            "transformers",
            "thinc",
        }


def test_only_the_model_and_its_rival_import_transformers() -> None:
    found = [p.stem for p in MODULES if any(n.split(".")[0] == "transformers" for n in imports(p))]
    assert found == ["baselines", "model"]


@pytest.mark.parametrize("statement", ["import fazhi", "import fazhi.factories", "import fazhi.cli"])
def test_entry_points_do_not_import_torch(statement: str) -> None:
    # spaCy's own machine-learning library imports torch where it is installed, so only our modules are looked at.
    code = f"{statement}; import sys; print([m for m in sys.modules if m in ('fazhi.model', 'transformers')])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
