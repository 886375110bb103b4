"""A `train.py --multirun` on the cluster, and what it left on disk."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qnlnet.config import load_config, run_directory

TRAIN = Path(__file__).resolve().parents[2] / "experiments" / "train.py"
# Small jobs, so that four of them share the node.
LAUNCHER = (
    *("hydra/launcher=submitit_slurm", "hydra.launcher.cpus_per_task=1", "hydra.launcher.mem_gb=1"),
    "hydra.launcher.timeout_min=30",
)
_NOT_COMPARED = ["train_seconds", "commit"]


@dataclass(frozen=True)
class Ended:
    """How a program ended and what it said."""

    status: int
    out: str
    err: str


class Sweep:
    """The command in a process of its own.

    Args:
        folder: Its working folder.
        overrides: Those of the cells.
        launcher: Those of the launcher.
        environment: What is set besides the environment of the tests.
    """

    def __init__(self, folder: Path, *overrides: str, launcher: tuple[str, ...] = LAUNCHER, **environment: str) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._out, self._err = folder / "sweep.out", folder / "sweep.err"
        with self._out.open("w") as out, self._err.open("w") as err:
            self._process = subprocess.Popen(
                [sys.executable, str(TRAIN), "--multirun", *launcher, *overrides],
                cwd=folder,
                env={**os.environ, **environment},
                stdout=out,
                stderr=err,
                preexec_fn=_answer_to_ctrl_c,
            )

    @property
    def err(self) -> str:
        """What it has said so far."""
        return self._err.read_text()

    def interrupt(self) -> None:
        """Sends what Ctrl-C sends."""
        self._process.send_signal(signal.SIGINT)

    def end(self, seconds: float = 400) -> Ended:
        """Waits for the end of the command."""
        return Ended(self._process.wait(seconds), self._out.read_text(), self.err)

    def kill(self) -> None:
        """Makes sure that nothing is left of the command; not of its jobs."""
        self._process.kill()
        self._process.wait()


def _answer_to_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit that it is ignored


def job_names(folder: Path) -> set[str]:
    """The jobs that sweeps in `folder` have submitted, as Slurm calls them."""
    return {path.parent.name for path in folder.glob("outputs/slurm/*/*_submitted.pkl")}


def job_processes(folder: Path, task: int | None = None) -> list[int]:
    """The running jobs' own processes, behind Slurm's back.

    Args:
        folder: Where the sweep was started.
        task: Which job of an array; None: all.
    """
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _belongs(pid, folder, task)]


def _belongs(pid: int, folder: Path, task: int | None) -> bool:
    try:
        command, environment = (
            Path(f"/proc/{pid}/{name}").read_bytes().split(b"\0") for name in ("cmdline", "environ")
        )
    except OSError:  # it has ended
        return False
    is_job = (
        command[1:4] == [b"-u", b"-m", b"submitit.core._submit"] and f"{folder}/outputs/slurm/%j".encode() in command
    )
    return is_job and (task is None or f"SLURM_ARRAY_TASK_ID={task}".encode() in environment)


def directory(folder: Path, *overrides: str) -> Path:
    """The folder of a cell."""
    return folder / run_directory(load_config(*overrides))


def checkpoints(folder: Path, *overrides: str) -> list[Path]:
    """The checkpoints of a cell."""
    return sorted((directory(folder, *overrides) / "checkpoints").glob("*.ckpt"))


def logs(folder: Path) -> str:
    """What all jobs said on standard error."""
    return "".join(path.read_text() for path in sorted(folder.glob("outputs/slurm/*/*_log.err")))


def wait_until(condition: Callable[[], object], seconds: float = 300) -> None:
    """Looks again and again until the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"This did not happen within {seconds} s."
        time.sleep(0.05)


def assert_same_numbers(found: Path, expected: Path) -> None:
    """Compares all rows of two folders of a cell to the last digit."""
    assert (found / "epochs.csv").read_bytes() == (expected / "epochs.csv").read_bytes()
    ours, theirs = (pd.read_csv(path / "seeds.csv").drop(columns=_NOT_COMPARED) for path in (found, expected))
    pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
