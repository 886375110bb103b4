"""The same cells again, twice at once, or after an interruption: nothing is trained twice, and no number changes."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from qnlnet.checkpoints import ReplicaCheckpoint, load_trained_model
from qnlnet.config import RunConfig
from qnlnet.data import load_dataset
from qnlnet.models import prepare_features
from qnlnet.provenance import describe_code
from qnlnet.records import read_epoch_rows, read_seed_rows, write_table
from qnlnet.runs import Run, inputs, preparation, run
from qnlnet.training import Epoch, Job, Progress, TrainedReplica

MakeCell = Callable[..., RunConfig]
NumbersIn = Callable[[Path], tuple[object, ...]]


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int]]:
    """Returns a list to which every epoch that is trained is added: ansatz, seed and number."""
    epochs: list[tuple[str, int, int]] = []
    tell = Progress.on_epoch

    def count(self: Progress, job: Job, epoch: Epoch) -> None:
        epochs.append((job.config.model.ansatz.name, job.seed, epoch.number))
        tell(self, job, epoch)

    monkeypatch.setattr(Progress, "on_epoch", count)
    return epochs


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_same_cell_twice_is_trained_once(
    workers: int, make_cell: MakeCell, trained: list[tuple[str, int, int]]
) -> None:
    cell = make_cell(f"workers={workers}")
    outcomes = run([cell, make_cell("ansatz=1", folder="other"), cell])
    assert [outcome.status for outcome in outcomes] == ["trained"] * 3
    assert outcomes[0].seed_rows.equals(outcomes[2].seed_rows)
    assert outcomes[0].seed_rows.seed.tolist() == [0, 1, 2]
    assert len(trained) == len(set(trained)) == 2 * 3 * 2


def test_the_same_cell_with_other_numbers_of_seeds_is_trained_once(
    make_cell: MakeCell, trained: list[tuple[str, int, int]]
) -> None:
    outcomes = run([make_cell("seeds=1"), make_cell("seeds=3"), make_cell("seeds=2")])
    assert [outcome.seed_rows.seed.tolist() for outcome in outcomes] == [[0], [0, 1, 2], [0, 1]]
    assert len(trained) == len(set(trained)) == 3 * 2
    (again,) = run([make_cell("seeds=4")])
    assert (again.status, len(trained)) == ("trained", 4 * 2)


class Held:
    """A claim that another process seems to have; when all others are stored, a thread stores it and gives it back."""

    def __init__(self, cell: RunConfig, source: RunConfig, seed: int) -> None:
        dataset = load_dataset(cell.data)
        self._features = prepare_features(dataset, cell)
        self._run = Run(cell, dataset)
        self._source = Run(source, dataset)
        self._seed = seed
        self._claim = self._run.claim(seed)
        assert self._claim.take()
        self._thread = threading.Thread(target=self._store_and_release)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exception: object) -> None:
        self._thread.join()

    def _store_and_release(self) -> None:
        table = self._run.directory / "seeds.csv"
        while len(read_seed_rows(table, missing_ok=True)) < self._run.config.seeds - 1:
            time.sleep(0.05)
        rows = self._source.epoch_rows()
        epochs = [
            Epoch(row.epoch, row.train_loss, row.train_accuracy, row.test_accuracy)
            for row in rows[rows.seed == self._seed].itertuples()
        ]
        config = self._run.config
        model = load_trained_model(self._source.directory / "models" / f"seed-{self._seed}.pt")[2]
        self._run.add(TrainedReplica(Job(config, self._seed, self._features), tuple(epochs), model, 1.0, 5.0))
        self._claim.release()


@pytest.mark.slow
def test_what_another_process_trains_is_taken_over(
    make_cell: MakeCell,
    numbers_in: NumbersIn,
    trained: list[tuple[str, int, int]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (source,) = run([make_cell(folder="source")])
    trained.clear()
    capsys.readouterr()
    cell = make_cell()
    with Held(cell, source.config, seed=1):
        (outcome,) = run([cell])
    assert outcome.status == "trained"
    assert outcome.seed_rows.seed.tolist() == [0, 1, 2]
    assert {seed for _, seed, _ in trained} == {0, 2}
    assert numbers_in(outcome.directory) == numbers_in(source.directory)
    said = capsys.readouterr().err
    assert "seed 1: another process is training it; its result will be taken over\n" in said
    assert "seed 1: finished by another process\n" in said


@pytest.mark.slow
@pytest.mark.parametrize("with_seed_1", [False, True])
def test_a_folder_that_becomes_another_cells_meanwhile_fails_this_one(with_seed_1: bool, make_cell: MakeCell) -> None:
    cell = make_cell()
    run_of_cell = Run(cell, load_dataset(cell.data))
    seeds, epochs = (run_of_cell.directory / name for name in ("seeds.csv", "epochs.csv"))
    claim = run_of_cell.claim(1)
    assert claim.take()

    def take_over() -> None:
        while len(rows := read_seed_rows(seeds, missing_ok=True)) < 2:
            time.sleep(0.05)
        others = rows.assign(config_hash="0123456789ab")
        if with_seed_1:  # as if another process had finished it
            others = pd.concat([rows.head(1).assign(seed=1), others])
            known = read_epoch_rows(epochs)
            write_table(pd.concat([known, known[known.seed == rows.seed[0]].assign(seed=1)]), epochs)
        write_table(others, seeds)
        claim.release()

    thread = threading.Thread(target=take_over)
    thread.start()
    good, bad = run([make_cell("ansatz=1", folder="good"), cell])
    thread.join()
    assert (good.status, bad.status) == ("trained", "failed")
    assert "must hold one cell, but has rows of configuration 0123456789ab" in bad.error


def test_force_trains_again_to_the_same_numbers(
    make_cell: MakeCell, numbers_in: NumbersIn, trained: list[tuple[str, int, int]]
) -> None:
    (first,) = run([make_cell()])
    before = numbers_in(first.directory)
    trained.clear()
    (again,) = run([make_cell("force=true")])
    assert again.status == "trained"
    assert len(trained) == 3 * 2
    assert numbers_in(again.directory) == before


def interrupt(*cells: RunConfig, epochs: int = 1) -> None:
    """Runs cells, with Ctrl-C as soon as so many epochs of a replica were told."""

    def stop(self: Progress, job: Job, epoch: Epoch) -> None:
        if epoch.number == epochs:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Progress, "on_epoch", stop)
        with pytest.raises(KeyboardInterrupt):
            run(cells)


EPOCHS = 300
LONG = (f"train.epochs={EPOCHS}", "seeds=1", "protocol=corrected")


@pytest.mark.slow
@pytest.mark.parametrize("every", [0, 3600])
def test_an_interrupted_run_goes_on_from_its_checkpoint_to_the_same_numbers(
    every: int,
    make_cell: MakeCell,
    numbers_in: NumbersIn,
    trained: list[tuple[str, int, int]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (expected,) = run([make_cell(*LONG, folder="undisturbed")])
    trained.clear()
    cell = make_cell(*LONG, f"checkpoint_every={every}")
    interrupt(cell)
    folder = Path(str(cell.output_dir))
    assert (folder / "checkpoints" / "seed-0.ckpt").is_file()
    assert not (folder / "seeds.csv").exists()
    (outcome,) = run([cell])
    assert outcome.status == "trained"
    assert numbers_in(folder) == numbers_in(expected.directory)
    numbers = [number for _, _, number in trained]
    assert numbers == list(range(numbers[0], EPOCHS + 1))
    assert numbers[0] > 1
    assert f"seed 0: goes on after epoch {numbers[0] - 1} of {EPOCHS}\n" in capsys.readouterr().err
    assert list((folder / "checkpoints").iterdir()) == []


@pytest.fixture
def interrupted(make_cell: MakeCell, trained: list[tuple[str, int, int]]) -> RunConfig:
    """A cell whose only replica was interrupted."""
    cell = make_cell(*LONG)
    interrupt(cell)
    trained.clear()
    return cell


@pytest.mark.slow
def test_force_begins_at_the_beginning(interrupted: RunConfig, trained: list[tuple[str, int, int]]) -> None:
    (outcome,) = run([interrupted.model_copy(update={"force": True})])
    assert outcome.status == "trained"
    assert [number for _, _, number in trained] == list(range(1, EPOCHS + 1))
    assert list((outcome.directory / "checkpoints").iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("changed", ["commit", "versions", "images"])
def test_a_checkpoint_of_other_code_or_images_does_not_count(
    changed: str,
    interrupted: RunConfig,
    trained: list[tuple[str, int, int]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if changed == "images":
        dataset = load_dataset(interrupted.data)
        other = replace(dataset, test_images=255 - dataset.test_images)
        monkeypatch.setattr(inputs, "load_dataset", lambda config: other)
    else:
        code = {**describe_code(), changed: "another"}
        monkeypatch.setattr(preparation, "describe_code", lambda: code)
    (outcome,) = run([interrupted])
    assert outcome.status == "trained"
    assert [number for _, _, number in trained] == list(range(1, EPOCHS + 1))
    sentence = f"seed-0.ckpt is left aside, as it was made with other {changed}\n"
    assert capsys.readouterr().err.count(sentence) == 1
    if changed != "images":
        assert outcome.seed_rows[changed].str.startswith("another").all()


@pytest.mark.slow
def test_a_damaged_checkpoint_costs_the_work_and_nothing_else(
    interrupted: RunConfig,
    make_cell: MakeCell,
    numbers_in: NumbersIn,
    trained: list[tuple[str, int, int]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (expected,) = run([make_cell(*LONG, folder="undisturbed")])
    trained.clear()
    for path in (Path(str(interrupted.output_dir)) / "checkpoints").iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    (outcome,) = run([interrupted])
    assert [number for _, _, number in trained] == list(range(1, EPOCHS + 1))
    assert numbers_in(outcome.directory) == numbers_in(expected.directory)
    assert "seed-0.ckpt cannot be used: it is damaged or cut off\n" in capsys.readouterr().err


def test_what_killed_processes_leave_of_finished_replicas_is_cleared_away(make_cell: MakeCell) -> None:
    (outcome,) = run([make_cell("seeds=2")])
    folder = outcome.directory
    ReplicaCheckpoint(folder / "checkpoints", 0, {}).save({})
    ReplicaCheckpoint(folder / "checkpoints", 1, {}).save({})
    (folder / "models" / ".seed-0.pt.0123abcd.tmp").write_bytes(b"half wri")
    for name in ("candidates.csv", "configs.json", "epochs.csv", "seeds.csv"):
        (folder / f".{name}.0123abcd.tmp").write_bytes(b"half wri")
    claim = Run(outcome.config, load_dataset(outcome.config.data)).claim(1)
    assert claim.take()  # another process trains seed 1 again
    assert [again.status for again in run([outcome.config])] == ["kept"]
    assert [path.name for path in (folder / "checkpoints").iterdir()] == ["seed-1.ckpt"]
    assert sorted(path.name for path in (folder / "models").iterdir()) == ["seed-0.pt", "seed-1.pt"]
    assert not [*folder.glob(".*.tmp")]
    claim.release()


@pytest.mark.slow
def test_rows_of_an_interrupted_sweep_are_not_doubled(make_cell: MakeCell, numbers_in: NumbersIn) -> None:
    cells = [make_cell(f"ansatz={ansatz}", folder=ansatz) for ansatz in "01"]
    expected = [numbers_in(outcome.directory) for outcome in run([make_cell(folder="x"), make_cell("ansatz=1")])]
    interrupt(*cells, epochs=2)
    outcomes = run(cells)
    assert [numbers_in(outcome.directory) for outcome in outcomes] == expected
    assert len(read_epoch_rows(outcomes[0].directory / "epochs.csv")) == 3 * 2
