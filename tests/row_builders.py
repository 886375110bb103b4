"""Made-up rows for the tests of tables and figures."""

from typing import Any

import pandas as pd

from qnlnet.records import read_seed_rows, upsert


def seed_rows(*test_accuracies: float, **changes: Any) -> list[dict[str, Any]]:
    """Returns one row per accuracy, of seeds 0, 1, …; a seed above 90 counts as converged."""
    row: dict[str, Any] = {
        **{"dataset": "mnist", "classes": "0/1", "reducer": "cnn", "ansatz": "0", "r": 1, "D": 1, "readout_qubit": 3},
        **{"protocol": "released", "learning_rate": 1e-4, "epochs": 100, "dropout": 0.5, "num_qubits": 4},
        **{"backend": "exact", "train_accuracy": 99.0, "best_epoch_test_accuracy": 100.0, "aer_agreement": None},
        **{"train_seconds": 1.0, "commit": "0", "versions": "", "data_fingerprint": "0", "data_official": True},
        **changes,
    }
    row.setdefault("config_hash", "-".join(map(str, changes.values())))
    return [
        {**row, "seed": seed, "test_accuracy": accuracy, "converged": accuracy > 90}
        for seed, accuracy in enumerate(test_accuracies)
    ]


def frame(*cells: list[dict[str, Any]]) -> pd.DataFrame:
    """Returns the rows of all cells as one table."""
    rows = [row for cell in cells for row in cell]
    return upsert(read_seed_rows("missing.csv", missing_ok=True), rows)
