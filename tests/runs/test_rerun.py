"""Training a stored row again: the same to the last digit, or a sentence for each difference."""

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from qnlnet.config import RunConfig, config_hash, load_config
from qnlnet.data import Dataset, load_dataset
from qnlnet.errors import ArgumentError
from qnlnet.records import write_table
from qnlnet.records.stored import StoredRow, find_rows
from qnlnet.runs import train_cells
from qnlnet.runs.rerun import check_same_cell, compare, train_again
from qnlnet.training import TrainedReplica

OVERRIDES = ("data=digits", "reducer=pca", "train.epochs=3")


@pytest.fixture(scope="module")
def config() -> RunConfig:
    return load_config(*OVERRIDES)


@pytest.fixture(scope="module")
def dataset(config: RunConfig) -> Dataset:
    return load_dataset(config.data)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> StoredRow:
    folder = tmp_path_factory.mktemp("cell")
    (run,) = train_cells([load_config(*OVERRIDES, "seeds=3", f"output_dir={folder}")])
    (found,) = find_rows(f"{folder}/{run.hash}-2", Path("results"))
    return found


@pytest.fixture(scope="module")
def replica(config: RunConfig, dataset: Dataset) -> TrainedReplica:
    return train_again(config, 2, dataset)


def test_a_row_trained_among_others_comes_out_again_alone(
    stored: StoredRow, replica: TrainedReplica, dataset: Dataset
) -> None:
    assert compare(stored, replica, dataset) == []
    assert len(replica.epochs) == len(stored.epochs) == 3


def test_nothing_is_written(
    config: RunConfig, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    train_again(config, 0, dataset)
    assert not list(tmp_path.iterdir())


def test_another_seed_is_another_result(stored: StoredRow, config: RunConfig, dataset: Dataset) -> None:
    sentences = compare(stored, train_again(config, 1, dataset), dataset)
    assert any(sentence.startswith("train_loss differs in 3 of 3 epochs") for sentence in sentences)


@pytest.mark.parametrize("column", ["train_accuracy", "test_accuracy", "best_epoch_test_accuracy", "aer_agreement"])
def test_the_last_digit_of_a_column_counts(
    column: str, stored: StoredRow, replica: TrainedReplica, dataset: Dataset
) -> None:
    value = stored.row[column]
    other = math.nextafter(value, 0.0)
    changed = replace(stored, row={**stored.row, column: other})
    assert compare(changed, replica, dataset) == [f"{column} was {other} and is {value}."]


def test_the_last_digit_of_an_epoch_counts(stored: StoredRow, replica: TrainedReplica, dataset: Dataset) -> None:
    for column in ("train_loss", "train_accuracy", "test_accuracy"):
        epochs = stored.epochs.copy()
        value = float(epochs[column][1])
        epochs.loc[1, column] = math.nextafter(value, math.inf)
        (sentence,) = compare(replace(stored, epochs=epochs), replica, dataset)
        assert sentence.startswith(f"{column} differs in 1 of 3 epochs, by ")
        assert f"first in epoch 2, where it was {math.nextafter(value, math.inf)!r} and is {value!r}." in sentence


def test_missing_epochs_and_missing_numbers_are_differences(
    stored: StoredRow, replica: TrainedReplica, dataset: Dataset
) -> None:
    fewer = compare(replace(stored, epochs=stored.epochs.head(2)), replica, dataset)
    assert fewer == ["There were 2 epochs and are 3."]
    epochs = stored.epochs.assign(train_loss=math.nan)
    (sentence,) = compare(replace(stored, epochs=epochs), replica, dataset)
    assert sentence.startswith("train_loss differs in 3 of 3 epochs, by nan at most")


def test_losses_that_are_no_numbers_are_the_same(stored: StoredRow, replica: TrainedReplica, dataset: Dataset) -> None:
    diverged = replace(replica, epochs=tuple(replace(epoch, train_loss=math.nan) for epoch in replica.epochs))
    assert compare(replace(stored, epochs=stored.epochs.assign(train_loss=math.nan)), diverged, dataset) == []


def test_other_images_are_the_first_difference(stored: StoredRow, replica: TrainedReplica, config: RunConfig) -> None:
    other = load_dataset(config.data.model_copy(update={"classes": (3, 8)}))
    sentences = compare(stored, replica, other)
    assert sentences == [f"data_fingerprint was {stored.row['data_fingerprint']} and is {other.fingerprint}."]


def test_only_the_same_cell_may_repeat_a_row(stored: StoredRow) -> None:
    check_same_cell(load_config(*OVERRIDES, "workers=1", "data.root=elsewhere", "data.verify=false"), stored)
    with pytest.raises(ArgumentError, match=r"must be .* to repeat the row"):
        check_same_cell(load_config(*OVERRIDES, "r=2"), stored)


def test_rows_of_quantum_computers_are_not_repeated(stored: StoredRow) -> None:
    config = load_config(*OVERRIDES, "backend=runtime", "backend.name=ibm_fez")
    row = replace(stored, row={**stored.row, "config_hash": config_hash(config)})
    with pytest.raises(ArgumentError, match="ibm_fez is a quantum computer"):
        check_same_cell(config, row)
    fake = load_config(*OVERRIDES, "backend=runtime", "backend.name=fake-manila")
    check_same_cell(fake, replace(stored, row={**stored.row, "config_hash": config_hash(fake)}))


def test_rows_survive_the_file(stored: StoredRow, replica: TrainedReplica, dataset: Dataset, tmp_path: Path) -> None:
    write_table(pd.DataFrame([stored.row]), tmp_path / "seeds.csv")
    write_table(stored.epochs, tmp_path / "epochs.csv.gz")
    (again,) = find_rows(f"{tmp_path}/{stored.row['config_hash']}-2", Path("results"))
    assert compare(again, replica, dataset) == []
