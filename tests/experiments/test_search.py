"""train.py --multirun hydra/sweeper=optuna: trials see held-out training images, and the winner alone the test set."""

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from experiments.sweeps import check_one_sentence, read_outputs, read_table, same_rows, statuses
from pairs import every_pair

from qnlnet.config import DataConfig, load_config, run_directory
from qnlnet.data import load_dataset
from qnlnet.records import read_seed_rows

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]  # while Optuna is imported

Run = Callable[..., Any]
USUAL = ("data=digits", "reducer=pca", "train.epochs=2", "seeds=2")
WINNER = "The winner again: python "


@pytest.fixture
def search(run_here: Run) -> Run:
    """Returns a function that searches over cells that train in a moment."""

    def run(*arguments: str) -> Any:
        own = {argument.partition("=")[0] for argument in arguments}
        usual = [*USUAL, "hydra.sweeper.n_trials=4"]
        kept = [word for word in usual if word.partition("=")[0] not in own]
        return run_here("train.py", "--multirun", "hydra/sweeper=optuna", *kept, *arguments)

    return run


def read_summary(folder: Path) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((folder / "outputs" / "multirun" / "search.json").read_text())
    return summary


def test_only_the_winner_meets_the_test_set(search: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, bytes]] = []

    def load(config: DataConfig) -> Any:
        dataset = load_dataset(config)
        seen.append((config.evaluate_on, dataset.test_images.tobytes()))
        return dataset

    monkeypatch.setattr("qnlnet.runs.inputs.load_dataset", load)
    outcome = search()
    assert outcome.status == 0, outcome.err
    full = load_dataset(load_config("data=digits").data)
    held_out = load_dataset(load_config("data=digits", "data.evaluate_on=validation").data)
    training = {image.tobytes() for image in full.train_images}
    assert all(image.tobytes() in training for image in held_out.test_images)
    # Two trials at a time, twice, and then the winner.
    expected = [("validation", held_out.test_images.tobytes())] * 2 + [("test", full.test_images.tobytes())]
    assert seen == expected
    datasets = [set(rows.dataset) for rows in read_outputs(tmp_path).values()]
    assert datasets.count({"digits validation"}) == 4
    assert datasets.count({"digits"}) == 1


def test_the_best_trial_wins_and_what_is_said_and_written_is_what_the_rows_hold(search: Run, tmp_path: Path) -> None:
    outcome = search()
    summary = read_summary(tmp_path)
    rate = summary["chosen"]["train.learning_rate"]
    validation: dict[float, float] = {}
    for label in read_table(outcome.out):
        directory = run_directory(load_config(*USUAL, label, "data.evaluate_on=validation"))
        validation[float(label.partition("=")[2])] = read_seed_rows(
            tmp_path / directory / "seeds.csv"
        ).test_accuracy.mean()
    assert len(validation) == 4
    assert all(1e-4 <= rate <= 3e-2 for rate in validation)
    assert summary["validation_accuracy"] == max(validation.values()) == validation[rate]
    winner = load_config(*USUAL, f"train.learning_rate={rate!r}")
    assert load_config(*summary["winner"]) == winner
    rows = read_seed_rows(tmp_path / run_directory(winner) / "seeds.csv")
    assert summary["test_accuracy"] == rows.test_accuracy.mean()
    assert rows.seed.tolist() == [0, 1]
    assert f"Chosen on held-out training images ({summary['validation_accuracy']:.2f} %): " in outcome.out
    said = f"Test accuracy of this winner, 2 seeds: {summary['test_accuracy']:.2f} %. Rows: {run_directory(winner)}\n"
    assert said in outcome.out


def test_the_same_search_again_proposes_the_same_and_trains_nothing(search: Run, tmp_path: Path) -> None:
    first = search()
    rows, summary = read_outputs(tmp_path), read_summary(tmp_path)
    second = search()
    assert (second.status, second.err) == (0, "")
    assert set(statuses(first.out).values()) == {"trained"}
    assert statuses(second.out) == dict.fromkeys(statuses(first.out), "kept")
    assert read_summary(tmp_path) == summary
    assert same_rows(read_outputs(tmp_path), rows)
    more = search("hydra.sweeper.n_trials=6")
    assert list(statuses(more.out).values()) == ["kept"] * 4 + ["trained"] * 2
    other = search("hydra.sweeper.sampler.seed=1")
    assert not statuses(other.out).keys() & statuses(first.out).keys()


@pytest.fixture(scope="module")
def kept() -> list[tuple[Any, Any, Any]]:
    """Holds what `undisturbed` has found out."""
    return []


@pytest.fixture
def undisturbed(kept: list[tuple[Any, Any, Any]], search: Run, tmp_path: Path) -> tuple[Any, Any, Any]:
    """What a search says that nothing stops, its rows and its summary, found out once; the folder is empty again."""
    if not kept:
        outcome = search("seeds=1")
        kept.append((outcome, read_outputs(tmp_path), read_summary(tmp_path)))
        shutil.rmtree(tmp_path / "outputs")
    return kept[0]


@pytest.mark.parametrize("epochs", [1, 3, 5])
def test_an_interrupted_search_goes_on_to_the_same_winner(
    epochs: int, undisturbed: tuple[Any, Any, Any], search: Run, tmp_path: Path
) -> None:
    from qnlnet.training import Progress

    expected, rows, summary = undisturbed
    told: list[Any] = []

    def stop(*arguments: Any) -> None:
        told.append(arguments)
        if len(told) == epochs:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Progress, "on_epoch", stop)
        stopped = search("seeds=1")
    assert stopped.status == 130
    assert stopped.err.endswith("Stopped. What is done is kept; the same command goes on from here.\n")
    assert not (tmp_path / "outputs" / "multirun" / "search.json").exists()
    again = search("seeds=1")
    assert again.status == 0
    assert read_summary(tmp_path) == summary
    assert same_rows(read_outputs(tmp_path), rows)
    assert again.out.partition("\n\n")[2] == expected.out.partition("\n\n")[2]


def test_the_printed_command_is_the_winner(search: Run, run_here: Run, tmp_path: Path) -> None:
    outcome = search("ansatz=0,1,2", "train.learning_rate=0.01", "data.classes=[3,6]", "hydra.sweeper.n_trials=3")
    (line,) = (line for line in outcome.out.splitlines() if line.startswith(WINNER))
    command = shlex.split(line.removeprefix(WINNER))
    assert any(word in ("ansatz=0", "ansatz=1", "ansatz=2") for word in command)
    before = read_outputs(tmp_path)
    again = run_here("train.py", *command[1:])
    assert (again.status, again.err) == (0, "")  # nothing was left to train
    assert same_rows(read_outputs(tmp_path), before)


@pytest.mark.parametrize(
    ("words", "check"),
    [
        (["train.learning_rate=interval(1e-3,1e-2)"], lambda c: 1e-3 <= c["train.learning_rate"] <= 1e-2),
        (["train.learning_rate=tag(log,interval(1e-3,1e-2))"], lambda c: 1e-3 <= c["train.learning_rate"] <= 1e-2),
        (["train.learning_rate=0.01,0.02"], lambda c: c["train.learning_rate"] in (0.01, 0.02)),
        (["train.learning_rate=0.01", "r=int(interval(1,2))"], lambda c: c["r"] in (1, 2)),
        (["train.learning_rate=0.01", "D=range(1,2)"], lambda c: c["D"] in (1, 2)),
        (["train.learning_rate=0.01", "ansatz=choice(0,2)"], lambda c: c["ansatz"] in (0, 2)),
        (["train.learning_rate=0.01", "ansatz=0,2"], lambda c: c["ansatz"] in ("0", "2")),
        (["train.learning_rate=0.01", "train.loss=raw_nll,cross_entropy"], lambda c: len(c) == 1),
        (["ansatz=0,2", "train.batch_size=1,4"], lambda c: len(c) == 3),
    ],
)
def test_every_way_to_write_what_is_searched(words: list[str], check: Any, search: Run, tmp_path: Path) -> None:
    outcome = search(*words, "hydra.sweeper.n_trials=2", "train.epochs=1", "seeds=1")
    assert outcome.status == 0, outcome.err
    summary = read_summary(tmp_path)
    assert check(summary["chosen"])
    searched = {word.partition("=")[0] for word in words if word != "train.learning_rate=0.01"}
    assert set(summary["chosen"]) == searched | ({"train.learning_rate"} - {word.partition("=")[0] for word in words})
    config = load_config(*summary["winner"])
    assert config.data.evaluate_on == "test"
    if "train.learning_rate=0.01" in words:
        assert config.train.learning_rate == 0.01


def test_what_all_trials_have_in_common_the_winner_has_as_well(search: Run, tmp_path: Path) -> None:
    words = ["+hydra.sweeper.params.r=2", "+hydra.sweeper.params.D=2", "D=1", "++train.batch_size=4"]
    outcome = search(*words, "hydra.sweeper.n_trials=2", "seeds=1")
    assert outcome.status == 0, outcome.err
    winner = load_config(*read_summary(tmp_path)["winner"])
    assert (winner.model.feature_map_reps, winner.model.ansatz_reps, winner.train.batch_size) == (2, 1, 4)
    for rows in read_outputs(tmp_path).values():
        assert (set(rows.r), set(rows.D)) == ({2}, {1})


def test_a_value_that_is_forced_is_not_searched(search: Run, tmp_path: Path) -> None:
    outcome = search("++train.learning_rate=0.02", "D=1,2", "hydra.sweeper.n_trials=2", "seeds=1")
    assert outcome.status == 0, outcome.err
    summary = read_summary(tmp_path)
    assert set(summary["chosen"]) == {"D"}
    assert load_config(*summary["winner"]).train.learning_rate == 0.02


@pytest.mark.parametrize("split", ["test", "validation", "test,validation", "choice(test,validation)"])
@pytest.mark.parametrize("prefix", ["", "++"])
def test_the_split_is_not_the_persons_to_choose(prefix: str, split: str, search: Run, tmp_path: Path) -> None:
    outcome = search(f"{prefix}data.evaluate_on={split}")
    check_one_sentence(outcome, "Argument `data.evaluate_on` must be left out of a search: ")
    assert read_outputs(tmp_path) == {}


def test_params_can_not_choose_the_split_either(search: Run, tmp_path: Path) -> None:
    outcome = search("+hydra.sweeper.params={data.evaluate_on: test}", "hydra.sweeper.n_trials=2", "seeds=1")
    assert outcome.status == 0, outcome.err
    datasets = sorted(rows.dataset.item() for rows in read_outputs(tmp_path).values())
    assert datasets == ["digits", "digits validation", "digits validation"]


@pytest.mark.parametrize("launcher", [(), ("hydra/launcher=basic",)])
def test_a_trial_that_fails_leaves_the_others_alone(launcher: tuple[str, ...], search: Run, tmp_path: Path) -> None:
    words = ("train.learning_rate=0.01", "readout_qubit=3,0", "hydra.sweeper.max_failure_rate=1", *launcher)
    outcome = search(*words, "hydra.sweeper.n_trials=6")
    assert outcome.status == 0, outcome.err
    trials = [line.split()[:2] for line in outcome.out.splitlines() if line.startswith("readout_qubit=")]
    assert {tuple(words) for words in trials if words[1] in ("trained", "failed")} == {
        *(("readout_qubit=3", "trained"), ("readout_qubit=0", "failed")),
    }
    assert "Argument `readout_qubit` must be another qubit, but is 0" in outcome.out
    assert read_summary(tmp_path)["chosen"] == {"readout_qubit": 3}
    assert "Traceback" not in outcome.out + outcome.err
    assert "Error executing job" not in outcome.err


BAD = {
    "readout_qubit=0": "Argument `readout_qubit` must be another qubit, but is 0",
    "D=0": "Argument `D` must be at least 1, but is 0.",
    "backend=aer backend.noise=nonsense": "Argument `backend.noise` must name a fake device",
}


@pytest.mark.parametrize(
    ("bad", "rate", "launcher"), every_pair(list(BAD), ["0.5", "1"], [(), ("hydra/launcher=basic",)])
)
def test_where_all_trials_fail_one_sentence_says_why(
    bad: str, rate: str, launcher: tuple[str, ...], search: Run, tmp_path: Path
) -> None:
    words = (*bad.split(), f"hydra.sweeper.max_failure_rate={rate}", "hydra.sweeper.n_trials=2", "seeds=1")
    outcome = search(*words, *launcher)
    assert outcome.status == 2
    errors = [line for line in outcome.err.splitlines() if not line.startswith("digits ")]
    assert len(errors) == 1, outcome.err
    assert errors[0].startswith("error: ")
    assert BAD[bad] in errors[0]
    assert read_outputs(tmp_path) == {}
    assert not (tmp_path / "outputs" / "multirun" / "search.json").exists()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["hydra.sweeper.n_trials=0"], "Argument `hydra.sweeper.n_trials` must be at least 1, but is 0."),
        (["hydra.sweeper.n_jobs=0"], "Argument `hydra.sweeper.n_jobs` must be at least 1, but is 0."),
        (["train.learning_rate=interval(1e-2,1e-4)"], "The search cannot begin: "),
        (["train.learning_rate=tag(log,interval(0,1.0))"], "The search cannot begin: "),
        (["train.learning_rat=interval(1e-3,1e-2)"], "Did you mean `train.learning_rate`?"),
        (["+train.learning_rate=0.01"], "The configuration key `train.learning_rate` cannot be set like this."),
        (["hydra/sweeper/sampler=nope"], "hydra/sweeper/sampler"),
        (["hydra.sweeper.max_batch_size=2"], "There is no configuration key `hydra.sweeper.max_batch_size`."),
        (["sedes=2"], "There is no configuration key `sedes`. Did you mean `seeds`?"),
        (
            ["ansatz=0,7", "train.learning_rate=0.01"],
            "Argument `ansatz` must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry, but is '7'.",
        ),
    ],
)
def test_a_mistake_is_one_sentence(words: list[str], expected: str, search: Run, tmp_path: Path) -> None:
    check_one_sentence(search(*words), expected)
    assert read_outputs(tmp_path) == {}


@pytest.mark.parametrize("sampler", ["random", "tpe", "nsgaii"])
def test_other_samplers_can_be_chosen(sampler: str, search: Run, tmp_path: Path) -> None:
    outcome = search(f"hydra/sweeper/sampler={sampler}", "hydra.sweeper.n_trials=2", "seeds=1")
    assert outcome.status == 0, outcome.err
    assert np.isfinite(read_summary(tmp_path)["test_accuracy"])


def test_a_grid_tries_every_combination_once_and_keeps_them(search: Run, tmp_path: Path) -> None:
    words = ("hydra/sweeper/sampler=grid", "train.learning_rate=0.001,0.01", "D=1,2", "seeds=1")
    assert search(*words).status == 0
    tried = [rows for rows in read_outputs(tmp_path).values() if rows.dataset.str.endswith("validation").all()]
    assert len(tried) == 4
    again = search(*words)
    assert (again.status, again.out.count("kept")) == (0, 4)
    refused = search("hydra/sweeper/sampler=grid", "D=1,2")
    check_one_sentence(refused, "GridSampler only supports discrete distributions")
