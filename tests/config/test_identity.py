"""The hash changes with everything that changes numbers, and with nothing else."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hydra import initialize_config_dir

from qnlnet.config import CONFIG_DIR, AnsatzConfig, cell_name, config_hash, load_config, run_directory
from qnlnet.config.overrides import short_key

RESULTS = Path(__file__).parents[2] / "results"

CHANGES_NUMBERS = [
    "data=cifar10",
    "data=fashion_mnist",
    "data=digits",
    "data=digits_as_cifar10",
    "data.classes=[3,6]",
    "data.classes=[1,0]",
    "data.evaluate_on=validation",
    "data.image_shape=[1,32,32]",
    "data.mean=[0.5]",
    "data.std=[0.5]",
    "data.cnn_channels=[2,8]",
    "train.schedule=cosine",
    "data.converged_above=90",
    "reducer=pca",
    "ansatz=1",
    "ansatz=2",
    "ansatz.name=mine",
    "ansatz.name=mine ansatz.entangling=[[1,2,3]]",
    "backend=statevector",
    "backend=aer",
    "backend=aer backend.shots=100",
    "backend=aer backend.shots=200",
    "backend=aer backend.noise=FakeManilaV2",
    "backend=aer backend.depolarizing=0",
    "backend=aer backend.depolarizing=0.01",
    "r=2",
    "D=2",
    "num_qubits=5",
    "readout_qubit=0",
    "readout_qubits=[3,0]",
    "circuit=reuploading",
    "layer=frozen",
    "layer=none",
    "protocol=corrected",
    "train.epochs=99",
    "train.batch_size=2",
    "train.loss=cross_entropy",
    "train.learning_rate=2e-4",
    "train.lr_decay=0.8",
    "train.shuffle=false",
    "train.dropout=0.1",
    "train.pca_scaling=train_split",
    "train.initial_weights=quarter_turn",
    "train.starts=2",
    "train.optimizer=sgd",
    "train.optimizer=sgd train.momentum=0.9",
    "train.weight_decay=1e-4",
    "train.gradient_norms=true",
    "train.drop_last=true",
    "train.drop_last_test=true",
    "train.optimizer=adamw",
    "train.clip_norm=1",
    "train.loss=cross_entropy train.label_smoothing=0.1",
    "train.augmentation=affine",
    "train.augmentation=affine train.augmentation_fill=mean",
    "train.augmentation=flip_crop",
    "train.flush_denormal=false",
    "train.schedule=one_cycle",
    "train.schedule=cosine_restarts train.restart_every=5",
    "train.schedule=cosine_restarts train.restart_every=5 train.restart_unit=steps",
    "train.schedule=cosine_restarts train.restart_every=5 train.min_learning_rate=1e-5",
    "train.schedule=milestones train.milestones=[3]",
    "train.schedule=milestones train.milestones=[3,5]",
    "train.decay_steps=10",
    "train.schedule=cosine train.min_learning_rate=1e-5",
    "train.clip_value=1",
    "train.weights_seed=0",
]
CHANGES_NO_NUMBERS = [
    "seeds=3",
    "reducer.seeds=3",
    "workers=1",
    "force=true",
    "checkpoint_every=0",
    "logger=tensorboard",
    "logger=mlflow",
    "allow_constant=true",
    "output_dir=elsewhere",
    "data.root=elsewhere",
    "data.verify=false",
    "train.learning_rate=0.0001",  # written in another way
]


OWN_IMAGES = "data=image_folder data.root=pictures data.classes=[cats,dogs]"  # given classes: no disk is read
CHANGES_NUMBERS_OF_OWN_IMAGES = [
    "data.label=mine",
    "data.root=others",  # its name is the label
    "data.convert_colours=true",
    "data.classes=[dogs,cats]",
    "data.classes=[cats,birds]",
    "data.evaluate_on=validation",
    "data.image_shape=[3,28,28]",
    "data.image_shape=[1,32,32]",
    "data.mean=[0.4,0.5,0.5]",
    "data.std=[0.4,0.5,0.5]",
    "data.cnn_channels=[2,16]",
    "data.converged_above=90",
]
CHANGES_NO_NUMBERS_OF_OWN_IMAGES = [
    "data.accept_copies=true",
    "data.root=elsewhere/pictures",
    "data.root=elsewhere data.label=pictures",
    "data.mean=[0.5,0.5,0.5]",  # what null means
]


def hash_of(overrides: str = "") -> str:
    return config_hash(load_config(*overrides.split()))


def test_hash_is_different_for_everything_that_changes_numbers() -> None:
    hashes = {overrides: hash_of(overrides) for overrides in ["", *CHANGES_NUMBERS]}
    assert len(set(hashes.values())) == len(hashes)
    assert all(re.fullmatch("[0-9a-f]{12}", value) for value in hashes.values())


@pytest.mark.slow
@pytest.mark.parametrize("overrides", CHANGES_NO_NUMBERS)
def test_hash_is_the_same_for_all_else(overrides: str) -> None:
    assert hash_of(overrides) == hash_of()
    assert load_config(overrides) != load_config() or overrides.startswith("train.")


def test_hash_of_own_images_is_different_for_everything_that_changes_numbers() -> None:
    changes = ["", *CHANGES_NUMBERS_OF_OWN_IMAGES]
    hashes = {changed: hash_of(f"{OWN_IMAGES} {changed}") for changed in changes}
    assert len({hash_of(), *hashes.values()}) == len(hashes) + 1


@pytest.mark.parametrize("changed", CHANGES_NO_NUMBERS_OF_OWN_IMAGES)
def test_hash_of_own_images_is_the_same_for_all_else(changed: str) -> None:
    assert hash_of(f"{OWN_IMAGES} {changed}") == hash_of(OWN_IMAGES)


@pytest.mark.slow
@pytest.mark.parametrize("table", ["table1", "corrected"])
def test_every_committed_row_composes_to_its_hash(table: str) -> None:
    with (RESULTS / table / "seeds.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["config_hash"]: row for row in csv.DictReader(file)}
    assert len(rows) == 12
    keys = {"data": "dataset", "r": "r", "D": "D", "train.epochs": "epochs", "train.learning_rate": "learning_rate"}
    keys |= {name: name for name in ("reducer", "ansatz", "protocol", "num_qubits", "readout_qubit")}
    with initialize_config_dir(str(CONFIG_DIR), version_base="1.3"):
        for config_hash_there, row in rows.items():
            classes = f"data.classes=[{row['classes'].replace('/', ',')}]"
            overrides = [f"{key}={row[column]}" for key, column in keys.items()]
            assert hash_of(" ".join([*overrides, classes, f"train.dropout={row['dropout']}"])) == config_hash_there


def test_every_setting_is_in_one_of_the_two_lists() -> None:
    words = " ".join([*CHANGES_NUMBERS, *CHANGES_NO_NUMBERS, *CHANGES_NUMBERS_OF_OWN_IMAGES]).split()
    named = {word.split("=")[0] for word in words}
    named |= {word.split("=")[0] for line in CHANGES_NO_NUMBERS_OF_OWN_IMAGES for word in line.split()}
    named |= {"train.protocol", "data.name", "reducer.name", "backend.name"}  # by the files of their groups
    named |= {f"ansatz.{key}" for key in AnsatzConfig.model_fields}
    named |= {"logger.tensorboard", "logger.mlflow", "choices", "choice_seeds", "model.name", "model.seeds"}
    fields = set()
    for name, value in load_config().model_dump(by_alias=True).items():
        fields |= {short_key(f"{name}.{key}") for key in value} if isinstance(value, dict) else {name}
    assert fields - named <= {"ansatz"}  # whose fields are named one by one


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
