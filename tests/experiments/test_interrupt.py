"""Ctrl-C in the middle of a real run: finished replicas stay, and the same command finishes the rest."""

import signal
from pathlib import Path

import pytest
from experiments.sweeps import wait_until

from qnlnet.records import read_epoch_rows, read_seed_rows
from robustness.processes import Order, Starter

EPOCHS, SEEDS = 80, 4
CELL = ("data=digits", "reducer=cnn", "workers=1", f"train.epochs={EPOCHS}", f"seeds={SEEDS}", "output_dir=cell")


@pytest.mark.slow
def test_ctrl_c_keeps_finished_replicas_and_the_same_command_goes_on(tmp_path: Path, starter: Starter) -> None:
    process = starter.start(Order(tmp_path, CELL))
    wait_until(process, lambda: process.err.count("\n") >= 2)
    process.send(signal.SIGINT)
    stopped = process.wait()
    circuit_line, first_line = stopped.err.splitlines()[:2]
    assert "cannot reach the output" in circuit_line  # before anything is trained
    assert first_line.startswith("digits 0/1, cnn, ansatz 0, seed 0: train ")
    assert f"[1/{SEEDS} replicas" in first_line
    assert stopped.status == 130, stopped.err
    assert stopped.err.endswith("Stopped. What is done is kept; the same command goes on from here.\n")
    assert "Traceback" not in stopped.err
    assert stopped.out == ""

    cell = tmp_path / "cell"
    kept = read_seed_rows(cell / "seeds.csv")
    assert kept.seed.tolist() == list(range(len(kept)))
    assert 1 <= len(kept) < SEEDS
    assert {path.stem for path in (cell / "models").iterdir()} >= {f"seed-{seed}" for seed in kept.seed}
    assert len(read_epoch_rows(cell / "epochs.csv")) >= EPOCHS * len(kept)
    assert not list(cell.rglob(".*"))  # nothing half written is left

    again = starter.run(Order(tmp_path, CELL))
    assert again.status == 0, again.err
    trained = [int(line.split("seed ")[1].split(":")[0]) for line in again.err.splitlines() if ": train " in line]
    assert trained == list(range(len(kept), SEEDS))
    rows = read_seed_rows(cell / "seeds.csv")
    assert rows.seed.tolist() == list(range(SEEDS))
    assert rows.head(len(kept)).equals(kept)
    assert len(read_epoch_rows(cell / "epochs.csv")) == EPOCHS * SEEDS
    assert "cell: seeds.csv, epochs.csv, models/" in again.out
