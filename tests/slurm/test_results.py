"""Sweeps on Slurm: the numbers are those of this machine, and a mistake is one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest
from slurm.sweeps import LAUNCHER, Sweep, assert_same_numbers, directory, logs

pytestmark = [pytest.mark.slurm, pytest.mark.slow]

Start = Callable[..., Sweep]
TrainHere = Callable[..., Path]
CELL = ("reducer=pca", "train.epochs=20")


def test_cells_have_the_same_numbers_to_the_bit_and_one_that_fails_stops_no_other(
    tmp_path: Path, start_sweep: Start, train_here: TrainHere
) -> None:
    (empty := tmp_path / "empty").mkdir()
    # Nor does the cluster hand the environment over, from which jobs know where images and code are.
    environment = {"SBATCH_EXPORT": "NONE", "QNLNET_DATA": str(empty)}
    launcher = (*LAUNCHER, "hydra.launcher.array_size=3")
    cells = (*CELL, "seeds=2", "data=digits,mnist", "ansatz=0,1")
    ended = start_sweep(tmp_path, *cells, launcher=launcher, **environment).end()
    assert ended.status == 1
    assert "Submitted to Slurm: 3 of 4 cells, as job " in ended.err
    assert "Submitted to Slurm: 1 of 4 cells, as job " in ended.err
    assert ended.err.endswith("Slurm, 4 cells: 2 done, 2 failed\n")
    assert str(empty) in ended.out  # where it looked for MNIST
    for ansatz in "01":
        cell = (*CELL, "seeds=2", "data=digits", f"ansatz={ansatz}")
        assert_same_numbers(directory(tmp_path, *cell), train_here(*cell))


def test_jobs_that_train_the_same_replicas_at_once_share_the_work_and_lose_no_row(
    tmp_path: Path, start_sweep: Start, train_here: TrainHere
) -> None:
    inside_a_job = {"SLURM_JOB_ID": "1", "SLURM_MEM_PER_CPU": "100"}  # srun refuses two kinds of memory
    cells = (*CELL, "data=digits", "seeds=5,6,7,8", "checkpoint_every=0")
    ended = start_sweep(tmp_path, *cells, **inside_a_job).end()
    assert ended.status == 0, ended.err
    said = [line for line in logs(tmp_path).splitlines() if ": train " in line]
    trained = [int(line.split("seed ")[1].split(":")[0]) for line in said]
    assert sorted(trained) == list(range(8))  # each of them once
    cell = (*CELL, "data=digits", "seeds=8")
    assert_same_numbers(directory(tmp_path, *cell), train_here(*cell))


@pytest.mark.parametrize(
    ("options", "path", "sentence"),
    [
        (["partition=nowhere"], None, "Slurm does not take the jobs: sbatch: error: invalid partition"),
        (["mem_gb=9000"], None, "Slurm does not take the jobs: sbatch: error: Memory"),
        (["additional_parameters.deadlin=1"], None, "There is no configuration key"),
        (["mem_gb=much"], None, "Argument `hydra.launcher.mem_gb` must be a number, but is 'much'."),
        ([], "", "The program sbatch must be there, but is not."),
    ],
)
def test_a_mistake_ends_the_command_with_one_sentence(
    options: list[str], path: str | None, sentence: str, tmp_path: Path, start_sweep: Start
) -> None:
    environment = {} if path is None else {"PATH": path}
    launcher = (*LAUNCHER, *(f"hydra.launcher.{option}" for option in options))
    ended = start_sweep(tmp_path, *CELL, "ansatz=0,1", launcher=launcher, **environment).end()
    assert ended.status == 2, ended.err
    assert ended.err.startswith("error: ")
    assert sentence in ended.err
    assert "Traceback" not in ended.err
