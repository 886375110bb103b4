"""train.py --multirun: every combination is a cell, and the end says what became of each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from experiments.sweeps import check_one_sentence, read_hints, read_outputs, read_table, same_rows, statuses

from qnlnet.records import read_seed_rows

Run = Callable[..., Any]
USUAL = ("data=digits", "reducer=pca", "train.epochs=1", "seeds=1")
NONSENSE = ("backend=aer", "backend.noise=null,nonsense")


@pytest.fixture
def sweep(run_here: Run) -> Run:
    """Returns a function that sweeps over cells that train in a moment."""

    def run(*arguments: str) -> Any:
        own = {argument.partition("=")[0] for argument in arguments}
        usual = [word for word in USUAL if word.partition("=")[0] not in own]
        return run_here("train.py", "--multirun", *usual, *arguments)

    return run


@pytest.mark.slow
def test_the_table_holds_what_the_rows_hold_and_a_second_time_all_is_kept(sweep: Run, tmp_path: Path) -> None:
    first = sweep("seeds=2", "train.epochs=3", "ansatz=0,1,2")
    assert (first.status, "Traceback" in first.err) == (0, False)
    table = read_table(first.out)
    assert list(table) == ["ansatz=0", "ansatz=1", "ansatz=2"]
    for label, columns in table.items():
        (path,) = (tmp_path / "outputs").glob(f"*ansatz{label[-1]}_*/seeds.csv")
        rows = read_seed_rows(path)
        accuracy = f"{rows.test_accuracy.mean():.2f} ± {rows.test_accuracy.std(ddof=1):.2f}"
        seconds = f"{rows.train_seconds.sum():.1f} s"
        assert columns == ["trained", "2/2", f"{rows.converged.sum()}/2", accuracy, seconds]
    before = read_outputs(tmp_path)
    second = sweep("seeds=2", "train.epochs=3", "ansatz=0,1,2")
    assert (second.status, second.err) == (0, "")
    assert read_table(second.out) == {label: ["kept", *columns[1:]] for label, columns in table.items()}
    assert same_rows(read_outputs(tmp_path), before)
    more = sweep("seeds=2", "train.epochs=3", "ansatz=0,1,2", "r=1,2")
    assert list(statuses(more.out).values()) == ["kept", "trained"] * 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "labels"),
    [
        (["ansatz=0,2"], ["ansatz=0", "ansatz=2"]),
        (["ansatz='0','2'"], ["ansatz=0", "ansatz=2"]),
        (["ansatz=choice(2,0,1)"], ["ansatz=2", "ansatz=0", "ansatz=1"]),
        (["ansatz=range(0,3)"], ["ansatz=0", "ansatz=1", "ansatz=2"]),
        (["ansatz=glob(?)"], ["ansatz=0", "ansatz=1", "ansatz=2"]),
        (["r=range(1,4)"], ["r=1", "r=2", "r=3"]),
        (["train.learning_rate=0.01,1e-3"], ["train.learning_rate=0.01", "train.learning_rate=0.001"]),
        (["r=1,2", "D=1,2"], ["r=1 D=1", "r=1 D=2", "r=2 D=1", "r=2 D=2"]),
        (["D=2,1", "ansatz=1,0"], ["D=2 ansatz=1", "D=2 ansatz=0", "D=1 ansatz=1", "D=1 ansatz=0"]),
        (["data.classes=[0,1],[3,6]"], ["data.classes=[0,1]", "data.classes=[3,6]"]),
        (["hydra.sweeper.params={ansatz: \"'0','1'\"}"], ["ansatz=0", "ansatz=1"]),
        (["+hydra.sweeper.params={ansatz: \"'0','1'\"}", "ansatz=2,1"], ["ansatz=2", "ansatz=1"]),
    ],
)
def test_every_way_to_write_choices_gives_these_cells_in_this_order(
    words: list[str], labels: list[str], sweep: Run
) -> None:
    outcome = sweep(*words)
    assert outcome.status == 0, outcome.err
    assert statuses(outcome.out) == dict.fromkeys(labels, "trained")


@pytest.mark.slow
def test_a_sweep_of_one_cell_is_named_by_all_its_words(sweep: Run) -> None:
    assert statuses(sweep().out) == {" ".join(USUAL): "trained"}


@pytest.mark.slow
def test_batches_give_the_same_rows_in_the_same_order(sweep: Run, tmp_path: Path) -> None:
    words = ("ansatz=0,1,2", "seeds=2", "output_dir=null")
    batched = sweep(*words, "hydra.sweeper.max_batch_size=2")
    assert batched.status == 0
    assert "/4 replicas" in batched.err  # two cells, then one
    assert "/2 replicas" in batched.err
    rows = read_outputs(tmp_path)
    again = sweep(*words, "force=true")
    assert "/6 replicas" in again.err
    assert same_rows(read_outputs(tmp_path), rows)
    assert list(statuses(again.out)) == list(statuses(batched.out)) == ["ansatz=0", "ansatz=1", "ansatz=2"]


@pytest.mark.slow
@pytest.mark.parametrize("batches", ["null", "1"])
def test_a_cell_that_fails_is_named_and_the_others_train(batches: str, sweep: Run, few_images: Any) -> None:
    few_images(3)
    outcome = sweep("ansatz=1,2", *NONSENSE, f"hydra.sweeper.max_batch_size={batches}")
    assert outcome.status == 1
    assert list(statuses(outcome.out).values()) == ["trained", "failed", "trained", "failed"]
    reason = "ansatz=1 backend.noise=nonsense and 1 more: Argument `backend.noise` must name a fake device"
    assert outcome.out.count(reason) == 1
    assert "2 of 4 cells failed. What the sentences above name must be changed first" in outcome.out
    assert read_hints(outcome.out) == []
    assert "Traceback" not in outcome.err + outcome.out
    again = sweep("ansatz=1,2", *NONSENSE, f"hydra.sweeper.max_batch_size={batches}")
    assert list(statuses(again.out).values()) == ["kept", "failed", "kept", "failed"]


def test_a_value_that_no_cell_may_have_fails_its_cell_only(sweep: Run) -> None:
    outcome = sweep("D=0,1", "readout_qubit=3,9")
    assert outcome.status == 1
    assert statuses(outcome.out) == {
        "D=0 readout_qubit=3": "failed",
        "D=0 readout_qubit=9": "failed",
        "D=1 readout_qubit=3": "trained",
        "D=1 readout_qubit=9": "failed",
    }
    assert "D=0 readout_qubit=3 and 1 more: Argument `D` must be at least 1, but is 0.\n" in outcome.out
    assert "D=1 readout_qubit=9: Argument `readout_qubit` must be between 0 and 3" in outcome.out
    assert "3 of 4 cells failed. What the sentences above name must be changed first" in outcome.out
    assert read_hints(outcome.out) == []  # a mistake is not worth repeating


@pytest.mark.slow
def test_a_cell_that_stops_unexpectedly_leaves_its_traceback(
    sweep: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qnlnet.training import build_replica

    def fail(config: Any, *arguments: Any) -> Any:
        if config.model.ansatz.name == "1":
            raise ZeroDivisionError("nobody expects this")
        return build_replica(config, *arguments)

    monkeypatch.setattr("qnlnet.training.pool.build_replica", fail)
    outcome = sweep("ansatz=0,1")
    assert outcome.status == 1
    assert statuses(outcome.out) == {"ansatz=0": "trained", "ansatz=1": "failed"}
    assert "ansatz=1: ZeroDivisionError: nobody expects this\n" in outcome.out
    assert "Traceback" not in outcome.out + outcome.err
    (report,) = (tmp_path / "outputs").glob("*ansatz1*/failure.txt")
    assert report.read_text().startswith("Traceback")


@pytest.mark.slow
@pytest.mark.parametrize(
    "folder",
    ["plain", "with space", "'with,comma'", "'it=has equals'", '"double,quotes"', "'{braces}'", "'ümläut'"],
)
def test_the_hinted_command_trains_the_cell_once_nothing_stops_it(
    folder: str, sweep: Run, run_here: Run, tmp_path: Path
) -> None:
    name = folder.strip("'\"")
    (tmp_path / name).write_text("a file where the folder should be")
    words = (f"output_dir={folder}", "ansatz=2", "data.classes=[3,6]", "data.mean=[0.5]")
    outcome = sweep(*words)
    assert outcome.status == 1
    (hint,) = read_hints(outcome.out)
    (tmp_path / name).unlink()
    alone = run_here("train.py", *hint)
    assert alone.status == 0, alone.err
    rows = read_seed_rows(tmp_path / name / "seeds.csv")
    assert (set(rows.ansatz), set(rows.classes)) == ({"2"}, {"3/6"})
    assert list(statuses(sweep(*words).out).values()) == ["kept"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ansatz=0,7"], "Argument `ansatz` must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry, but is '7'."),
        (["ansatz=range(0,9)"], "Argument `ansatz` must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry, but is '3'."),
        (["sedes=1,2"], "There is no configuration key `sedes`. Did you mean `seeds`?"),
        (["train.epoch=1,2"], "There is no configuration key `train.epoch`. Did you mean `train.epochs`?"),
        (["D=1,"], "The override `D=1,` cannot be read."),
        (["train.learning_rate=interval(0,1)"], "does not support sweep type : INTERVAL_SWEEP"),
        (["hydra.sweeper.max_batch_size=0"], "Argument `hydra.sweeper.max_batch_size` must be at least 1, but is 0."),
        (["hydra.sweeper.n_trials=3"], "There is no configuration key `hydra.sweeper.n_trials`."),
        (["hydra.launcher.n_jobs=3"], "There is no configuration key `hydra.launcher.n_jobs`."),
        (["hydra/launcher=nope"], "Argument `hydra/launcher` must be one of "),
        (["hydra/sweeper=nope"], "Argument `hydra/sweeper` must be one of "),
        (["--nope"], "--nope"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_trains(
    words: list[str], expected: str, sweep: Run, tmp_path: Path
) -> None:
    outcome = sweep(*words)
    if words == ["--nope"]:  # of options Python itself tells
        assert (outcome.status, "Traceback" in outcome.err) == (2, False)
        assert "unrecognized arguments: --nope" in outcome.err
    else:
        check_one_sentence(outcome, expected)
    assert list(tmp_path.rglob("seeds.csv")) == []


def test_nothing_lies_about_but_cells(sweep: Run, tmp_path: Path) -> None:
    sweep("ansatz=0,1")
    assert [path.name for path in tmp_path.iterdir()] == ["outputs"]
    names = sorted(path.name for path in (tmp_path / "outputs").iterdir())
    assert [name.partition("_r1")[0] for name in names] == [
        "digits-0-1_pca_ansatz0",
        "digits-0-1_pca_ansatz1",
        "multirun",
    ]
    assert list((tmp_path / "outputs" / "multirun").iterdir()) == []
