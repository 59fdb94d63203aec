"""Compare encoders on the real reports: each issuer left out in turn, several seeds, the same short recipe for all.

    python training/encoders.py out/encoders/carved_6 out/encoders/adapted_6 --json models/encoders.json
    python training/encoders.py out/encoders/adapted_6 --overlay configs/pkuseg.cfg --json models/encoders.json

A row is named after the encoder's folder and the overlays. A finished stage, fold or seed is not run again, and rows
that the JSON file has from before stay in it.
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
from fazhi.recipes import MODEL, REAL_GOLD, seed_numbers, two_stages
from fazhi.resampling import scores_over_seeds


@dataclass(frozen=True, slots=True)
class Recipe:
    """Steps of the two stages. The defaults are half of the released model's: a row then takes ten minutes a seed."""

    authored_steps: int = 300
    real_steps: int = 40


def cell(encoder: Path, overlays: Sequence[Path], seed: int, recipe: Recipe, folder: Path) -> dict[str, Any]:
    """The scores of one encoder with one seed, from the file that an earlier run left or by training."""
    stored = folder / "scores.json"
    if stored.is_file():
        before: dict[str, Any] = json.loads(stored.read_text(encoding="utf-8"))
        return before
    settings = {"paths.encoder": str(encoder), "training.max_steps": recipe.authored_steps}
    shorter = {"training.max_steps": recipe.real_steps}
    result = two_stages(folder, seed, settings, overlays=overlays, second=shorter, report=typer.echo)
    found = {"seed": seed, **result["scores"], "reports": result["reports"]}
    write_json(found, stored)
    return found


def row(encoder: Path, overlays: Sequence[Path], seeds: list[int], recipe: Recipe, folder: Path) -> dict[str, Any]:
    """All that the table says of an encoder.

    Returns:
        `parameters` and `bytes` of the encoder, `f1` (`mean`, `lowest`, `highest` over the seeds), `seeds` with the
        scores of each, `adaptation`, if it was adapted, and `misaligned_gold`, spans that end inside a token.
    """
    cells = [cell(encoder, overlays, seed, recipe, folder / str(seed)) for seed in seeds]
    network = Tagger.from_encoder(str(encoder)).module.encoder
    facts = encoder / FACTS
    nlp = spacy.load(folder / str(seeds[0]) / "authored" / MODEL)
    gold = documents(REAL_GOLD)
    return {
        "name": folder.name,
        "layers": network.config.num_hidden_layers,
        "parameters": sum(p.numel() for p in network.parameters()),
        "bytes": (encoder / WEIGHTS).stat().st_size,
        "adaptation": json.loads(facts.read_text(encoding="utf-8")) if facts.is_file() else None,
        "misaligned_gold": sum(len(misaligned(nlp.make_doc(document.text), document.spans)) for document in gold),
        "f1": scores_over_seeds(cells),
        "seeds": cells,
    }


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
    rows: dict[str, Any] = {}
    if figures is not None and figures.is_file():
        rows = {found["name"]: found for found in json.loads(figures.read_text(encoding="utf-8"))["encoders"]}
    overlays = overlay or []
    recipe = Recipe(authored_steps, real_steps)
    try:
        numbers = seed_numbers(seeds)
        for encoder in encoders:
            name = "_".join([encoder.name, *(path.stem for path in overlays)])
            found = row(encoder, overlays, numbers, recipe, folder / name)
            before = rows.get(name, {}).get("characters_per_second")
            model = folder / name / str(numbers[0]) / "authored" / MODEL
            found["characters_per_second"] = measure(str(model))["characters_per_second"] if speed else before
            rows[name] = found
            out.print(f"{name}: micro F1 {found['f1']['micro']}")
            if figures is not None:
                write_json({"recipe": asdict(recipe), "encoders": list(rows.values())}, figures)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
