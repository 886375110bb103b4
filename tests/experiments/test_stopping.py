"""SIGTERM and Ctrl-C in the middle of runs and sweeps: a sentence, a status, and the same numbers in the end."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from experiments.sweeps import read_outputs, same_rows, wait_until

from qnlnet.records import read_seed_rows
from robustness.processes import Ended, Order, Starter

pytestmark = pytest.mark.slow

CELL = ("data=digits", "reducer=cnn", "train.epochs=40", "seeds=2", "workers=2", "checkpoint_every=0")
COMMANDS = {
    "a run": CELL,
    "a sweep": ("--multirun", *CELL, "ansatz=0,1"),
    "a search": ("--multirun", "hydra/sweeper=optuna", "hydra.sweeper.n_trials=2", *CELL),
}
STOPPED = "Stopped. What is done is kept; the same command goes on from here.\n"


def run(command: str, folder: Path, starter: Starter, stop: signal.Signals | None = None) -> Ended:
    """Runs a command; `stop` is sent once there are checkpoints."""
    folder.mkdir(exist_ok=True)
    process = starter.start(Order(folder, COMMANDS[command]))
    if stop is not None:
        wait_until(process, lambda: bool(list(folder.rglob("*.ckpt"))))
        process.send(stop)
    return process.wait()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, starter: Starter) -> Callable[..., dict[str, pd.DataFrame]]:
    """Returns a function that gives the rows of a command that nobody stops."""
    known: dict[str, dict[str, pd.DataFrame]] = {}

    def rows(command: str) -> dict[str, pd.DataFrame]:
        if command not in known:
            folder = tmp_path_factory.mktemp("undisturbed")
            assert run(command, folder, starter).status == 0
            known[command] = read_outputs(folder)
        return known[command]

    return rows


@pytest.mark.parametrize(
    ("command", "stop", "status"),
    [
        ("a run", signal.SIGTERM, 143),
        ("a sweep", signal.SIGTERM, 143),
        ("a sweep", signal.SIGINT, 130),
        ("a search", signal.SIGTERM, 143),
    ],
)
def test_what_was_stopped_goes_on_to_the_same_numbers(
    command: str,
    stop: signal.Signals,
    status: int,
    tmp_path: Path,
    starter: Starter,
    undisturbed: Callable[..., dict[str, pd.DataFrame]],
) -> None:
    expected = undisturbed(command)
    folder = tmp_path / "stopped"
    stopped = run(command, folder, starter, stop)
    assert stopped.status == status, stopped.err
    assert stopped.err.endswith(STOPPED)
    assert "Traceback" not in stopped.err
    assert list(folder.rglob("*.ckpt"))
    assert not list(folder.rglob(".*.tmp"))
    assert not list(folder.rglob("failure.txt"))
    again = run(command, folder, starter)
    assert again.status == 0, again.err
    assert again.err.count(": goes on after epoch ") >= 1
    assert same_rows(read_outputs(folder), expected)
    assert not list(folder.rglob("*.ckpt"))


def test_a_stop_does_not_wait_for_replicas_that_have_piled_up(tmp_path: Path, starter: Starter) -> None:
    cell = ("data=digits", "reducer=pca", "train.epochs=2", "seeds=300", "workers=2", "output_dir=cell")
    process = starter.start(Order(tmp_path, cell))
    wait_until(process, lambda: process.err.count(": train ") >= 60)  # storing one now takes longer than training one
    before = process.err.count(": train ")
    process.send(signal.SIGTERM)
    start = time.monotonic()
    stopped = process.wait()
    assert stopped.status == 143, stopped.err
    assert stopped.err.endswith(STOPPED)
    assert time.monotonic() - start < 20  # about one second on two idle cores
    stored = stopped.err.count(": train ")
    assert stored - before <= 10  # three, and what came in before the signal did; 69 without a bound
    seeds = read_seed_rows(tmp_path / "cell" / "seeds.csv").seed
    assert len(seeds) == stored
    models = {path.stem for path in (tmp_path / "cell" / "models").iterdir()}
    assert models == {f"seed-{seed}" for seed in seeds}
