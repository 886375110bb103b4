"""Do the rows of gradients belong to the per-seed rows, and is there one for each epoch?"""

from collections.abc import Iterator

import pandas as pd

from qnlnet.records import KEYS
from qnlnet.records.schema import is_missing

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
