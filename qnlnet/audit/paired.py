"""Two cells side by side, seed by seed: how much a change of the model or of its training changes the accuracy.

A seed draws the same first weights and the same order of images in both cells, so the differences of the seeds say more
than the two means do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qnlnet.errors import ResultsError
from qnlnet.tables.paired import adjust, judge


@dataclass(frozen=True)
class Pair:
    """What is compared.

    Attributes:
        change: What is different, in words.
        base: Configuration hash of the cell without the change.
        changed: Configuration hash of the cell with it.
    """

    change: str
    base: str
    changed: str


def compare(seed_rows: pd.DataFrame, pairs: Iterable[Pair]) -> pd.DataFrame:
    """Returns one row per pair: both cells, the mean difference, its interval and its p-value.

    `difference` is the test accuracy with the change minus that without, in percentage points, over the seeds that
    both cells have. The interval of its mean is that of Student's t for paired samples. `p` is that of Wilcoxon's
    signed ranks, which needs no normal distribution (Demšar 2006 advises it for comparing classifiers): seeds that do
    not converge are far from one. With five seeds or fewer it is never below 0.06, however they differ. `p_adjusted`
    holds for all pairs together (false discovery rate, Benjamini and Yekutieli 2001, which allows them to share a
    cell).

    Raises:
        ResultsError: A cell has no rows, or two cells have no seed in common.
    """
    table = pd.DataFrame([_compare(seed_rows, pair) for pair in pairs])
    return table.assign(p_adjusted=adjust(table.p))


def _compare(seed_rows: pd.DataFrame, pair: Pair) -> dict[str, Any]:
    base, changed = (_cell(seed_rows, config) for config in (pair.base, pair.changed))
    seeds = base.index.intersection(changed.index)
    if seeds.empty:
        raise ResultsError(f"The configurations {pair.base} and {pair.changed} must share a seed, but share none.")
    base, changed = base.loc[seeds], changed.loc[seeds]
    differences = (changed.test_accuracy - base.test_accuracy).to_numpy()
    low, high, p = judge(differences)
    shown = ("dataset", "classes", "reducer", "ansatz", "r", "D", "readout_qubit", "protocol", "epochs")
    return {
        "change": pair.change,
        **{name: base[name].iloc[0] for name in shown},
        "n_seeds": len(seeds),
        "base_accuracy": base.test_accuracy.mean(),
        "changed_accuracy": changed.test_accuracy.mean(),
        "difference": differences.mean(),
        "low": low,
        "high": high,
        "p": p,
        "better": int((differences > 0).sum()),
        "worse": int((differences < 0).sum()),
        "base_converged": int(base.converged.sum()),
        "changed_converged": int(changed.converged.sum()),
        "base_seconds": base.train_seconds.median(),
        "changed_seconds": changed.train_seconds.median(),
        "data_official": bool(base.data_official.all() and changed.data_official.all()),
        "base_hash": pair.base,
        "changed_hash": pair.changed,
    }


def _cell(seed_rows: pd.DataFrame, config: str) -> pd.DataFrame:
    rows = seed_rows[seed_rows.config_hash == config]
    if rows.empty:
        raise ResultsError(f"The configuration {config} must have rows, but has none.")
    return rows.set_index("seed")
