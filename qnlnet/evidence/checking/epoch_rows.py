"""Do the per-epoch rows and the per-seed rows tell the same story?"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from qnlnet.records import KEYS
from qnlnet.records.schema import is_missing
from qnlnet.records.stored import row_id

_IDENTITY = ["config_hash", "seed"]


def check_epoch_rows(seeds: pd.DataFrame, epochs: pd.DataFrame) -> Iterator[str]:
    """Yields where the epochs of a seed are missing, or its row does not follow from them."""
    groups = dict(iter(epochs.groupby(_IDENTITY, sort=False)))
    for row in seeds.to_dict("records"):
        group = groups.pop((row["config_hash"], row["seed"]), None)
        if group is None:
            yield f"{row_id(row)}: its epochs must be there, but none is."
        else:
            for sentence in _check_seed(row, group):
                yield f"{row_id(row)}: {sentence}"
    for config, seed in groups:
        yield f"{config}-{seed}: a row must be there, as its epochs are, but is not."


def _check_seed(row: Mapping[str, Any], epochs: pd.DataFrame) -> Iterator[str]:
    for name in KEYS:
        differs = ~epochs[name].map(is_missing) if is_missing(row[name]) else epochs[name] != row[name]
        if differs.any():
            other = epochs[name][differs].iloc[0]
            yield f"`{name}` must be the same for the row and its epochs, but is {row[name]} and {other}."
    if len(epochs) != row["epochs"] or sorted(epochs.epoch) != list(range(1, row["epochs"] + 1)):
        yield f"its epochs must be 1 to {row['epochs']}, each once, but are {_describe(epochs.epoch)}."
        return
    last = epochs.set_index("epoch").loc[row["epochs"]]
    for name in ("train_accuracy", "test_accuracy"):
        if row[name] != last[name]:
            yield f"`{name}` must be that of the last epoch, {last[name]}, but is {row[name]}."
    if row["best_epoch_test_accuracy"] != epochs.test_accuracy.max():
        yield (
            f"`best_epoch_test_accuracy` must be that of the best epoch, {epochs.test_accuracy.max()}, but is "
            f"{row['best_epoch_test_accuracy']}."
        )


def _describe(numbers: pd.Series) -> str:
    present = set(numbers)
    missing = next(number for number in itertools.count(1) if number not in present)
    twice = sorted(set(numbers[numbers.duplicated()]))
    parts = [f"{len(numbers)} from {min(present)} to {max(present)}"]
    parts += [f"without {missing}"] if missing < max(present) else []
    parts += [f"with {', '.join(map(str, twice))} more than once"] if twice else []
    return " ".join(parts)
