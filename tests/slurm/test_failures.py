"""Jobs that die, and a command that is stopped: nobody waits in vain, and the same command goes on."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from slurm.sweeps import (
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

Start = Callable[..., Sweep]
TrainHere = Callable[..., Path]
EPOCHS = 300
CELL = ("data=digits", "reducer=cnn", "seeds=1", f"train.epochs={EPOCHS}", "checkpoint_every=0.1")


def pause_in_training(folder: Path, ansatz: int, task: int | None) -> int:
    """Stops a job's process in the middle of its training, so that it does not end too early; returns its number."""
    wait_until(lambda: len(checkpoints(folder, *CELL, f"ansatz={ansatz}")) == 2)
    (process,) = job_processes(folder, task)
    os.kill(process, signal.SIGSTOP)
    return process


def test_killed_and_cancelled_jobs_fail_alone_and_the_same_command_goes_on_from_their_checkpoints(
    tmp_path: Path, start_sweep: Start, train_here: TrainHere
) -> None:
    cells = [(*CELL, f"ansatz={ansatz}") for ansatz in range(3)]
    sweep = start_sweep(tmp_path, *CELL, "ansatz=0,1,2")
    victims = [pause_in_training(tmp_path, task, task) for task in range(2)]
    killed, cancelled, _ = sorted(job_names(tmp_path))
    os.kill(victims[0], signal.SIGKILL)  # as a kernel does that is short of memory
    subprocess.run(["scancel", cancelled], check=True)
    ended = sweep.end()
    assert ended.status == 1
    assert ended.err.endswith("Slurm, 3 cells: 1 done, 2 failed\n")
    assert re.search(rf"Slurm job {killed} ended without a result \(FAILED\)\. The last it said: .*Killed", ended.out)
    assert f"Slurm job {cancelled} ended without a result (CANCELLED). Somebody cancelled it." in ended.out
    assert_same_numbers(directory(tmp_path, *cells[2]), train_here(*cells[2]))

    again = start_sweep(tmp_path, *CELL, "ansatz=0,1,2").end()
    assert again.status == 0, again.err
    for cell in cells[:2]:
        assert_same_numbers(directory(tmp_path, *cell), train_here(*cell))
    went_on = re.findall(rf"ansatz (\d), seed 0: goes on after epoch (\d+) of {EPOCHS}", logs(tmp_path))
    assert sorted(ansatz for ansatz, _ in went_on) == ["0", "1"]
    assert all(0 < int(epoch) < EPOCHS for _, epoch in went_on)


def test_ctrl_c_leaves_the_jobs_running_and_the_same_command_waits_for_them(
    tmp_path: Path, start_sweep: Start, train_here: TrainHere
) -> None:
    cell = (*CELL, "ansatz=0")
    sweep = start_sweep(tmp_path, *cell)
    process = pause_in_training(tmp_path, 0, None)
    sweep.interrupt()
    stopped = sweep.end()
    (job,) = job_names(tmp_path)
    assert stopped.status == 130
    assert f"squeue --jobs={job}" in stopped.err
    assert f"scancel {job}" in stopped.err
    assert "Traceback" not in stopped.err

    again = start_sweep(tmp_path, *cell)
    wait_until(lambda: f"Under way since an earlier call: 1 of 1 cells, as job {job}." in again.err)
    os.kill(process, signal.SIGCONT)
    assert again.end().status == 0
    assert job_names(tmp_path) == {job}  # nothing was submitted again
    assert "goes on after" not in logs(tmp_path)
    assert_same_numbers(directory(tmp_path, *cell), train_here(*cell))
