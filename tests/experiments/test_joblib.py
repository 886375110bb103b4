"""hydra/launcher=joblib: cells in processes of their own."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from hydra_plugins.qnlnet_sweeps.joblib_launcher import with_threads
from omegaconf import OmegaConf

from qnlnet.config import load_config, run_directory
from qnlnet.runs import train_cells

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
TRAIN = ROOT / "experiments" / "train.py"
COMMAND = [sys.executable, str(TRAIN), "--multirun", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]


def assert_same_numbers(folder: Path, *cell: str) -> None:
    (expected,) = train_cells([load_config(*cell, f"output_dir={folder / 'here' / cell[-1][-1]}")])
    found = folder / run_directory(load_config(*cell))
    assert (found / "epochs.csv").read_bytes() == (expected.directory / "epochs.csv").read_bytes()
    ours, theirs = (pd.read_csv(path / "seeds.csv") for path in (found, expected.directory))
    pd.testing.assert_series_equal(ours.test_accuracy, theirs.test_accuracy, check_exact=True)


def test_cells_have_the_numbers_of_one_process_and_a_terminal_gets_whole_lines(
    tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QNLNET_MODELS", str(write_own_model(tmp_path / "my models")))
    cell = ("data=digits", "model=chain", "seeds=2", "train.epochs=4", "train.learning_rate=0.01")
    ours, theirs = pty.openpty()
    environment |= {"QNLNET_MODELS": os.environ["QNLNET_MODELS"]}
    process = subprocess.Popen([*COMMAND, *cell, "model.layers=1,2"], cwd=tmp_path, env=environment, stderr=theirs)
    os.close(theirs)
    said = read_all(ours)
    assert process.wait(60) == 0, said
    lines = [line for line in said.splitlines() if ": train " in line]
    assert len({line.partition(": train ")[0] for line in lines}) == len(lines) == 4, said
    assert "%|" not in said  # no bar
    for layers in (1, 2):
        assert_same_numbers(tmp_path, *cell, f"model.layers={layers}")


def write_own_model(folder: Path) -> Path:
    """Writes the model of docs/models.md: what runs elsewhere must find it there."""
    own = (ROOT / "docs" / "models.md").read_text(encoding="utf-8").partition("## Add your own model")[2]
    folder.mkdir()
    for kind, suffix in (("python", "py"), ("yaml", "yaml")):
        text = own.partition(f"```{kind}\n")[2].partition("```")[0]
        (folder / f"chain.{suffix}").write_text(text, encoding="utf-8")
    return folder


def read_all(terminal: int) -> str:
    """Everything that is written to a terminal, which ends with an error when the last process has closed it."""
    read = b""
    try:
        while more := os.read(terminal, 1 << 16):
            read += more
    except OSError:
        pass
    os.close(terminal)
    return read.decode()


def test_a_cell_whose_process_dies_is_tried_once_more_and_fails_alone(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    cell = ("data=digits", "reducer=cnn", "seeds=1", "train.epochs=300", "checkpoint_every=0.1")
    said = tmp_path / "said"
    with said.open("w") as stream:
        process = subprocess.Popen(
            [*COMMAND, *cell, "ansatz=0,1"], cwd=tmp_path, env=environment, stdout=stream, stderr=stream
        )
    first = tmp_path / run_directory(load_config(*cell, "ansatz=0")) / "checkpoints" / "seed-0.ckpt"
    wait_until(first.exists)
    kill_children(process.pid)
    wait_until(lambda: "2 cells are left and run one at a time" in said.read_text())
    wait_until(lambda: "ansatz 0, seed 0: goes on after epoch" in said.read_text())
    kill_children(process.pid)
    assert process.wait(60) == 1
    text = said.read_text()
    assert "ansatz=0: Its process died: A worker process managed by the executor was unexpectedly terminated." in text
    assert "1 of 2 cells failed" in text
    assert_same_numbers(tmp_path, *cell, "ansatz=1")


def kill_children(process: int) -> None:
    """Kills the processes that train, as a kernel does that is short of memory."""
    killed = 0
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        if b"popen_loky_posix" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)
            killed += 1
    assert killed > 0


def wait_until(condition) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["ansatz=1"], ["ansatz=1", "workers=3"]),
        (["workers=2", "ansatz=1"], ["workers=2", "ansatz=1"]),
        (["++workers=2"], ["++workers=2"]),
    ],
)
def test_a_process_gets_its_share_of_the_cores_unless_the_person_says_how_many_threads(
    overrides: list[str], expected: list[str]
) -> None:
    assert with_threads(overrides, 3, OmegaConf.create({"workers": None})) == expected
    assert with_threads(overrides, 3, OmegaConf.create({"run": "x"})) == overrides
