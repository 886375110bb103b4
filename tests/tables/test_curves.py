"""Curves by epoch: means and spreads in closed form, and seeds that do not fit the per-seed rows."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from row_builders import epoch_frame, frame, seed_rows

from qnlnet.errors import ResultsError
from qnlnet.tables import summarise_curves
from qnlnet.tables.curves import CURVE_COLUMNS

EPOCHS = 4


@pytest.fixture(name="seeds")
def _seeds() -> pd.DataFrame:
    return frame(
        seed_rows(90.0, 91.0, 92.0, epochs=EPOCHS),
        seed_rows(80.0, 81.0, ansatz="1", epochs=EPOCHS, data_official=False),
    )


def loss(seed: int, epoch: int) -> float:
    return -(seed + 1.0) * epoch


def accuracy(seed: int, epoch: int) -> float:
    return 50.0 + 10 * epoch + seed


def test_means_and_spreads_by_hand(seeds: pd.DataFrame) -> None:
    curves = summarise_curves(seeds, epoch_frame(seeds, loss, accuracy))
    assert list(curves.columns) == list(CURVE_COLUMNS)
    assert list(curves["epoch"]) == [1, 2, 3, 4] * 2
    assert list(curves["n_seeds"]) == [3] * 4 + [2] * 4
    assert list(curves["data_official"]) == [True] * 4 + [False] * 4
    three, two = curves[curves["ansatz"] == "0"], curves[curves["ansatz"] == "1"]
    epoch = np.arange(1, EPOCHS + 1)
    assert np.allclose(three["train_loss_mean"], -2 * epoch)  # seeds 0, 1, 2: −1, −2, −3 times the epoch
    assert np.allclose(three["train_loss_std"], epoch)
    assert np.allclose(three["train_loss_min"], -3 * epoch)
    assert np.allclose(three["train_loss_max"], -1 * epoch)
    assert np.allclose(three["test_accuracy_mean"], 51 + 10 * epoch)
    assert np.allclose(two["test_accuracy_std"], math.sqrt(0.5))


def test_a_loss_that_was_no_number_is_not_averaged_away(seeds: pd.DataFrame) -> None:
    epochs = epoch_frame(
        seeds, lambda seed, epoch: math.nan if (seed, epoch) == (2, 3) else loss(seed, epoch), accuracy
    )
    curves = summarise_curves(seeds, epochs)
    assert list(curves["train_loss_mean"].isna()) == [False, False, True, False] + [False] * 4
    assert curves["test_accuracy_mean"].notna().all()


@pytest.mark.parametrize(
    ("keep", "message"),
    [
        (lambda rows: rows["seed"] != 2, "must have epochs, but has none"),
        (lambda rows: (rows["seed"] != 2) | (rows["epoch"] != 3), "must have each of its epochs once, but has not"),
        (lambda rows: (rows["seed"] != 2) | (rows["epoch"] != EPOCHS), "must have each of its epochs once"),
    ],
)
def test_epochs_that_are_missing_are_named(
    seeds: pd.DataFrame, keep: Callable[[pd.DataFrame], pd.Series], message: str
) -> None:
    epochs = epoch_frame(seeds, loss, accuracy)
    with pytest.raises(ResultsError, match=rf"The seed {seeds['config_hash'][0]}-2 {message}"):
        summarise_curves(seeds, epochs[keep(epochs)])


def test_a_seed_without_a_row_is_named(seeds: pd.DataFrame) -> None:
    epochs = epoch_frame(seeds, loss, accuracy)
    with pytest.raises(ResultsError, match=r"-1 \(and 1 more\) must have a row in seeds.csv"):
        summarise_curves(seeds[seeds["seed"] != 1], epochs)


def test_an_epoch_that_stands_there_twice_is_found(seeds: pd.DataFrame) -> None:
    epochs = epoch_frame(seeds, loss, accuracy)
    with pytest.raises(ResultsError, match="each of its epochs once"):
        summarise_curves(seeds, pd.concat([epochs, epochs.head(1)]))


def test_no_rows_are_refused(seeds: pd.DataFrame) -> None:
    with pytest.raises(ResultsError, match="at least one per-seed row"):
        summarise_curves(frame(), epoch_frame(seeds, loss, accuracy))
