"""The command line in this process, the real client in a process of its own, and a stand-in of the service."""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest
from hardware.command import Jobs
from hardware.preloaded import start_processes_quickly
from loopback import LoopbackService

from qnlnet.config import load_config
from qnlnet.hardware.commands import lookup, run
from qnlnet.runs import train_cells
from qnlnet.runtime import Patience, Waiting, remote, watchdog

DEVICES = {"ibm_manila": "FakeManilaV2", "ibm_quito": "FakeQuitoV2"}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a trained run."""
    folder = tmp_path_factory.mktemp("model") / "run"
    cell = load_config("data=digits", "reducer=pca", "train.epochs=1", "seeds=1", f"output_dir={folder}")
    (run,) = train_cells([cell])
    return run.directory


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LoopbackService]:
    """The service with two devices; the environment leads to it, and there is no saved account."""
    with LoopbackService(DEVICES) as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        yield service


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets commands give up soon."""
    patience = Patience(settle_seconds=1, look_seconds=0.2, pause_seconds=0.2, pauses=2)
    monkeypatch.setattr(lookup, "PATIENCE", patience)
    monkeypatch.setattr(run, "WAITING", Waiting(first_pause=0.2, longest_pause=0.5, outage_seconds=4))


@pytest.fixture
def quick_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forks the processes of the client off one that has imported it."""
    start_processes_quickly(monkeypatch)


@pytest.fixture
def jobs(
    model: Path,
    service: LoopbackService,
    short_patience: None,
    quick_start: None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Jobs:
    """The command line on an empty ledger."""
    return Jobs(model, tmp_path / "hardware", capsys)


@pytest.fixture
def slow_start(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """The command line with processes started as outside of tests: they import all by themselves."""
    monkeypatch.setattr(watchdog, "multiprocessing", multiprocessing)
    monkeypatch.setattr(remote, "WatchedProcess", watchdog.WatchedProcess)
    return jobs
