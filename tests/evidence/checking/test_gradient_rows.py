"""gradients.csv.gz beside a table: its rows are of the table's seeds, and of every epoch."""

from collections.abc import Callable

import pandas as pd
import pytest

from qnlnet.config import load_config
from qnlnet.evidence.checking.gradient_rows import check_gradient_rows
from qnlnet.records import KEYS, cell_keys

CELL = {**cell_keys(load_config("model=resqunn", "data=digits", "train.epochs=2")), "config_hash": "ab", "seed": 3}
SEEDS = pd.DataFrame([CELL])
GRADIENTS = pd.DataFrame(
    [{**CELL, "epoch": epoch, "parameter": name, "gradient_norm": 0.5} for epoch in (1, 2) for name in ("a", "b")]
)


def test_rows_that_belong_together_are_right() -> None:
    assert "readout_qubit" in KEYS
    assert not list(check_gradient_rows(SEEDS, GRADIENTS))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda rows: rows[:3], "ab-3: the gradients of b must be of epochs 1 to 2, each once."),
        (lambda rows: rows.assign(seed=4), "ab-4: a row must be there, as its gradients are, but is not."),
        (
            lambda rows: rows.assign(protocol="paper"),
            "ab-3: `protocol` must be the same for the row and its gradients, but differs.",
        ),
    ],
)
def test_damage_is_found(change: Callable[[pd.DataFrame], pd.DataFrame], sentence: str) -> None:
    assert list(check_gradient_rows(SEEDS, change(GRADIENTS))) == [sentence]
