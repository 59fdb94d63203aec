"""Figures in README, cards and docs: Markdown tables made from committed JSON, never typed.

A page marks the place of a table by two comment lines:

    <!-- figures: evaluation -->
    <!-- /figures -->
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fazhi.annotations import read_gold
from fazhi.corpus import summary
from fazhi.errors import FazhiError
from fazhi.labels import LABELS, LAYERS
from fazhi.records import rows as rows_of

PAGES = (
    "README.md",
    "README.zh.md",
    "annotations/DATA_CARD.md",
    "docs/design.md",
    "docs/experiments.md",
    "models/encoder/README.md",
    "models/words/README.md",
    "models/README.md",
)
BLOCK = re.compile(r"(<!-- figures: (?P<name>[\w-]+) -->\n)(?P<body>.*?)(<!-- /figures -->)", re.DOTALL)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; all columns but the first are aligned to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)


def evaluation(root: Path) -> str:
    """Cross-validated rates and counts by label: the first seed, its interval over reports, and F1 over the seeds."""
    found = _json(root / "models" / "evaluation.json")
    scores, seeds = found["scores"], found["over_seeds"]
    rows = [
        [
            {"micro": "**all spans**"}.get(name, name),
            *(f"{row[key]:.3f}" for key in ("precision", "recall", "f1")),
            "{low:.3f} to {high:.3f}".format(**found["intervals"][name]),
            "{mean:.3f} ({lowest:.3f} to {highest:.3f})".format(**seeds[name]),
            row["tp"] + row["fn"],
        ]
        for name, row in {**scores["labels"], "micro": scores["micro"], "links": scores["links"]}.items()
    ]
    numbers = ", ".join(str(one["seed"]) for one in found["seeds"])
    head = ["strict borders and label", "precision", "recall", "F1", "95 % interval", f"mean F1 of seeds ({numbers})"]
    return table([*head, "gold spans"], rows)


def reports(root: Path) -> str:
    """Cross-validated F1 for each report in the test role; a dash where it holds no span of the label."""
    found = _json(root / "models" / "evaluation.json")["reports"]
    rows = [
        [name, *(_f1_or_dash(row["labels"][label]) for label in LABELS), f"{row['micro']['f1']:.3f}"]
        for name, row in found.items()
    ]
    return table(["held-out report", *LABELS, "all"], rows)


def agreement(root: Path, name: str = "agreement.json") -> str:
    """Agreement of the two annotators of the real reports by label, strict and relaxed."""
    found = _json(root / "annotations" / name)
    rows = [
        [name, f"{row['f1']:.4f}", f"{found['relaxed'][name]['f1']:.4f}", row["tp"]]
        for name, row in found["labels"].items()
    ]
    rows.append(["all spans", f"{found['micro']['f1']:.4f}", "", found["micro"]["tp"]])
    rows.append(["links", f"{found['links']['f1']:.4f}", "", found["links"]["tp"]])
    return table(["", "strict F1", "overlapping F1", "agreed"], rows)


def agreement_authored(root: Path) -> str:
    """Agreement of author and second reader by label, strict and relaxed."""
    return agreement(root, "agreement_authored.json")


def label_check(root: Path) -> str:
    """Who was right where the model, after training on a report, still contradicted its labels."""
    with (root / "annotations" / "label_check.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    verdicts = ("label", "model", "neither", "either")
    rows = [
        [
            layer,
            *(sum(row["layer"] == layer and row["right"] == verdict for row in found) for verdict in verdicts),
            sum(row["layer"] == layer and row["mended"] == "yes" for row in found),
        ]
        for layer in LAYERS
    ]
    return table(["layer", "label right", "model right", "neither", "either", "mended"], rows)


def rule_counts(root: Path) -> str:
    """How many labelled cases exercise each rule of the specification."""
    rows = [
        [row["rule"] or "cases settled", row["case"], row["authored"], row["real"]]
        for row in _json(root / "annotations" / "rule_counts.json")
    ]
    return table(["rule", "case", "authored", "real"], rows)


def learning_curve(root: Path) -> str:
    """F1 on real reports by the number of authored reports in training."""
    rows = [
        [
            point["reports"],
            point["characters"],
            *(f"{point['scores']['labels'][label]['f1']:.3f}" for label in LABELS),
            f"{point['scores']['micro']['f1']:.3f}",
            f"{point['scores']['links']['f1']:.3f}",
        ]
        for point in _json(root / "annotations" / "learning_curve.json")["points"]
    ]
    return table(["authored reports", "characters", *LABELS, "all spans", "links"], rows)


def plot_learning_curve(root: Path) -> Path:
    """Draw the learning curve as `annotations/learning_curve.svg`; needs matplotlib."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    points = _json(root / "annotations" / "learning_curve.json")["points"]
    sizes = [point["reports"] for point in points]
    with mpl.rc_context({"svg.hashsalt": "fazhi", "svg.fonttype": "none"}):
        figure = Figure(figsize=(7, 4.2), layout="constrained")
        axes = figure.subplots()
        for label in LABELS:
            axes.plot(sizes, [p["scores"]["labels"][label]["f1"] for p in points], marker="o", label=label)
        axes.plot(sizes, [p["scores"]["micro"]["f1"] for p in points], "k--", marker="o", label="all spans")
        axes.set(xlabel="authored reports in training", ylabel="strict F1 on real reports", ylim=(0, 1), xticks=sizes)
        axes.grid(alpha=0.3)
        axes.legend(loc="lower right", fontsize="small")
        path = root / "annotations" / "learning_curve.svg"
        figure.savefig(path, metadata={"Date": None})
    return path


def labelling(root: Path) -> str:
    """How soon a person who reads the least sure paragraphs first has found a model's errors, simulated."""
    found = _json(root / "annotations" / "labelling.json")["reading"]["found"]
    rows = [[f"{float(share):.0%}", f"{part:.0%}", f"{float(share):.0%}"] for share, part in found.items()]
    return table(["characters read", "corrections made, the least sure first", "in random order"], rows)


def labelling_rounds(root: Path) -> str:
    """What a model gains by more labelled reports, the least sure or any, simulated."""
    rows = [
        [
            {"uncertain": "the least sure", "random": "any"}.get(row["order"], "none"),
            f"{row['share']:.0%}",
            row["reports"],
            *(f"{row['scores']['labels'][label]['f1']:.3f}" for label in LABELS),
            f"{row['scores']['micro']['f1']:.3f}",
        ]
        for row in _json(root / "annotations" / "labelling.json")["rounds"]
    ]
    return table(["reports labelled", "share of the pool", "reports", *LABELS, "all spans"], rows)


def data(root: Path) -> str:
    """Size of the labelled data."""
    rows = []
    for origin in ("real", "authored"):
        found = summary(list(read_gold(root / "annotations" / "gold" / f"{origin}.jsonl")))
        spans = [found["spans"].get(label, 0) for label in LABELS]
        rows.append([origin, found["reports"], found["characters"], *spans, found["links"]])
    return table(["", "reports", "characters", *LABELS, "links"], rows)


def words(root: Path) -> str:
    """The pkuseg model and jieba on the sentences split by reading."""
    found = _json(root / "models" / "words" / "evaluation.json")
    rows = [
        [name, *(f"{found[name][rate]:.3f}" for rate in ("precision", "recall", "f1")), found["sample"]["words"]]
        for name in ("model", "jieba")
    ]
    return table(["", "precision", "recall", "word F1", "words in the sample"], rows)


def encoders(root: Path) -> str:
    """Encoders side by side: size, speed, masked prediction, and F1 on the real reports."""
    rows = []
    for row in _json(root / "models" / "encoders.json")["encoders"]:
        made, f1, speed = row["adaptation"], row["f1"]["micro"], row["characters_per_second"]
        rows.append(
            [
                row["name"],
                row["layers"],
                f"{row['parameters'] / 1e6:.1f} M",
                f"{row['bytes'] / 2**20:.0f} MiB",
                f"{speed:,}" if speed else "",
                f"{made['held_out_loss']:.2f}" if made else "",
                f"{made['held_out_accuracy']:.3f}" if made else "",
                row["misaligned_gold"],
                len(row["seeds"]),
                f"{f1['mean']:.3f}",
                f"{f1['lowest']:.3f} to {f1['highest']:.3f}",
                f"{row['f1']['METRIC']['mean']:.3f}",
            ]
        )
    head = ["encoder", "layers", "parameters", "file", "characters/s", "masked loss", "masked accuracy"]
    return table([*head, "misaligned gold", "seeds", "micro F1", "range", "METRIC"], rows)


def experiments(root: Path) -> str:
    """Variants of the recipe with the same encoder, each against the first row, report by report."""
    found = _json(root / "models" / "experiments.json")["encoders"]
    base = found[0]
    rows = []
    for row in found:
        pairs = [
            (one["micro"]["f1"], other["micro"]["f1"])
            for mine, theirs in zip(row["seeds"], base["seeds"], strict=False)
            for one, other in zip(mine["reports"].values(), theirs["reports"].values(), strict=True)
        ]
        better = sum(a > b for a, b in pairs)
        gain = row["f1"]["micro"]["mean"] - base["f1"]["micro"]["mean"]
        rows.append(
            [
                row["name"],
                len(row["seeds"]),
                *(f"{row['f1'][label]['mean']:.3f}" for label in LABELS),
                f"{row['f1']['links']['mean']:.3f}",
                f"{row['f1']['micro']['mean']:.3f}",
                "" if row is base else f"{gain:+.3f}",
                "" if row is base else f"{better} of {len(pairs)}",
            ]
        )
    return table(["variant", "seeds", *LABELS, "links", "all spans", "difference", "reports better"], rows)


def errors(root: Path) -> str:
    """Errors of the cross-validation, drawn at random, read and sorted by cause."""
    sample = _json(root / "docs" / "errors.json")["sample"]
    causes = Counter(row["cause"] for row in sample)
    rows = []
    for cause, count in causes.most_common():
        example = next(row for row in sample if row["cause"] == cause)
        rows.append([cause, count, example["label"], example["gold"] or "–", example["found"] or "–"])
    return table(["cause", f"of {len(sample)}", "for example", "gold", "found"], rows)


def baselines(root: Path) -> str:
    """Simpler systems on the same folds with one seed, and the project's own in the last row, the mean of its seeds."""
    own = _json(root / "models" / "evaluation.json")["over_seeds"]
    rows = []
    for name, row in _json(root / "models" / "baselines.json").items():
        scores = row["scores"]
        parts = [*(scores["labels"][label] for label in LABELS), scores["links"], scores["micro"]]
        rows.append([name, *(f"{part['f1']:.3f}" for part in parts)])
    rows.append(["**zh_fazhi_report**", *(f"{own[part]['mean']:.3f}" for part in (*LABELS, "links", "micro"))])
    return table(["system", *LABELS, "links", "all spans"], rows)


def adaptation(root: Path) -> str:
    """How the shipped encoder was adapted, one row for each time, and what it predicts of what was held out."""
    made = _json(root / "models" / "encoder" / "adaptation.json")
    each = [made]
    while "before" in each[0]:
        each.insert(0, each[0]["before"])
    rows = [
        [
            i,
            row["step"],
            row["recipe"]["passages"],
            row["recipe"]["length"],
            row["recipe"]["learn_rate"],
            row["recipe"].get("speech", 0.0),
            row["device"],
            f"{row['held_out_loss']:.2f}",
            f"{row['held_out_accuracy']:.3f}",
        ]
        for i, row in enumerate(each, 1)
    ]
    head = [
        "adaptation",
        "steps",
        "passages a step",
        "characters, at most",
        "highest rate",
        "weight of speech",
        "device",
    ]
    return table([*head, "masked loss, held out", "masked accuracy, held out"], rows)


def extractors(root: Path) -> str:
    """What extractors of main text keep of reports on page layouts."""
    found = [
        [
            row["extractor"],
            f"{row['layouts_without_loss']} of {row['layouts']}",
            f"{row['kept_lines']} of {row['lines']}",
            f"{row['kept_characters'] / row['characters']:.4f}",
            f"{row['extra_characters'] / row['characters']:.4f}",
        ]
        for row in _json(root / "docs" / "extractors.json")["extractors"]
    ]
    head = [
        "extractor",
        "layouts without loss",
        "lines kept",
        "share of characters kept",
        "extra characters, as a share",
    ]
    return table(head, found)


def indicators(root: Path, report: str = "wuzhou_2023", most: int = 10) -> str:
    """The first indicators that the released model finds in one real report."""
    lines = (root / "models" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    found = next(r for r in map(json.loads, lines) if Path(r["source"]).stem == report)
    table_rows = [
        [
            row["metric"],
            ("≈ " if row["approximate"] else "") + (row["value"] or f"{row['lower'] or ''}–{row['upper'] or ''}"),
            row["unit"],
            row["clause"] or "",
            f"{row['source_start']}:{row['source_end']}",
        ]
        for row in rows_of(found)
        if row["kind"] == "INDICATOR"
    ]
    return table(["指标 metric", "value", "unit", "the clause that holds it", "place in the file"], table_rows[:most])


BLOCKS: dict[str, Callable[[Path], str]] = {
    "adaptation": adaptation,
    "evaluation": evaluation,
    "reports": reports,
    "agreement": agreement,
    "agreement-authored": agreement_authored,
    "label-check": label_check,
    "rule-counts": rule_counts,
    "learning-curve": learning_curve,
    "data": data,
    "baselines": baselines,
    "encoders": encoders,
    "errors": errors,
    "experiments": experiments,
    "extractors": extractors,
    "indicators": indicators,
    "labelling": labelling,
    "labelling-rounds": labelling_rounds,
    "words": words,
}


def render(text: str, root: Path) -> str:
    """A page with all its tables made anew.

    Raises:
        FazhiError: if the page names a table that does not exist.
    """

    def fill(block: re.Match[str]) -> str:
        if block["name"] not in BLOCKS:
            raise FazhiError(f"no table is called {block['name']!r}", fix=f"use one of {', '.join(BLOCKS)}")
        return f"{block[1]}\n{BLOCKS[block['name']](root)}\n{block[4]}"

    return BLOCK.sub(fill, text)


def update(root: Path) -> list[Path]:
    """Write the tables of all pages; the pages that changed."""
    changed = []
    for page in (root / name for name in PAGES):
        text = page.read_text(encoding="utf-8")
        new = render(text, root)
        if new != text:
            page.write_text(new, encoding="utf-8")
            changed.append(page)
    return changed


def _f1_or_dash(counts: dict[str, Any]) -> str:
    return f"{counts['f1']:.3f}" if counts["tp"] + counts["fn"] else "–"


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
