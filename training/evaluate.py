"""Evaluate a pipeline on labelled reports; the same as `fazhi evaluate`.

python training/evaluate.py MODEL GOLD --output figures.json
"""

import typer

from fazhi.cli.evaluation import evaluate

if __name__ == "__main__":
    typer.run(evaluate)
