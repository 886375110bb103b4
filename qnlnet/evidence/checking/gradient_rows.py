"""Do the rows of gradients belong to the per-seed rows, is there one for each epoch, and is drawn what they give?"""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from qnlnet.evidence.checking.derived import check_figures, check_texts
from qnlnet.evidence.checking.finding import Finding
from qnlnet.records import KEYS
from qnlnet.records.schema import is_missing
from qnlnet.tables import write_gradients

_IDENTITY = ["config_hash", "seed"]


def check_gradient_rows(seeds: pd.DataFrame, gradients: pd.DataFrame) -> Iterator[str]:
    """Yields where the row of a seed is missing or another one's, or a parameter has not each epoch once."""
    known = {(row["config_hash"], row["seed"]): row for row in seeds.to_dict("records")}
    for (config, seed), of_seed in gradients.groupby(_IDENTITY, sort=False):
        row, name = known.get((config, seed)), f"{config}-{seed}"
        if row is None:
            yield f"{name}: a row must be there, as its gradients are, but is not."
            continue
        for key in KEYS:
            there = {None if is_missing(value) else value for value in of_seed[key]}
            if there != {None if is_missing(row[key]) else row[key]}:
                yield f"{name}: `{key}` must be the same for the row and its gradients, but differs."
        for parameter, rows in of_seed.groupby("parameter", sort=False):
            if sorted(rows.epoch) != list(range(1, row["epochs"] + 1)):
                yield f"{name}: the gradients of {parameter} must be of epochs 1 to {row['epochs']}, each once."


def check_gradient_drawing(folder: Path, seeds: pd.DataFrame, gradients: pd.DataFrame, finding: Finding) -> list[str]:
    """Checks gradients.md, .png and .svg where one of them is there, and returns their names."""
    names = [f"gradients.{ending}" for ending in ("md", "png", "svg")]
    if not any((folder / name).exists() for name in names):
        return []
    from qnlnet.figures import build_gradients, write_figure

    source = "gradients.csv.gz"
    finding.problems += check_texts(folder, lambda target: write_gradients(seeds, gradients, target), source)
    fact, problems = check_figures(
        folder, "gradients", lambda target: write_figure(build_gradients(seeds, gradients), target, "gradients"), source
    )
    finding.facts.append(f"gradients.md made again, {fact}")
    finding.problems += problems
    return names
