"""Made-up rows for the tests of tables and figures."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd

from qnlnet.config import RunConfig, load_config
from qnlnet.errors import ArgumentError
from qnlnet.records import KEYS, read_epoch_rows, read_seed_rows, upsert
from qnlnet.records.configurations import remember


def seed_rows(*test_accuracies: float, **changes: Any) -> list[dict[str, Any]]:
    """Returns one row per accuracy, of seeds 0, 1, …; a seed above 90 counts as converged."""
    row: dict[str, Any] = {
        **{"dataset": "mnist", "classes": "0/1", "reducer": "cnn", "ansatz": "0", "r": 1, "D": 1, "readout_qubit": 3},
        **{"protocol": "released", "learning_rate": 1e-4, "epochs": 100, "dropout": 0.5, "num_qubits": 4},
        **{"backend": "exact", "train_accuracy": 99.0, "best_epoch_test_accuracy": 100.0, "aer_agreement": None},
        **{"train_seconds": 1.0, "commit": "0", "versions": "", "data_fingerprint": "0", "data_official": True},
        **changes,
    }
    row.setdefault("config_hash", remember_row(row) or "-".join(map(str, changes.values())))
    return [
        {**row, "seed": seed, "test_accuracy": accuracy, "converged": accuracy > 90}
        for seed, accuracy in enumerate(test_accuracies)
    ]


def remember_row(row: dict[str, Any]) -> str:
    """Returns the hash of the cell that the columns describe, whose settings are then known; "" if there is none."""
    dataset, _, split = row["dataset"].partition(" ")
    backend, *others = row["backend"].split(", ")
    words = [
        *(f"data={dataset}", f"data.classes=[{row['classes'].replace('/', ',')}]"),
        f"data.evaluate_on={split or 'test'}",
        *(f"{name}={row[name]}" for name in ("reducer", "ansatz", "r", "D", "readout_qubit", "num_qubits", "protocol")),
        *(f"train.{name}={row[name]}" for name in ("learning_rate", "epochs", "dropout")),
        f"backend={backend}",
        *(f"backend.shots={other.removesuffix(' shots')}" for other in others if other.endswith(" shots")),
        *row.get("settings", "").split(),
    ]
    config = _load_if_there_is_one(*words)
    return "" if config is None else remember(config)


@cache  # many tests have rows of the same cells
def _load_if_there_is_one(*words: str) -> RunConfig | None:
    try:
        return load_config(*words)
    except ArgumentError:
        return None


def frame(*cells: list[dict[str, Any]]) -> pd.DataFrame:
    """Returns the rows of all cells as one table."""
    rows = [row for cell in cells for row in cell]
    return upsert(read_seed_rows("missing.csv", missing_ok=True), rows)


def epoch_frame(
    rows: pd.DataFrame, loss: Callable[[int, int], float], accuracy: Callable[[int, int], float]
) -> pd.DataFrame:
    """Returns all epochs of per-seed rows; loss and test accuracy are functions of the seed and the epoch."""
    epochs = [
        {
            **{name: row[name] for name in (*KEYS, "seed", "config_hash")},
            **{"epoch": epoch, "train_loss": loss(row["seed"], epoch), "train_accuracy": 50.0},
            "test_accuracy": accuracy(row["seed"], epoch),
        }
        for row in rows.to_dict("records")
        for epoch in range(1, row["epochs"] + 1)
    ]
    return upsert(read_epoch_rows("missing.csv", missing_ok=True), epochs)


def ablation_frame(
    accuracy: Callable[[int, int], float], seeds: int = 3, readouts: tuple[int, ...] = (3,), **changes: Any
) -> pd.DataFrame:
    """Returns rows for r and D from 1 to 3 and three ansätze, with r · D seconds for each replica.

    Args:
        accuracy: Test accuracy of seed 0 as a function of r and D; each further seed has one point more.
        seeds: Replicas of each cell.
        readouts: The readout qubits.
        **changes: Further columns.
    """
    return frame(
        *(
            seed_rows(
                *(accuracy(r, D) + seed for seed in range(seeds)),
                **{"ansatz": ansatz, "r": r, "D": D, "readout_qubit": readout, "train_seconds": float(r * D)},
                **changes,
            )
            for ansatz in "012"
            for readout in readouts
            for r in (1, 2, 3)
            for D in (1, 2, 3)
        )
    )
