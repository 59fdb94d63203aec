"""Speed and memory of a pipeline on this machine; no test depends on them.

python training/benchmark.py zh_fazhi_report --json models/benchmark.json
"""

import platform
import resource
import time
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

from fazhi.api import extract, load, model_name
from fazhi.cli import fail
from fazhi.errors import FazhiError
from fazhi.export import write_json

RAW = sorted(Path("corpus/raw").glob("*_2*.txt"))


def measure(model: str, rounds: int = 3) -> dict[str, Any]:
    """Seconds, characters a second and peak memory of a pipeline over the raw reports; the fastest round counts."""
    start = time.perf_counter()
    nlp = load(model)
    loading = time.perf_counter() - start
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        result = extract(RAW, nlp)
        seconds.append(time.perf_counter() - start)
    characters = sum(len(record["text"]) for record in result.records)
    return {
        "model": model_name(nlp),
        "processor": platform.machine(),
        "threads": torch.get_num_threads(),
        "load_seconds": round(loading, 1),
        "characters": characters,
        "characters_per_second": round(characters / min(seconds)),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main(
    model: Annotated[str, typer.Argument(help="Name of an installed model, or folder of a pipeline.")],
    figures: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None,
    rounds: Annotated[int, typer.Option(help="Times that the reports are read; the fastest counts.")] = 3,
) -> None:
    """Load a pipeline, read the raw reports, and print seconds, characters a second and peak memory."""
    try:
        found = measure(model, rounds)
        if figures is not None:
            write_json(found, figures)
    except FazhiError as error:
        fail(error)
        raise typer.Exit(1) from None
    for name, value in found.items():
        typer.echo(f"{name}: {value}")


if __name__ == "__main__":
    typer.run(main)
