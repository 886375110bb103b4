"""The hash changes with everything that changes numbers, and with nothing else."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from qnlnet.config import AnsatzConfig, cell_name, config_hash, load_config, run_directory

CHANGES_NUMBERS = [
    "data=cifar10",
    "data=digits",
    "data=digits_as_cifar10",
    "data.classes=[3,6]",
    "data.classes=[1,0]",
    "data.evaluate_on=validation",
    "data.image_shape=[1,32,32]",
    "data.mean=[0.5]",
    "data.std=[0.5]",
    "data.cnn_channels=[2,8]",
    "data.converged_above=90",
    "reducer=pca",
    "ansatz=1",
    "ansatz=2",
    "ansatz.entangling=[[1,2,3]]",
    "backend=statevector",
    "backend=aer",
    "backend=aer backend.shots=100",
    "backend=aer backend.shots=200",
    "backend=aer backend.noise=FakeManilaV2",
    "r=2",
    "D=2",
    "num_qubits=5",
    "readout_qubit=0",
    "protocol=corrected",
    "train.epochs=99",
    "train.batch_size=2",
    "train.loss=cross_entropy",
    "train.learning_rate=2e-4",
    "train.lr_decay=0.8",
    "train.shuffle=false",
    "train.dropout=0.1",
    "train.pca_scaling=train_split",
]
CHANGES_NO_NUMBERS = [
    "seeds=3",
    "reducer.seeds=3",
    "workers=1",
    "force=true",
    "allow_constant=true",
    "output_dir=elsewhere",
    "data.root=elsewhere",
    "data.verify=false",
    "train.learning_rate=0.0001",  # written in another way
]


def hash_of(overrides: str = "") -> str:
    return config_hash(load_config(*overrides.split()))


def test_hash_is_different_for_everything_that_changes_numbers() -> None:
    hashes = {overrides: hash_of(overrides) for overrides in ["", *CHANGES_NUMBERS]}
    assert len(set(hashes.values())) == len(hashes)
    assert all(re.fullmatch("[0-9a-f]{12}", value) for value in hashes.values())


@pytest.mark.parametrize("overrides", CHANGES_NO_NUMBERS)
def test_hash_is_the_same_for_all_else(overrides: str) -> None:
    assert hash_of(overrides) == hash_of()
    assert load_config(overrides) != load_config() or overrides.startswith("train.")


def test_every_setting_is_in_one_of_the_two_lists() -> None:
    words = " ".join([*CHANGES_NUMBERS, *CHANGES_NO_NUMBERS]).split()
    named = {word.split("=")[0] for word in words}
    named |= {"train.protocol", "data.name", "reducer.name", "backend.name"}  # by the files of their groups
    named |= {f"ansatz.{key}" for key in AnsatzConfig.model_fields}
    fields = set()
    for name, value in load_config().model_dump(by_alias=True).items():
        fields |= {f"{name}.{key}" for key in value} if isinstance(value, dict) else {name}
    assert fields <= named


def test_hash_is_the_same_in_every_process() -> None:
    program = "from qnlnet.config import config_hash, load_config; print(config_hash(load_config('r=2')))"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == hash_of("r=2")


def test_cell_name_is_readable() -> None:
    assert cell_name(load_config()) == "mnist-0-1_cnn_ansatz0_r1_D1_released"
    config = load_config("data=cifar10", "reducer=pca", "ansatz=2", "r=2", "D=3", "protocol=corrected")
    assert cell_name(config) == "cifar10-2-8_pca_ansatz2_r2_D3_corrected"


def test_run_directory_is_unique_to_the_cell_or_the_one_asked_for() -> None:
    config = load_config("readout_qubit=0")
    name = f"{cell_name(config)}-{config_hash(config)}"
    assert run_directory(config) == Path("outputs") / name != run_directory(load_config())
    assert run_directory(load_config('output_dir="~/cell"')) == Path.home() / "cell"
