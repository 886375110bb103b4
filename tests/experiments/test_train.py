"""experiments/train.py: every committed option trains, and what it says is where it says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pairs import every_pair

from qnlnet.config import CONFIG_DIR, load_config
from qnlnet.records import read_epoch_rows, read_seed_rows
from qnlnet.runs import train_cells

pytestmark = pytest.mark.slow

Run = Callable[..., Any]


def options(group: str) -> list[str]:
    return sorted(path.stem for path in (CONFIG_DIR / group).glob("*.yaml"))


def test_the_groups_are_what_these_tests_expect() -> None:
    for group in ("ansatz", "backend", "data", "protocol", "reducer"):
        assert len(options(group)) >= 2
    assert {path.name for path in CONFIG_DIR.iterdir() if path.is_dir()} == {
        *("ansatz", "backend", "data", "hydra", "logger", "model", "protocol", "reducer")
    }


# Own images need a folder: tests/data/test_training_on_own_images.py
DATA = [name for name in options("data") if name != "image_folder"]


@pytest.mark.parametrize(
    ("data", "ansatz", "reducer", "protocol"),
    every_pair(DATA, options("ansatz"), options("reducer"), [name for name in options("protocol") if name != "paper"]),
)
def test_every_two_options_train_together(
    data: str, ansatz: str, reducer: str, protocol: str, few_images: Callable[[int], None], tmp_path: Path
) -> None:
    few_images(5)
    chosen = (f"data={data}", f"reducer={reducer}", f"protocol={protocol}", f"ansatz={ansatz}")
    cell = load_config(*chosen, "train.epochs=1", "seeds=1", f"output_dir={tmp_path}")
    (run,) = train_cells([cell])
    rows = run.seed_rows()
    assert rows.seed.tolist() == [0]
    assert set(rows.protocol) == {protocol}
    assert set(rows.ansatz) == {cell.model.ansatz.name}
    assert rows.aer_agreement.tolist() == [1.0]
    assert run.epoch_rows().train_loss.notna().all()


@pytest.mark.parametrize(
    "overrides",
    [
        *([f"backend={backend}"] for backend in options("backend") if backend != "runtime"),
        ["backend=runtime", "backend.shots=16", "backend.resilience_level=0", "backend.budget_seconds=1000"],
        ["backend=aer", "backend.shots=128"],
        ["backend=aer", "backend.noise=FakeManilaV2"],
        ["backend=statevector", "reducer=cnn", "data=digits_as_cifar10"],
        ["r=2", "D=3", "ansatz=2"],
        ["num_qubits=5", "readout_qubit=2", "r=2"],
        ["ansatz=1", "num_qubits=2", "readout_qubit=1", "reducer=cnn"],
        ["train.loss=cross_entropy", "train.batch_size=3", "train.pca_scaling=train_split", "train.shuffle=true"],
        ["reducer=cnn", "train.dropout=0", "data.classes=[3,6]", "data.mean=[0.5]", "data.std=[0.25]"],
    ],
    ids=" ".join,
)
def test_every_backend_and_setting_trains_from_the_command_line(
    overrides: list[str], few_images: Callable[[int], None], run_here: Run, tmp_path: Path
) -> None:
    few_images(3)
    usual = {"data": "digits", "reducer": "pca", "train.epochs": "1", "seeds": "1", "output_dir": "cell"}
    own = {override.partition("=")[0] for override in overrides}
    outcome = run_here("train.py", *(f"{key}={value}" for key, value in usual.items() if key not in own), *overrides)
    assert outcome.status == 0, outcome.err
    assert "Rows and models are in cell: seeds.csv, epochs.csv, models/." in outcome.out
    rows = read_seed_rows(tmp_path / "cell" / "seeds.csv")
    assert len(rows) == len(read_epoch_rows(tmp_path / "cell" / "epochs.csv")) == 1
    assert [path.name for path in (tmp_path / "cell" / "models").iterdir()] == ["seed-0.pt"]


def test_several_runs_in_one_command(run_here: Run, tmp_path: Path) -> None:
    outcome = run_here(
        "train.py", "--multirun", "data=digits", "reducer=pca", "train.epochs=1", "seeds=1", "ansatz=0,2"
    )
    assert outcome.status == 0
    folders = sorted(path.name for path in (tmp_path / "outputs").glob("digits*"))
    assert [name.partition("_r1")[0] for name in folders] == ["digits-0-1_pca_ansatz0", "digits-0-1_pca_ansatz2"]
    assert [path.name for path in tmp_path.iterdir()] == ["outputs"]  # Hydra leaves nothing else


def test_a_real_process_trains_and_reports(run_there: Run, tmp_path: Path) -> None:
    outcome = run_there("train.py", "data=digits", "reducer=pca", "seeds=2", "train.epochs=2", "ansatz=1", "seeds=2")
    assert outcome.status == 0
    (folder,) = (tmp_path / "outputs").iterdir()
    assert f"Rows and models are in outputs/{folder.name}: seeds.csv, epochs.csv, models/." in outcome.out
    rows = read_seed_rows(folder / "seeds.csv")
    assert rows.seed.tolist() == [0, 1]
    for row in rows.itertuples():
        accuracies = f"train {row.train_accuracy:.2f} %, test {row.test_accuracy:.2f} %"
        assert f"digits 0/1, pca, ansatz 1, seed {row.seed}: {accuracies}" in outcome.err
    assert "Traceback" not in outcome.err
    assert "Warning" not in outcome.err
