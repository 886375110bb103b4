"""Jobs that must go and come back: preempted by others, at the end of their time, sent back by a person."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from slurm.sweeps import (
    LAUNCHER,
    Ended,
    Sweep,
    assert_same_numbers,
    checkpoints,
    directory,
    job_names,
    job_processes,
    logs,
    wait_until,
)

pytestmark = [pytest.mark.slurm, pytest.mark.slow]

EPOCHS = 3000  # some 10 s: a job trains on while it asks Slurm to be queued again, and must not be done by then
CELL = ("data=digits", "reducer=cnn", "seeds=1", f"train.epochs={EPOCHS}", "checkpoint_every=0.1")
STEADY = "hydra.launcher.partition=steady"  # where nobody is preempted
LAUNCHERS = {
    "preempted with time to go": LAUNCHER,
    "preempted without time to go": (*LAUNCHER, "hydra.launcher.partition=abrupt"),
    "preempted while it imports": LAUNCHER,
    "sent back by a person": (*LAUNCHER, STEADY),
    # Slurm looks at time limits each 30 seconds, and warns of one that is less than its delay and 30 seconds away:
    # here after 30 to 60 seconds, so that a slow machine has begun to train.
    "at its time limit": (*LAUNCHER[:-1], STEADY, "hydra.launcher.timeout_min=2", "hydra.launcher.signal_delay_s=60"),
}
TOLD, ABRUPT, IMPORTING, SENT_BACK, TIMED = LAUNCHERS
Comebacks = dict[str, tuple[Path, Ended]]


@pytest.fixture(scope="module")
def comebacks(tmp_path_factory: pytest.TempPathFactory, start_sweep: Callable[..., Sweep]) -> Comebacks:
    """Sweeps of one cell whose jobs have been through that; side by side, as most of the time is waiting."""
    folders = {name: tmp_path_factory.mktemp("comeback") for name in LAUNCHERS}

    def start(name: str) -> Sweep:
        return start_sweep(folders[name], *CELL, launcher=LAUNCHERS[name])

    sweeps = {name: start(name) for name in (TOLD, ABRUPT, SENT_BACK)}
    pause([folders[name] for name in sweeps], is_training)
    sweeps[IMPORTING] = start(IMPORTING)
    pause([folders[IMPORTING]], job_processes)
    _leave_half_a_result(folders[ABRUPT])
    # As many cores as the three jobs have that can be preempted, on a node that is full; comes back when it is done.
    size = ("--partition=urgent", "--cpus-per-task=3", "--mem=100", "--time=1")
    subprocess.run(["sbatch", "--wait", *size, "--output=/dev/null", "--wrap=true"], check=True)
    subprocess.run(["scontrol", "requeue", *job_names(folders[SENT_BACK])], check=True)
    sweeps[TIMED] = start(TIMED)
    pause([folders[TIMED]], is_training)
    return {name: (folders[name], sweep.end()) for name, sweep in sweeps.items()}


def is_training(folder: Path) -> bool:
    return len(checkpoints(folder, *CELL)) == 2  # the last, and the one before it


def pause(folders: list[Path], condition: Callable[[Path], object]) -> None:
    """Stops each job's process when it meets the condition, so that it gets no further; Slurm wakes it for a signal."""
    left = list(folders)

    def stop_some() -> bool:
        for folder in filter(condition, list(left)):
            (process,) = job_processes(folder)
            os.kill(process, signal.SIGSTOP)
            left.remove(folder)
        return not left

    wait_until(stop_some)


def _leave_half_a_result(folder: Path) -> None:
    """What submitit leaves if it is killed while it writes the result; it would refuse to write it again."""
    (job,) = job_names(folder)
    (folder / "outputs" / "slurm" / job / f"{job}_0_result.pkl.save_tmp").touch()


@pytest.mark.parametrize("name", LAUNCHERS)
def test_a_job_comes_back_and_goes_on_from_its_checkpoint(
    name: str, comebacks: Comebacks, train_here: Callable[..., Path]
) -> None:
    folder, ended = comebacks[name]
    assert ended.status == 0, ended.err + ended.out + logs(folder)
    assert_same_numbers(directory(folder, *CELL), train_here(*CELL))
    (job,) = job_names(folder)
    shown = subprocess.run(["scontrol", "show", "job", job], check=True, capture_output=True, text=True).stdout
    restarts = int(shown.partition(" Restarts=")[2].split()[0])
    went_on = [int(epoch) for epoch in re.findall(rf"goes on after epoch (\d+) of {EPOCHS}", logs(folder))]
    if name == IMPORTING:
        assert (restarts, went_on) == (1, [])  # there was nothing yet to go on from
        return
    assert went_on == sorted(went_on)
    assert went_on, logs(folder)
    assert 0 < went_on[-1] < EPOCHS
    if name == TIMED:  # on a slow machine its time is over more than once
        assert restarts >= len(went_on)
    else:
        assert restarts == len(went_on) == 1
