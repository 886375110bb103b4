"""The command line, in this process or in one of its own."""

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from qnlnet.config import DataConfig
from qnlnet.data import Dataset, load_dataset

ROOT = Path(__file__).resolve().parents[2]
# Nobody listens on port 9 of this machine, so that downloads fail at once and no test reaches the network.
_NO_NETWORK = {f"{name}_{key}": value for name in ("http", "https") for key, value in [("proxy", "http://127.0.0.1:9")]}


@dataclass(frozen=True)
class Outcome:
    """How a program ended and what it said."""

    status: int
    out: str
    err: str


@pytest.fixture
def run_here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Outcome]:
    """Returns a function that runs an experiment as the command line would, but in this process."""

    def run(script: str, *arguments: str) -> Outcome:
        path = ROOT / "experiments" / script
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(path.parent)
        monkeypatch.setattr(sys, "argv", [str(path), *arguments])
        status = 0
        try:
            runpy.run_path(str(path), run_name="__main__")
        except SystemExit as end:
            status = int(end.code or 0)
        captured = capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    return run


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets no request of this process reach the network."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in _NO_NETWORK.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of a program that shall find the library, and no network."""
    kept = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"}
    return {**kept, **_NO_NETWORK, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def run_there(environment: dict[str, str], tmp_path: Path) -> Callable[..., Outcome]:
    """Returns a function that runs an experiment in a process of its own; its working folder is `tmp_path`."""

    def run(script: str, *arguments: str, python: tuple[str, ...] = ()) -> Outcome:
        done = subprocess.run(
            [sys.executable, *python, str(ROOT / "experiments" / script), *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


def keep(images: np.ndarray, labels: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    chosen = np.concatenate([np.flatnonzero(labels == label)[:count] for label in (0, 1)])
    return images[chosen], labels[chosen]


@pytest.fixture
def few_images(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Returns a function that makes runs see so many images of each class; digits stand in for what is downloaded."""

    def use(count: int) -> None:
        def load(config: DataConfig) -> Dataset:
            full = load_dataset(config.model_copy(update={"name": "digits", "verify": True}))
            train, test = (
                keep(images, labels, count)
                for images, labels in ((full.train_images, full.train_labels), (full.test_images, full.test_labels))
            )
            return replace(
                full,
                name=config.name,
                train_images=train[0],
                train_labels=train[1],
                test_images=test[0],
                test_labels=test[1],
            )

        monkeypatch.setattr("qnlnet.runs.inputs.load_dataset", load)

    return use
