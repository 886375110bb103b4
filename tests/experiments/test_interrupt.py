"""Ctrl-C in the middle of a real run: finished replicas stay, and the same command finishes the rest."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qnlnet.records import read_epoch_rows, read_seed_rows

TRAIN = Path(__file__).resolve().parents[2] / "experiments" / "train.py"
EPOCHS, SEEDS = 80, 4
COMMAND = [
    *(sys.executable, str(TRAIN), "data=digits", "reducer=cnn", "workers=1"),
    *(f"train.epochs={EPOCHS}", f"seeds={SEEDS}", "output_dir=cell"),
]


def start(folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    # A shell lets background jobs ignore SIGINT, and children inherit that; a handler they do not.
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            COMMAND, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    finally:
        signal.signal(signal.SIGINT, previous)


@pytest.mark.slow
def test_ctrl_c_keeps_finished_replicas_and_the_same_command_goes_on(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    with start(tmp_path, environment) as process:
        assert process.stderr is not None
        assert "cannot reach the output" in process.stderr.readline()  # of the circuit, before anything is trained
        first_line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert first_line.startswith("digits 0/1, cnn, ansatz 0, seed 0: train ")
    assert f"[1/{SEEDS} replicas" in first_line
    assert process.returncode == 130, err
    assert err.endswith("Stopped. What is done is kept; the same command goes on from here.\n")
    assert "Traceback" not in err
    assert out == ""

    cell = tmp_path / "cell"
    kept = read_seed_rows(cell / "seeds.csv")
    assert kept.seed.tolist() == list(range(len(kept)))
    assert 1 <= len(kept) < SEEDS
    assert {path.stem for path in (cell / "models").iterdir()} >= {f"seed-{seed}" for seed in kept.seed}
    assert len(read_epoch_rows(cell / "epochs.csv")) >= EPOCHS * len(kept)
    assert not list(cell.rglob(".*"))  # nothing half written is left

    with start(tmp_path, environment) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    trained = [int(line.split("seed ")[1].split(":")[0]) for line in err.splitlines() if ": train " in line]
    assert trained == list(range(len(kept), SEEDS))
    rows = read_seed_rows(cell / "seeds.csv")
    assert rows.seed.tolist() == list(range(SEEDS))
    assert rows.head(len(kept)).equals(kept)
    assert len(read_epoch_rows(cell / "epochs.csv")) == EPOCHS * SEEDS
    assert "cell: seeds.csv, epochs.csv, models/" in out
