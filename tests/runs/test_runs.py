"""Runs on disk: what is finished is kept, what is missing is trained, and a saved model gives its row's accuracy."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from qnlnet.checkpoints import load_model_checkpoint
from qnlnet.circuits import circuit_from_config
from qnlnet.config import DataConfig, RunConfig, config_hash, load_config
from qnlnet.data import Dataset, load_dataset
from qnlnet.errors import ArgumentError, ResultsError
from qnlnet.models import FeatureSpec, PrincipalComponents, build_model, extract_features, prepare_features
from qnlnet.records import EPOCH_COLUMNS, SEED_COLUMNS, read_epoch_rows, read_seed_rows, write_table
from qnlnet.runs import Run, check_not_constant, inputs, known_table, sweep, train_cells
from qnlnet.training import Job, labels_of, score_with_model, train_replicas

MakeCell = Callable[..., RunConfig]


@pytest.fixture
def make_cell(tmp_path: Path) -> MakeCell:
    """Returns a function that makes a cell on the digits that trains in a moment, with a folder of its own."""

    def make(*overrides: str, folder: str = "cell") -> RunConfig:
        own = {override.partition("=")[0] for override in overrides}
        usual = ("data=digits", "reducer=pca", "train.epochs=2", "seeds=3", f"output_dir={tmp_path / folder}")
        return load_config(*(word for word in usual if word.partition("=")[0] not in own), *overrides)

    return make


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Returns a list to which the seed of every replica that is trained is added."""
    seeds: list[int] = []

    def count(jobs: list[Job], *arguments: Any, **options: Any) -> None:
        seeds.extend(job.seed for job in jobs)
        train_replicas(jobs, *arguments, **options)

    monkeypatch.setattr(sweep, "train_replicas", count)
    return seeds


def use_dataset(monkeypatch: pytest.MonkeyPatch, dataset: Dataset) -> None:
    monkeypatch.setattr(inputs, "load_dataset", lambda config: dataset)


def test_finished_replicas_are_not_trained_again(make_cell: MakeCell, trained: list[int]) -> None:
    (first,) = train_cells([make_cell()])
    assert trained == [0, 1, 2]
    before = {path: path.read_bytes() for path in first.directory.rglob("*.*")}
    results = {path.name for path in before if path.suffix != ".lock"}
    assert results == {"configs.json", "seeds.csv", "epochs.csv", "seed-0.pt", "seed-1.pt", "seed-2.pt"}
    (second,) = train_cells([make_cell()])
    assert trained == [0, 1, 2]
    assert {path: path.read_bytes() for path in first.directory.rglob("*.*")} == before
    assert second.seed_rows().equals(first.seed_rows())
    assert second.epoch_rows().equals(first.epoch_rows())


def test_more_seeds_train_the_missing_ones_only(make_cell: MakeCell, trained: list[int]) -> None:
    (first,) = train_cells([make_cell()])
    (more,) = train_cells([make_cell("seeds=5")])
    assert trained == [0, 1, 2, 3, 4]
    assert more.seed_rows().seed.tolist() == [0, 1, 2, 3, 4]
    assert more.seed_rows().head(3).equals(first.seed_rows())


def test_fewer_seeds_show_fewer_rows_and_lose_none(make_cell: MakeCell, trained: list[int]) -> None:
    (run,) = train_cells([make_cell()])
    (fewer,) = train_cells([make_cell("seeds=2")])
    assert trained == [0, 1, 2]
    assert fewer.seed_rows().seed.tolist() == [0, 1]
    assert sorted(set(fewer.epoch_rows().seed)) == [0, 1]
    assert len(read_seed_rows(run.directory / "seeds.csv")) == 3


def test_force_trains_all_of_them_again_to_the_same_numbers(make_cell: MakeCell, trained: list[int]) -> None:
    (first,) = train_cells([make_cell()])
    (again,) = train_cells([make_cell("force=true")])
    assert trained == [0, 1, 2] * 2
    assert again.epoch_rows().equals(first.epoch_rows())
    assert again.seed_rows().drop(columns="train_seconds").equals(first.seed_rows().drop(columns="train_seconds"))


def test_other_images_are_trained_on_afresh(
    make_cell: MakeCell, trained: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = make_cell("seeds=2")
    train_cells([cell])
    dataset = load_dataset(cell.data)
    other = replace(dataset, test_images=255 - dataset.test_images)
    use_dataset(monkeypatch, other)
    (run,) = train_cells([cell])
    assert trained == [0, 1, 0, 1]
    assert set(run.seed_rows().data_fingerprint) == {other.fingerprint} != {dataset.fingerprint}
    assert len(run.seed_rows()) == 2
    assert len(run.epoch_rows()) == 4


def test_rows_from_unofficial_images_say_so(make_cell: MakeCell, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = make_cell("seeds=1")
    use_dataset(monkeypatch, replace(load_dataset(cell.data), official=False))
    (run,) = train_cells([cell])
    assert run.seed_rows().data_official.tolist() == [False]


@pytest.mark.slow
@pytest.mark.parametrize(
    "change", ["train.epochs=3", "ansatz=1", "r=2", "train.learning_rate=0.02", "data.classes=[1,0]"]
)
def test_other_settings_are_trained_in_a_folder_of_their_own(
    change: str, make_cell: MakeCell, trained: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (one,) = train_cells([make_cell("seeds=1", "output_dir=null")])
    (other,) = train_cells([make_cell("seeds=1", "output_dir=null", change)])
    assert trained == [0, 0]
    assert one.directory != other.directory
    assert {one.directory.parent, other.directory.parent} == {Path("outputs")}


def test_a_folder_that_holds_another_cell_is_refused(make_cell: MakeCell, trained: list[int]) -> None:
    (run,) = train_cells([make_cell("seeds=1")])
    model = run.directory / "models" / "seed-0.pt"
    before = model.read_bytes()
    with pytest.raises(ResultsError, match=rf"must hold one cell, but has rows of configuration {run.hash}\. Choose"):
        train_cells([make_cell("seeds=1", "ansatz=1")])
    assert trained == [0]
    assert model.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize("change", ["workers=1", "allow_constant=true", "data.root=elsewhere"])
def test_settings_that_change_no_number_train_nothing(change: str, make_cell: MakeCell, trained: list[int]) -> None:
    train_cells([make_cell("seeds=1")])
    train_cells([make_cell("seeds=1", change)])
    assert trained == [0]


@pytest.mark.slow
def test_rows_hold_what_the_epochs_gave(make_cell: MakeCell) -> None:
    cell = make_cell("train.epochs=4", "data.converged_above=50")
    dataset = load_dataset(cell.data)
    (run,) = train_cells([cell])
    rows, epochs = run.seed_rows(), run.epoch_rows()
    assert tuple(rows.columns) == SEED_COLUMNS
    assert tuple(epochs.columns) == EPOCH_COLUMNS
    assert read_seed_rows(run.directory / "seeds.csv").equals(rows)
    assert read_epoch_rows(run.directory / "epochs.csv").equals(epochs)
    assert len(epochs) == 3 * 4
    for row in rows.itertuples():
        own = epochs[epochs.seed == row.seed]
        assert own.epoch.tolist() == [1, 2, 3, 4]
        assert row.test_accuracy == own.test_accuracy.iloc[-1]
        assert row.train_accuracy == own.train_accuracy.iloc[-1]
        assert row.best_epoch_test_accuracy == own.test_accuracy.max()
        assert row.converged == (row.test_accuracy > 50)
        assert row.aer_agreement == 1.0
        assert 0 <= row.train_seconds < 60
        assert (row.config_hash, row.data_fingerprint) == (config_hash(cell), dataset.fingerprint)
        assert row.data_official
        assert (row.dataset, row.classes, row.reducer, row.ansatz) == ("digits", "0/1", "pca", "0")
        assert (row.backend, row.num_qubits, row.readout_qubit) == ("exact", 4, 3)
        assert f"torch {torch.__version__.partition('+')[0]}" in row.versions


@pytest.mark.slow
@pytest.mark.parametrize(
    "overrides", [("reducer=pca", "ansatz=1"), ("reducer=cnn", "data=digits_as_cifar10", "ansatz=2", "r=2", "D=2")]
)
def test_a_saved_model_gives_the_accuracy_of_its_row(overrides: tuple[str, ...], make_cell: MakeCell) -> None:
    cell = make_cell(*overrides, "seeds=2")
    (run,) = train_cells([cell])
    features = prepare_features(load_dataset(cell.data), cell)
    assert len(run.seed_rows()) == 2
    for row in run.seed_rows().itertuples():
        path = run.directory / "models" / f"seed-{row.seed}.pt"
        torch.load(path, weights_only=True)  # plain values and tensors, nothing that could run code
        checkpoint = load_model_checkpoint(path)
        config = RunConfig.model_validate(checkpoint["config"])
        assert config == cell
        assert config_hash(config) == checkpoint["config_hash"] == row.config_hash
        assert checkpoint["seed"] == row.seed
        assert checkpoint["circuit_weight_names"] == [weight.name for weight in circuit_from_config(cell).weight_params]
        model = build_model(config, seed=99)
        model.load_state_dict(checkpoint["state_dict"])
        right = labels_of(score_with_model(model, features.test)) == features.test_labels
        assert 100 * right.mean() == row.test_accuracy


@pytest.mark.slow
def test_a_run_that_stops_between_its_two_tables_loses_and_doubles_nothing(
    make_cell: MakeCell, trained: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = train_cells([make_cell(folder="undisturbed")])[0]

    def stop(frame: Any, path: Path) -> None:
        if path.name == "seeds.csv" and len(frame) == 2:
            raise KeyboardInterrupt
        write_table(frame, path)

    monkeypatch.setattr(known_table, "write_table", stop)
    with pytest.raises(KeyboardInterrupt):
        train_cells([make_cell("workers=1")])
    monkeypatch.setattr(known_table, "write_table", write_table)
    trained.clear()
    (run,) = train_cells([make_cell()])
    assert set(trained) <= {1, 2}  # seed 2 may have finished before the stop and been written after all
    assert run.epoch_rows().equals(expected.epoch_rows())
    assert run.seed_rows().seed.tolist() == [0, 1, 2]


@pytest.mark.slow
def test_cells_train_in_one_go_and_share_their_features(
    make_cell: MakeCell, trained: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[str] = []

    def count(dataset: Dataset, data: DataConfig, spec: FeatureSpec) -> Any:
        prepared.append(str(spec))
        return extract_features(dataset, data, spec)

    monkeypatch.setattr(inputs, "extract_features", count)
    cells = [make_cell(f"ansatz={ansatz}", "seeds=2", folder=ansatz) for ansatz in "012"]
    cells.append(make_cell("train.pca_scaling=train_split", "seeds=1", folder="other scaling"))
    results = train_cells(cells)
    assert [run.config for run in results] == cells
    assert [len(run.seed_rows()) for run in results] == [2, 2, 2, 1]
    assert trained == [0, 1, 0, 1, 0, 1, 0]
    assert sorted(prepared) == [str(PrincipalComponents(4, scaling)) for scaling in ("each_split", "train_split")]


@pytest.mark.slow
def test_a_cell_gives_the_same_rows_alone_and_beside_others(make_cell: MakeCell) -> None:
    (alone,) = train_cells([make_cell("workers=1", folder="alone")])
    beside, _ = train_cells([make_cell("workers=2", folder="beside"), make_cell("reducer=cnn", folder="other")])
    assert beside.epoch_rows().equals(alone.epoch_rows())


def test_an_unwritable_folder_is_found_before_anything_trains(
    make_cell: MakeCell, trained: list[int], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ResultsError, match=r"file/below.* cannot be written: Not a directory"):
        train_cells([make_cell(folder="writable"), make_cell(folder="file/below")])
    assert trained == []


def test_a_damaged_table_is_found_before_anything_trains(make_cell: MakeCell, trained: list[int]) -> None:
    (run,) = train_cells([make_cell("seeds=1")])
    table = run.directory / "seeds.csv"
    table.write_bytes(table.read_bytes()[:-20])
    trained.clear()
    with pytest.raises(ResultsError, match=r"seeds.csv must end with a line break, .* Restore the file"):
        train_cells([make_cell("seeds=1")])
    assert trained == []


def test_a_fresh_run_misses_all_seeds(make_cell: MakeCell) -> None:
    cell = make_cell()
    run = Run(cell, load_dataset(cell.data))
    assert run.missing_seeds() == [0, 1, 2]
    assert run.seed_rows().empty
    assert run.epoch_rows().empty


@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_reading_qubit_0_out_with_one_repetition_is_refused(
    ansatz: str, make_cell: MakeCell, trained: list[int]
) -> None:
    with pytest.raises(ArgumentError, match=r"zero whatever the inputs and weights are.*Use readout_qubit=3") as caught:
        train_cells([make_cell(f"ansatz={ansatz}", "readout_qubit=0")])
    assert "allow_constant=true" in str(caught.value)
    assert trained == []
    for change in (["readout_qubit=0", "r=2"], ["readout_qubit=0", "D=2"], ["readout_qubit=3"]):
        check_not_constant(load_config(f"ansatz={ansatz}", *change))


def test_a_constant_circuit_trains_where_that_is_allowed(make_cell: MakeCell) -> None:
    cell = make_cell("readout_qubit=0", "allow_constant=true", "seeds=1")
    (run,) = train_cells([cell])
    checkpoint = load_model_checkpoint(run.directory / "models" / "seed-0.pt")
    weights, untrained = checkpoint["state_dict"], build_model(cell, 0).state_dict()
    for name in ("quantum.weight", "reducer.0.weight"):
        assert torch.equal(weights[name], untrained[name])  # there was no gradient
    model = build_model(cell, 0)
    model.load_state_dict(weights)
    scores = score_with_model(model, prepare_features(load_dataset(cell.data), cell).test)
    assert len(np.unique(scores, axis=0)) == 1


def test_no_cells_are_no_problem() -> None:
    assert train_cells([]) == []
