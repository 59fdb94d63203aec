"""Compare encoders on the real reports: each issuer left out in turn, several seeds, the same short recipe for all.

    python training/encoders.py out/encoders/carved_6 models/encoder --json models/encoders.json
    python training/encoders.py models/encoder --overlay configs/pkuseg.cfg --json models/encoders.json

A row is named after the encoder's folder and the overlays. A finished stage or fold is not run again, nor is a seed
that the JSON file holds already, if data, code and recipe are still the same. Other rows of the file stay in it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import spacy
import typer
from benchmark import measure

from fazhi.cli import fail, out
from fazhi.corpus import documents
from fazhi.docs import misaligned
from fazhi.errors import FazhiError
from fazhi.export import write_json
from fazhi.model import WEIGHTS, Tagger
from fazhi.pretraining import FACTS
from fazhi.recipes import MODEL, REAL_GOLD, seed_numbers, state, two_stages
from fazhi.resampling import scores_over_seeds


@dataclass(frozen=True, slots=True)
class Recipe:
    """Steps of the two stages. The defaults are half of the released model's: a row then takes ten minutes a seed."""

    authored_steps: int = 300
    real_steps: int = 40


def row(
    encoder: Path, overlays: Sequence[Path], seeds: list[int], recipe: Recipe, folder: Path, before: dict[str, Any]
) -> dict[str, Any]:
    """All that the table says of an encoder.

    Args:
        encoder: Its folder.
        overlays: Configs laid over both stages.
        seeds: The seeds to train with.
        recipe: Steps.
        folder: For all stages and folds.
        before: The row as the file has it, or nothing. Its seeds stay, if data, code and recipe are still the same.

    Returns:
        `parameters` and `bytes` of the encoder, `f1` (`mean`, `lowest`, `highest` over the seeds), `seeds` with the
        scores of each, `adaptation`, if it was adapted, `misaligned_gold`, spans that end inside a token, and `state`,
        which changes with data, code and recipe.
    """
    settings = {"paths.encoder": str(encoder), "training.max_steps": recipe.authored_steps}
    shorter = {"training.max_steps": recipe.real_steps}
    mark = state(settings, overlays=overlays, second=shorter)
    known = {one["seed"]: one for one in before.get("seeds", ())} if before.get("state") == mark else {}
    for seed in seeds:
        if seed not in known:
            place = folder / str(seed)
            result = two_stages(place, seed, settings, overlays=overlays, second=shorter, report=typer.echo)
            known[seed] = {"seed": seed, **result["scores"], "reports": result["reports"]}
    cells = [known[seed] for seed in sorted(known)]
    network = Tagger.from_encoder(str(encoder)).module.encoder
    facts = encoder / FACTS
    model = folder / str(seeds[0]) / "authored" / MODEL
    return {
        "name": folder.name,
        "state": mark,
        "layers": network.config.num_hidden_layers,
        "parameters": sum(p.numel() for p in network.parameters()),
        "bytes": (encoder / WEIGHTS).stat().st_size,
        "adaptation": json.loads(facts.read_text(encoding="utf-8")) if facts.is_file() else None,
        "misaligned_gold": misaligned_gold(model) if model.is_dir() else before["misaligned_gold"],
        "f1": scores_over_seeds(cells),
        "seeds": cells,
    }


def read(figures: Path | None) -> dict[str, Any]:
    """The rows of a file by name; none if there is no file."""
    if figures is None or not figures.is_file():
        return {}
    return {found["name"]: found for found in json.loads(figures.read_text(encoding="utf-8"))["encoders"]}


def misaligned_gold(model: Path) -> int:
    """How many gold spans of the real reports begin or end inside a token of a pipeline."""
    nlp = spacy.load(model)
    return sum(len(misaligned(nlp.make_doc(document.text), document.spans)) for document in documents(REAL_GOLD))


def main(
    encoders: Annotated[list[Path], typer.Argument(help="Folders of encoders.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder for all stages and folds.")] = Path("out/encoders/runs"),
    figures: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None,
    seeds: Annotated[str, typer.Option(help="Seeds, separated by commas.")] = "0,1,2",
    overlay: Annotated[list[Path] | None, typer.Option(help="Config laid over both stages; may come again.")] = None,
    authored_steps: Annotated[int, typer.Option(help="Steps of the first stage.")] = Recipe().authored_steps,
    real_steps: Annotated[int, typer.Option(help="Steps of each fold.")] = Recipe().real_steps,
    speed: Annotated[bool, typer.Option(help="Measure characters a second too; nothing else should run.")] = False,
) -> None:
    """Train and test each encoder, and write one row for each."""
    overlays = overlay or []
    recipe = Recipe(authored_steps, real_steps)
    try:
        numbers = seed_numbers(seeds)
        for encoder in encoders:
            name = "_".join([encoder.name, *(path.stem for path in overlays)])
            for count in range(1, len(numbers) + 1):  # written after each seed: the one before is known then
                before = read(figures).get(name, {})
                found = row(encoder, overlays, numbers[:count], recipe, folder / name, before)
                found["characters_per_second"] = before.get("characters_per_second")
                if speed and count == len(numbers):
                    model = folder / name / str(numbers[0]) / "authored" / MODEL
                    found["characters_per_second"] = measure(str(model))["characters_per_second"]
                out.print(f"{name}, seeds so far {len(found['seeds'])}: micro F1 {found['f1']['micro']}")
                if figures is not None:  # read again: another encoder's row may have been written meanwhile
                    rows = {**read(figures), name: found}
                    write_json({"recipe": asdict(recipe), "encoders": list(rows.values())}, figures)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
