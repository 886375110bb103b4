"""Does more than one repetition help: how the claim that one is enough is judged."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qnlnet.audit.best_of_many import compare_best
from qnlnet.papers.claims import FAILS, HOLDS, OPEN, Finding
from qnlnet.papers.gupta2024.finished import is_finished
from qnlnet.records import dataset_label, reducer_label
from qnlnet.tables.layout import signed

_ENOUGH = 1.0  # percentage points: less than this is no gain
_LEVEL = 0.05
_READOUT_OF_THE_CODE = 3


def arrange_repetitions(seed_rows: pd.DataFrame) -> NDArray[np.float64]:
    """Returns test accuracies, shape (seeds, cells), of the cells with different r and D; r = D = 1 comes first.

    Args:
        seed_rows: Per-seed rows that differ in r, D and seed alone; seeds that a cell lacks are left out.
    """
    table = seed_rows.pivot_table(index="seed", columns=["r", "D"], values="test_accuracy").dropna()
    return table[sorted(table.columns, key=sum)].to_numpy()


def judge_repetitions(seed_rows: pd.DataFrame) -> Finding | None:
    """Judges by how much the best r and D gains over r = D = 1, readout 3, from per-seed rows of finished runs.

    For each dataset, reducer and ansatz: another r and D is better if p, adjusted for all of them, is below 0.05; one
    repetition is enough if with 95 % confidence no other gains a point. Else nothing is decided.
    """
    rows = seed_rows[seed_rows.readout_qubit == _READOUT_OF_THE_CODE]
    if rows.empty:
        return None
    unfinished = sorted({(row.reducer, row.epochs) for row in rows.itertuples() if not is_finished(row.epochs)})
    found = pd.DataFrame(_compare(rows[rows.epochs.map(is_finished)]))
    left_out = "; ".join(f"{reducer_label(name)} not judged: stopped at epoch {epochs}" for name, epochs in unfinished)
    if found.empty:
        return Finding(left_out, OPEN, "No run is finished.")
    measured = "; ".join(
        f"{reducer_label(reducer)} on {dataset_label(dataset, classes)}: the best of {cells.cells.max()} gains "
        f"{signed(cells.gain.min())} to {signed(cells.gain.max())} points (p ≥ {cells.p.min():.2f})"
        for (reducer, dataset, classes), cells in found.groupby(["reducer", "dataset", "classes"], sort=False)
    )
    measured = f"{measured}; {left_out}" if left_out else measured
    if ((found.p_adjusted < _LEVEL) & (found.gain >= _ENOUGH)).any():
        return Finding(measured, FAILS, "Another r and D is better by a point or more.")
    if not unfinished and (found.upper < _ENOUGH).all():
        return Finding(measured, HOLDS, "With 95 % confidence no other r and D gains a point on average.")
    reason = (
        "The best of so many is not significantly better (permutations of the largest mean), but seeds differ so much"
    )
    return Finding(measured, OPEN, f"{reason} that up to {found.upper.max():.1f} points cannot be excluded.")


def _compare(rows: pd.DataFrame) -> list[dict[str, Any]]:
    from scipy.stats import false_discovery_control

    found = []
    for (dataset, classes, reducer, ansatz), cells in rows.groupby(
        ["dataset", "classes", "reducer", "ansatz"], sort=False
    ):
        accuracies = arrange_repetitions(cells)
        best = compare_best(accuracies)
        found.append(
            {"dataset": dataset, "classes": classes, "reducer": reducer, "ansatz": ansatz, **vars(best)}
            | {"cells": accuracies.shape[1]}
        )
    adjusted = false_discovery_control([row["p"] for row in found], method="by") if found else []
    return [{**row, "p_adjusted": p} for row, p in zip(found, adjusted, strict=True)]
