"""train.py --rerun: a row's id is enough to train it again, and the exit status says whether its numbers came out."""

import math
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from experiments.sweeps import wait_until
from row_builders import frame, seed_rows

from qnlnet.config import config_hash, load_config
from qnlnet.records import cell_keys, configurations, read_epoch_rows, read_seed_rows, write_table
from qnlnet.records.configurations import remember, write_configurations
from robustness.processes import Order, Starter

Run = Callable[..., Any]
PROJECT = Path(__file__).resolve().parents[2]
CELL = ("data=digits", "reducer=pca", "train.epochs=2", "seeds=2", "output_dir=cell")


@pytest.fixture
def name(run_here: Run, tmp_path: Path) -> str:
    """The id of a row that was just trained, with the folder where it lies."""
    assert run_here("train.py", *CELL).status == 0
    return f"cell/{read_seed_rows(tmp_path / 'cell' / 'seeds.csv').config_hash[0]}-1"


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_row_comes_out_the_same_and_nothing_is_written(name: str, run_here: Run, tmp_path: Path) -> None:
    before = contents(tmp_path)
    outcome = run_here("train.py", "--rerun", name, "workers=1", "data.root=elsewhere")
    assert outcome.status == 0, outcome.err
    assert f"Row {name.partition('/')[2]} of cell: digits 0/1, pca, ansatz 0, seed 1" in outcome.out
    assert "train.epochs=2" in outcome.out
    assert "Versions: the same." in outcome.out
    assert "Same to the last digit as cell: loss and accuracies of 2 epochs" in outcome.out
    assert "digits 0/1, pca, ansatz 0, seed 1: train " in outcome.err
    assert contents(tmp_path) == before


@pytest.mark.slow
def test_a_changed_digit_is_found(name: str, run_here: Run, tmp_path: Path) -> None:
    epochs = read_epoch_rows(tmp_path / "cell" / "epochs.csv")
    epochs.loc[3, "train_loss"] = math.nextafter(epochs.train_loss[3], 0.0)
    write_table(epochs, tmp_path / "cell" / "epochs.csv")
    outcome = run_here("train.py", f"--rerun={name}")
    assert outcome.status == 1
    assert "Differs from cell (test accuracy" in outcome.out
    assert "train_loss differs in 1 of 2 epochs" in outcome.out
    assert "compiled for the processor at hand" in outcome.out
    assert "Same" not in outcome.out


@pytest.mark.slow
def test_other_images_and_versions_are_said_before_the_training(name: str, run_here: Run, tmp_path: Path) -> None:
    path = tmp_path / "cell" / "seeds.csv"
    rows = read_seed_rows(path)
    changes = {"data_fingerprint": "0" * 12, "data_official": False, "versions": "python 2.7", "commit": "abc"}
    write_table(rows.assign(**changes), path)
    outcome = run_here("train.py", "--rerun", name)
    assert outcome.status == 1
    first, last = outcome.out.split("Differs from cell")
    assert "The images are not those of cell: 000000000000 then" in first
    assert "data.verify=false is set as well" in first
    assert "Commit abc then" in first
    assert "python 2.7 then and" in first
    assert f"data_fingerprint was 000000000000 and is {rows.data_fingerprint[0]}" in last


@pytest.mark.slow
def test_unusual_settings_are_those_that_are_kept_beside_the_row(run_here: Run, tmp_path: Path) -> None:
    run_here("train.py", *CELL, "train.batch_size=5")
    path = tmp_path / "cell" / "seeds.csv"
    rows = read_seed_rows(path)
    name = f"cell/{rows.config_hash[0]}-1"
    write_table(rows.drop(columns="settings"), path)  # as rows were before there was that column
    again = run_here("train.py", "--rerun", name)
    assert again.status == 0, again.err
    assert "train.batch_size=5" in again.out
    (tmp_path / "cell" / "configs.json").unlink()
    configurations._known.clear()
    refused = run_here("train.py", "--rerun", name)
    assert refused.status == 2
    assert "must stand in configs.json, but do not" in refused.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--rerun"], "`--rerun` must be followed by the id of one row"),
        (["--rerun", "workers=1"], "`--rerun` must be followed by the id of one row"),
        (["--rerun", "ffc4cf62522b-7", "--rerun", "ffc4cf62522b-8"], "`--rerun` must be followed by the id of one row"),
        (["--rerun", "ffc4cf62522b-77"], "The rows of that configuration are ffc4cf62522b-0 to ffc4cf62522b-19"),
        (["--rerun", "ffc4cf62522c-7"], "Did you mean ffc4cf62522b-7"),
        (["--rerun", "9cda23741376"], "scripts/ibm_jobs.py"),
        (["--rerun", "nowhere/ffc4cf62522b-7"], "There is no table nowhere/seeds.csv"),
        (["--rerun", "ffc4cf62522b-7", "seeds=3"], "`seeds` must be left out with --rerun"),
        (["--rerun", "ffc4cf62522b-7", "output_dir=results/table1"], "`output_dir` must be left out with --rerun"),
        (["--rerun", "ffc4cf62522b-7", "--multirun"], "must stand without --multirun"),
        (["--rerun", "ffc4cf62522b-7", "r=2"], "`r` must be left out with --rerun"),
        (["--rerun", "ffc4cf62522b-7", "colour=red"], "`colour` must be left out with --rerun"),
    ],
    ids=" ".join,
)
def test_mistakes_are_told_in_one_sentence(arguments: list[str], words: str, run_here: Run) -> None:
    outcome = run_here("train.py", *arguments)
    assert outcome.status == 2
    assert outcome.err.startswith("error: ")
    assert words in outcome.err
    assert outcome.out == ""


def test_the_configuration_of_a_row_can_be_shown(run_here: Run) -> None:
    rows = read_seed_rows(PROJECT / "results" / "select_protocol" / "seeds.csv")
    row = rows[(rows.reducer == "pca") & (rows.learning_rate == 3e-4)].iloc[0]
    outcome = run_here("train.py", "--rerun", f"{row.config_hash}-{row.seed}", "--cfg", "job", "workers=1")
    assert outcome.status == 0
    for line in ("protocol: corrected", "epochs: 30", "learning_rate: 0.0003", "evaluate_on: validation", "workers: 1"):
        assert line in outcome.out


@pytest.mark.slow
def test_a_real_process_repeats_a_row(name: str, starter: Starter, tmp_path: Path) -> None:
    before = contents(tmp_path)
    outcome = starter.run(Order(tmp_path, ("--rerun", name)))
    assert outcome.status == 0, outcome.err
    assert "Traceback" not in outcome.err
    assert contents(tmp_path) == before


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_stops_when_asked_and_says_that_nothing_is_kept(
    number: int, status: int, starter: Starter, tmp_path: Path
) -> None:
    config = load_config("data=digits", "reducer=cnn", "train.epochs=100000")  # hours
    made_up = seed_rows(99.0, **cell_keys(config), config_hash=config_hash(config))
    write_table(frame(made_up), tmp_path / "seeds.csv")
    write_configurations(tmp_path, [remember(config)])
    write_table(read_epoch_rows("missing.csv", missing_ok=True), tmp_path / "epochs.csv")
    before = contents(tmp_path)
    process = starter.start(Order(tmp_path, ("--rerun", f"{tmp_path}/{config_hash(config)}-0")))
    wait_until(process, lambda: "Commit " in process.out)
    process.send(number)
    stopped = process.wait()
    assert stopped.status == status, stopped.err
    assert stopped.err.endswith("Stopped. Nothing was written; the same command starts again.\n")
    assert "Traceback" not in stopped.err
    assert contents(tmp_path) == before
