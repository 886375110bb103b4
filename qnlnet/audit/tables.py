"""Comparisons as a reader sees them: one row per change and cell."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from qnlnet.records import dataset_label, dataset_mark, dataset_notes, reducer_label
from qnlnet.tables.layout import MISSING, Layout, interval_text, signed

_HEADER = [
    *("Change", "Dataset", "Reducer", "Ansatz", "Seeds", "Without", "With", "Difference", "95 % interval"),
    *("p", "Better/worse", "Converged"),
]
_NUM_TEXT_COLUMNS = 4
_COSTS = ["Parameters", "Seconds"]
_NOTES = [
    "Test accuracies in percent after the last epoch, means over the seeds that both cells have. Difference: with the "
    "change minus without it, paired seed by seed, with the 95 % interval of Student's t; p: of no difference, by "
    "Wilcoxon's signed ranks, adjusted for all rows together (false discovery rate, Benjamini and Yekutieli); with "
    "five seeds or fewer it cannot be small. Better/worse: seeds with a "
    "higher and with a lower accuracy. Converged: seeds above the bound of the configuration, without and with the "
    "change.",
    "Seeds that do not converge make the differences far from normal and the intervals of their mean wide: where the "
    "converged seeds differ, read them and Better/worse first.",
]
_COST_NOTE = (
    "Parameters: those that are trained, without and with the change. Seconds: median wall time of a replica while two "
    "train side by side."
)


def lay_out_comparisons(comparisons: pd.DataFrame) -> Layout:
    """Returns the table of what `paired.compare` gives, with parameters and time where `base_parameters` is there."""
    costs = "base_parameters" in comparisons.columns
    rows = [[*_row(row), *(_costs(row) if costs else [])] for row in comparisons.to_dict("records")]
    notes = [*_NOTES, *([_COST_NOTE] if costs else []), *_shared(comparisons)]
    notes += dataset_notes(zip(comparisons.dataset, comparisons.data_official, strict=True))
    return Layout([*_HEADER, *(_COSTS if costs else [])], rows, _NUM_TEXT_COLUMNS, notes)


def _row(row: Mapping[str, Any]) -> list[str]:
    label = dataset_label(row["dataset"], row["classes"])
    return [
        row["change"],
        f"{label} {dataset_mark(row['dataset'], row['data_official'])}".rstrip(),
        reducer_label(row["reducer"]),
        row["ansatz"],
        str(row["n_seeds"]),
        f"{row['base_accuracy']:.2f}",
        f"{row['changed_accuracy']:.2f}",
        signed(row["difference"]),
        interval_text(row["low"], row["high"]),
        _probability(row["p_adjusted"]),
        f"{row['better']}/{row['worse']}",
        f"{row['base_converged']} → {row['changed_converged']}",
    ]


def _costs(row: Mapping[str, Any]) -> list[str]:
    return [
        f"{row['base_parameters']:,} → {row['changed_parameters']:,}",
        f"{row['base_seconds']:.1f} → {row['changed_seconds']:.1f}",
    ]


def _probability(p: float) -> str:
    if math.isnan(p):
        return MISSING
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _shared(comparisons: pd.DataFrame) -> list[str]:
    protocols = sorted(comparisons.protocol.unique())
    epochs = ", ".join(
        f"{reducer_label(reducer)} {'/'.join(map(str, sorted(rows.epochs.unique())))}"
        for reducer, rows in comparisons.groupby("reducer")
    )
    return [f"Cells without the change: {' and '.join(protocols)} protocol. Epochs: {epochs}."]
