"""Many cells at once: one that fails, in whatever way, leaves the numbers of the others as they are without it."""

import errno
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from qnlnet.checkpoints import load_model_checkpoint, save_model
from qnlnet.config import DataConfig, RunConfig, config_hash
from qnlnet.data import Dataset
from qnlnet.errors import ArgumentError, DataError, QNLNetError, ResultsError
from qnlnet.models import family_of
from qnlnet.records import read_seed_rows
from qnlnet.runs import Outcome, inputs, run, run_folder, train_cells
from qnlnet.training import build_replica

MakeCell = Callable[..., RunConfig]
NumbersIn = Callable[[Path], tuple[object, ...]]


def statuses(outcomes: list[Outcome]) -> list[str]:
    return [outcome.status for outcome in outcomes]


@pytest.mark.slow
def test_outcomes_come_in_order_and_say_what_became_of_each(make_cell: MakeCell) -> None:
    cells = [make_cell(f"ansatz={ansatz}", folder=ansatz) for ansatz in "012"]
    (first,) = run(cells[1:2])
    assert (first.status, first.error, first.config) == ("trained", "", cells[1])
    bad = make_cell("readout_qubit=0", folder="bad")
    outcomes = run(cell for cell in (cells[0], cells[1], bad, cells[2]))  # a generator will do
    assert [outcome.config for outcome in outcomes] == [cells[0], cells[1], bad, cells[2]]
    assert statuses(outcomes) == ["trained", "kept", "failed", "trained"]
    assert [outcome.directory.name for outcome in outcomes] == ["0", "1", "bad", "2"]
    assert [len(outcome.seed_rows) for outcome in outcomes] == [3, 3, 0, 3]
    for outcome in outcomes[:2]:
        assert outcome.seed_rows.equals(read_seed_rows(outcome.directory / "seeds.csv"))
    assert statuses(run([*cells, bad])) == ["kept"] * 3 + ["failed"]


def test_no_cells_are_no_problem() -> None:
    assert run([]) == []
    assert run(iter(())) == []


def a_file_in_the_way(tmp_path: Path, make_cell: MakeCell) -> RunConfig:
    (tmp_path / "file").write_text("not a folder")
    return make_cell(folder="file/below")


def another_cell_in_the_folder(tmp_path: Path, make_cell: MakeCell) -> RunConfig:
    run([make_cell("ansatz=1", "seeds=1", folder="bad")])
    return make_cell(folder="bad")


def a_damaged_table(tmp_path: Path, make_cell: MakeCell) -> RunConfig:
    run([make_cell(folder="bad")])
    table = tmp_path / "bad" / "seeds.csv"
    table.write_bytes(table.read_bytes()[:-20])
    return make_cell(folder="bad")


BAD: dict[str, Callable[[Path, MakeCell], RunConfig]] = {
    "zero whatever the inputs and weights are": lambda _, make: make("readout_qubit=0", folder="bad"),
    "cannot be written: Not a directory": a_file_in_the_way,
    "must hold one cell, but has rows of": another_cell_in_the_folder,
    "must end with a line break": a_damaged_table,
    "`backend.budget_seconds` must say how many": lambda _, make: make(
        "backend=runtime", "backend.name=aer", folder="bad"
    ),
    "must name a fake device": lambda _, make: make("backend=aer", "backend.noise=nonsense", folder="bad"),
}


@pytest.mark.slow
@pytest.mark.parametrize("position", [0, 2])
@pytest.mark.parametrize("reason", list(BAD))
def test_a_cell_that_fails_leaves_the_others_as_they_are_without_it(
    reason: str,
    position: int,
    make_cell: MakeCell,
    numbers_in: NumbersIn,
    good_cells: list[RunConfig],
    good_numbers: list[tuple[object, ...]],
    tmp_path: Path,
) -> None:
    bad = BAD[reason](tmp_path, make_cell)
    cells = list(good_cells)
    cells.insert(position, bad)
    outcomes = run(cells)
    failed = outcomes.pop(position)
    assert failed.status == "failed"
    assert reason in failed.error
    assert statuses(outcomes) == ["trained", "trained"]
    assert [numbers_in(outcome.directory) for outcome in outcomes] == good_numbers
    assert not list(tmp_path.rglob("failure.txt"))  # the sentence says it all


@pytest.mark.slow
def test_missing_images_fail_their_cell_only(
    make_cell: MakeCell,
    numbers_in: NumbersIn,
    good_cells: list[RunConfig],
    good_numbers: list[tuple[object, ...]],
    tmp_path: Path,
) -> None:
    folder = tmp_path / "no images here"
    bad = make_cell("data=image_folder", f"data.root={folder}", "data.classes=[cats,dogs]", folder="bad")
    outcomes = run([bad, *good_cells])
    assert statuses(outcomes) == ["failed", "trained", "trained"]
    assert str(folder) in outcomes[0].error
    assert [numbers_in(outcome.directory) for outcome in outcomes[1:]] == good_numbers
    with pytest.raises(ArgumentError, match="There is no such folder"):
        train_cells([bad])


def test_images_that_are_out_of_reach_are_looked_for_once(make_cell: MakeCell, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for = []

    def fail(config: DataConfig) -> Dataset:
        looked_for.append(config)
        raise DataError("The server does not answer.")

    monkeypatch.setattr(inputs, "load_dataset", fail)
    outcomes = run([make_cell(f"ansatz={ansatz}", folder=ansatz) for ansatz in "012"])
    assert [outcome.error for outcome in outcomes] == ["The server does not answer."] * 3
    assert len(looked_for) == 1
    run([make_cell()])
    assert len(looked_for) == 2  # another sweep may have more luck


def break_unexpectedly(where: str, patch: pytest.MonkeyPatch) -> None:
    """Lets something that nobody expects happen to cells of ansatz 1, of which seed 1 counts for single replicas."""

    def broken(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            cell = next(value for value in arguments if isinstance(value, RunConfig))
            seeds = [value for value in arguments if isinstance(value, int)] or [1]
            if cell.model.ansatz.name == "1" and seeds == [1]:
                raise ZeroDivisionError("nobody expects this")
            return function(*arguments)

        return call

    names = {
        "preparing": ("qnlnet.runs.inputs.family_of", family_of),
        "training": ("qnlnet.training.pool.build_replica", build_replica),
        "storing": ("qnlnet.runs.run_folder.save_model", save_model),
    }
    name, function = names[where]
    patch.setattr(name, broken(function))


@pytest.mark.slow
@pytest.mark.parametrize(("where", "rows"), [("preparing", []), ("training", [0, 2]), ("storing", [0, 2])])
def test_what_nobody_expects_fails_its_cell_only_and_is_written_down(
    where: str,
    rows: list[int],
    make_cell: MakeCell,
    numbers_in: NumbersIn,
    good_cells: list[RunConfig],
    good_numbers: list[tuple[object, ...]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    # A scaling of its own gives it features of its own.
    bad = make_cell("ansatz=1", "train.pca_scaling=train_split", folder="bad")
    with monkeypatch.context() as patch:
        break_unexpectedly(where, patch)
        outcomes = run([*good_cells, bad])
    assert statuses(outcomes) == ["trained", "trained", "failed"]
    assert outcomes[2].error == "ZeroDivisionError: nobody expects this"
    assert (outcomes[2].seed_rows.seed.tolist() if rows else []) == rows
    report = (tmp_path / "bad" / "failure.txt").read_text()
    assert report.startswith("Traceback (most recent call last):\n")
    assert "in break_unexpectedly" in report or "in call" in report
    assert report.endswith("ZeroDivisionError: nobody expects this\n")
    assert [numbers_in(outcome.directory) for outcome in outcomes[:2]] == good_numbers
    (again,) = run([bad])
    assert again.status == "trained"
    run([expected := make_cell("ansatz=1", "train.pca_scaling=train_split", folder="expected")])
    assert numbers_in(again.directory) == numbers_in(Path(str(expected.output_dir)))


def test_a_full_disk_fails_the_cell_whose_rows_it_takes(
    make_cell: MakeCell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(directory: Path, config: RunConfig, *arguments: Any) -> Path:
        if directory.name == "full":
            raise ResultsError("The file cannot be written: No space left on device.")
        return save_model(directory, config, *arguments)

    monkeypatch.setattr(run_folder, "save_model", fail)
    full, good = run([make_cell(folder="full"), make_cell("ansatz=2", folder="good")])
    assert (full.status, good.status) == ("failed", "trained")
    assert full.error == "The file cannot be written: No space left on device."
    assert not (tmp_path / "full" / "failure.txt").exists()
    assert not (tmp_path / "full" / "seeds.csv").exists()


def test_all_or_nothing_raises_after_the_others_have_finished(make_cell: MakeCell, tmp_path: Path) -> None:
    bad = make_cell("backend=aer", "backend.noise=nonsense", folder="bad")
    good = make_cell(folder="good")
    with pytest.raises(ArgumentError, match="must name a fake device"):
        train_cells([bad, good])
    assert read_seed_rows(tmp_path / "good" / "seeds.csv").seed.tolist() == [0, 1, 2]
    assert [outcome.status for outcome in run([good])] == ["kept"]


def test_all_or_nothing_trains_nothing_where_a_cell_can_not_be_prepared(make_cell: MakeCell, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="zero whatever"):
        train_cells([make_cell(folder="good"), make_cell("readout_qubit=0", folder="bad")])
    assert not (tmp_path / "good" / "seeds.csv").exists()


def test_an_accuracy_is_the_mean_over_the_seeds(make_cell: MakeCell) -> None:
    good, bad = run([make_cell("train.epochs=3"), make_cell("readout_qubit=0", folder="bad")])
    assert float(good) == sum(good.seed_rows.test_accuracy) / 3
    assert 0 < float(good) <= 100
    with pytest.raises(ResultsError, match=r"this one failed: Argument `readout_qubit` must be"):
        float(bad)


def test_outcomes_travel_between_processes(make_cell: MakeCell) -> None:
    outcomes = run([make_cell(), make_cell("readout_qubit=0", folder="bad")])
    for there, here in zip(pickle.loads(pickle.dumps(outcomes)), outcomes, strict=True):
        assert (there.config, there.directory, there.status, there.error) == (
            *(here.config, here.directory, here.status, here.error),
        )
        assert config_hash(there.config) == config_hash(here.config)
        assert there.seed_rows.equals(here.seed_rows)


@pytest.mark.parametrize(
    "error",
    [
        ResultsError("one sentence"),
        QNLNetError("one sentence"),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
)
def test_errors_travel_between_processes(error: Exception) -> None:
    there = pickle.loads(pickle.dumps(error))
    assert (type(there), str(there)) == (type(error), str(error))


def test_a_folder_for_several_cells_is_refused_before_they_train(make_cell: MakeCell, tmp_path: Path) -> None:
    cells = [make_cell(f"ansatz={ansatz}", "seeds=2", folder="same") for ansatz in "010"]
    outcomes = run(cells)
    assert statuses(outcomes) == ["trained", "failed", "trained"]
    assert outcomes[1].error == (
        f"Argument `output_dir` must differ from cell to cell, but is '{tmp_path / 'same'}'. "
        "Leave it out, and each cell gets a folder of its own."
    )
    with pytest.raises(ArgumentError, match="must differ from cell to cell"):
        train_cells(cells)


@pytest.mark.slow
def test_sweeps_that_take_one_folder_at_once_do_not_mix(make_cell: MakeCell, tmp_path: Path) -> None:
    cells = [make_cell(f"ansatz={ansatz}", "seeds=2", folder="same") for ansatz in "012"]
    with ThreadPoolExecutor(3) as pool:
        outcomes = [outcome for (outcome,) in pool.map(lambda cell: run([cell]), cells)]
    (trained,) = (outcome for outcome in outcomes if outcome.status == "trained")
    for outcome in outcomes:
        assert outcome is trained or "must hold one cell, but has rows of configuration" in outcome.error
    rows = read_seed_rows(tmp_path / "same" / "seeds.csv")
    assert set(rows.config_hash) == {config_hash(trained.config)}
    for seed in rows.seed:
        checkpoint = load_model_checkpoint(tmp_path / "same" / "models" / f"seed-{seed}.pt")
        assert checkpoint["config_hash"] == config_hash(trained.config)
