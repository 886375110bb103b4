"""SIGTERM and Ctrl-C in the middle of runs and sweeps: a sentence, a status, and the same numbers in the end."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from experiments.sweeps import read_outputs, same_rows

pytestmark = pytest.mark.slow

TRAIN = Path(__file__).resolve().parents[2] / "experiments" / "train.py"
CELL = ("data=digits", "reducer=cnn", "train.epochs=40", "seeds=2", "workers=2", "checkpoint_every=0")
COMMANDS = {
    "a run": CELL,
    "a sweep": ("--multirun", *CELL, "ansatz=0,1"),
    "a search": ("--multirun", "hydra/sweeper=optuna", "hydra.sweeper.n_trials=2", *CELL),
}
STOPPED = "Stopped. What is done is kept; the same command goes on from here.\n"


def run(command: str, folder: Path, environment: dict[str, str], stop: signal.Signals | None = None) -> tuple[int, str]:
    """Runs a command and returns its status and what it says; `stop` is sent once there are checkpoints."""
    folder.mkdir(exist_ok=True)
    # A shell lets background jobs ignore SIGINT, and children inherit that; a handler they do not.
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            [sys.executable, str(TRAIN), *COMMANDS[command]],
            **{"cwd": folder, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True},
        )
    finally:
        signal.signal(signal.SIGINT, previous)
    if stop is not None:
        while not list(folder.rglob("*.ckpt")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(stop)
    _, said = process.communicate(timeout=120)
    return process.returncode, said


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, pd.DataFrame]]:
    """Returns a function that gives the rows of a command that nobody stops."""
    known: dict[str, dict[str, pd.DataFrame]] = {}

    def rows(command: str, environment: dict[str, str]) -> dict[str, pd.DataFrame]:
        if command not in known:
            folder = tmp_path_factory.mktemp("undisturbed")
            assert run(command, folder, environment)[0] == 0
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
    environment: dict[str, str],
    undisturbed: Callable[..., dict[str, pd.DataFrame]],
) -> None:
    expected = undisturbed(command, environment)
    folder = tmp_path / "stopped"
    ended, said = run(command, folder, environment, stop)
    assert ended == status, said
    assert said.endswith(STOPPED)
    assert "Traceback" not in said
    assert list(folder.rglob("*.ckpt"))
    assert not list(folder.rglob(".*.tmp"))
    assert not list(folder.rglob("failure.txt"))
    ended, said = run(command, folder, environment)
    assert ended == 0, said
    assert said.count(": goes on after epoch ") >= 1
    assert same_rows(read_outputs(folder), expected)
    assert not list(folder.rglob("*.ckpt"))
