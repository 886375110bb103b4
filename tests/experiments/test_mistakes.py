"""Mistakes on the command line: one sentence that says what to do, exit status 2, no stack trace."""

import gzip
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qnlnet.config import CONFIG_DIR

pytestmark = pytest.mark.slow

Run = Callable[..., Any]
DIGITS = ("data=digits", "reducer=pca", "train.epochs=1", "seeds=1")

MISTAKES = {
    "ansatz=7": "Argument `ansatz` must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry, but is '7'.",
    "data=mnsit": "Argument `data` must be one of .*, but is 'mnsit'. Did you mean `mnist`?",
    "ansatz=0,1": "Argument `ansatz` must be one value, but is '0,1'. Several runs need --multirun",
    "r=0": "Argument `r` must be at least 1, but is 0.",
    "D=0": "Argument `D` must be at least 1, but is 0.",
    "D=abc": "Argument `D` must be an integer, but is 'abc'.",
    "D=1.5": "Argument `D` must be an integer, but is 1.5.",
    "seeds=0": "Argument `seeds` must be at least 1, but is 0.",
    "sedes=3": "There is no configuration key `sedes`. Did you mean `seeds`?",
    "epochs=3": "There is no configuration key `epochs`. Did you mean `train.epochs`?",
    "train.batch_size=0": "Argument `train.batch_size` must be at least 1, but is 0.",
    "train.learning_rate=-1": "Argument `train.learning_rate` must be greater than 0, but is -1",
    "train.loss=mse": "Argument `train.loss` must be .*raw_nll.*cross_entropy.*, but is 'mse'.",
    "data.classes=[1]": "Argument `data.classes` must name two different classes or more, but is [1].",
    "data.classes=[1,1]": "Argument `data.classes` must name two different classes or more, but is [1, 1].",
    "data.classes=[1,12]": "Argument `data.classes` must name classes of digits, which are 0, 1, .*, but is [1, 12].",
    "data.classes=[1": "The override `data.classes=[1` cannot be read. It must be key=value",
    "backend.shots=100": "Argument `backend.shots` must be left out with backend=exact, .* Choose backend=aer",
    "backend.depolarizing=0.1": "Argument `backend.depolarizing` must be left out with backend=exact, .* backend=aer",
    "backend=aer backend.depolarizing=2": "Argument `backend.depolarizing` must be at most 1, but is 2",
    "backend=aer backend.depolarizing=0.1 backend.noise=FakeJakartaV2": "be left out with backend.noise, but is 0.1",
    "backend=aer backend.noise=FakeManilla": "Argument `backend.noise` must name a fake device .*: fake-manila",
    "readout_qubit=0": "Argument `readout_qubit` must be another qubit, but is 0: .* Use readout_qubit=3",
    "readout_qubit=9": "Argument `readout_qubit` must be between 0 and 3 with num_qubits=4, but is 9.",
    "ansatz=2 num_qubits=5": "Argument `num_qubits` must be 4 with ansatz=2, .* but is 5. Choose ansatz=0 or ansatz=1",
    "reducer=cnn data.image_shape=[1,12,12]": "Argument `data.image_shape` must be at least 16 pixels high and wide",
    "output_dir=/dev/null/below": "/dev/null/below.* cannot be written: Not a directory. Choose a",
}


def check_mistake(outcome: Any, expected: str) -> None:
    """One line on standard error that matches `expected`, in which ``.*`` stands for anything."""
    assert outcome.status == 2
    assert outcome.err.startswith("error: ")
    assert outcome.err.endswith("\n")
    assert outcome.err.count("\n") == 1, outcome.err
    assert "Traceback" not in outcome.out + outcome.err
    assert re.search(re.escape(expected).replace(r"\.\*", ".*"), outcome.err), outcome.err


@pytest.mark.parametrize("overrides", list(MISTAKES))
def test_a_mistake_gives_one_sentence(overrides: str, run_here: Run) -> None:
    own = {override.partition("=")[0] for override in overrides.split()}
    usual = [override for override in DIGITS if override.partition("=")[0] not in own]
    check_mistake(run_here("train.py", *usual, *overrides.split()), MISTAKES[overrides])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("train.py --multirun ansatz=0,7", "Argument `ansatz` must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry, but is '7'."),
        ("train.py --multirun sedes=3", "There is no configuration key `sedes`. Did you mean `seeds`?"),
        ("train.py --cfg job sedes=3", "There is no configuration key `sedes`. Did you mean `seeds`?"),
        ("table.py sedes=3", "There is no configuration key `sedes`. Did you mean `seeds`?"),
        ("table.py seeds=0", "Argument `seeds` must be at least 1, but is 0."),
        ("table.py ansatz=7", "Argument `ansatz` must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry, but is '7'."),
        ("table.py --config-name quickstart sedes=3", "There is no configuration key `sedes`. Did you mean `seeds`?"),
        ("table.py --config-name quickstart D=0", "Argument `D` must be at least 1, but is 0."),
        ("table.py --config-name quickstrt", "'quickstrt'"),
    ],
)
def test_options_of_hydra_do_not_bring_its_pages_back(arguments: str, expected: str, run_here: Run) -> None:
    check_mistake(run_here(*arguments.split()), expected)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["train.py", "ansatz=7"], MISTAKES["ansatz=7"]),
        (["train.py", *DIGITS, "output_dir=/dev/null/below"], MISTAKES["output_dir=/dev/null/below"]),
        (["table.py", "--config-name", "quickstart", "sedes=3"], MISTAKES["sedes=3"]),
    ],
)
def test_a_real_process_ends_with_status_2(arguments: list[str], expected: str, run_there: Run) -> None:
    check_mistake(run_there(*arguments), expected)


@pytest.mark.usefixtures("no_network")
def test_missing_data_without_a_network_are_reported_soon(run_here: Run, tmp_path: Path) -> None:
    start = time.monotonic()
    outcome = run_here("train.py", f"data.root={tmp_path}")
    assert time.monotonic() - start < 60
    check_mistake(outcome, "MNIST could not be downloaded (.* there is no connection, or it was cut off")
    assert "Run `make data` where there is a connection" in outcome.err
    assert list((tmp_path / "mnist").iterdir()) == []


def test_damaged_data_are_named(run_here: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mnist"
    folder.mkdir()
    for split in ("train", "t10k"):
        for kind in ("images-idx3", "labels-idx1"):
            (folder / f"{split}-{kind}-ubyte.gz").write_bytes(gzip.compress(b"not images")[:-4])
    outcome = run_here("train.py", f"data.root={tmp_path}")
    check_mistake(outcome, f"File {folder / 'train-images-idx3-ubyte.gz'} must be a complete gzip file, but is cut off")


def test_other_data_than_the_official_are_refused(run_here: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mnist"
    folder.mkdir()
    for split in ("train", "t10k"):
        for kind in ("images-idx3", "labels-idx1"):
            (folder / f"{split}-{kind}-ubyte.gz").write_bytes(gzip.compress(b"not images"))
    outcome = run_here("train.py", f"data.root={tmp_path}")
    check_mistake(outcome, f"The files of MNIST in {folder} must be the official ones, but these differ: train-images-")
    assert "data.verify=false" in outcome.err


def test_the_option_lists_of_the_sentences_are_the_files_that_there_are(run_here: Run) -> None:
    groups = {path.name for path in CONFIG_DIR.iterdir() if path.is_dir() and path.name != "hydra"}
    assert groups >= {"ansatz", "backend", "data", "logger", "protocol", "reducer"}
    for group in sorted(groups):
        options = ", ".join(sorted(path.stem for path in (CONFIG_DIR / group).glob("*.yaml")))
        check_mistake(
            run_here("train.py", f"{group}=nope"), f"Argument `{group}` must be one of {options}, but is 'nope'."
        )
