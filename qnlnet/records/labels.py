"""How datasets, reducers and settings are named to a reader."""

from typing import Any

UNOFFICIAL_MARK = "†"
UNOFFICIAL_NOTE = (
    "data differ from the official release: the files failed the check against the official hashes and were accepted "
    "on purpose (data.verify=false)."
)

_DATASETS = {"mnist": "MNIST", "cifar10": "CIFAR-10", "digits": "Digits"}
_SETTINGS = {
    "r": "r = {}",
    "D": "D = {}",
    "readout_qubit": "readout qubit {}",
    "protocol": "{} protocol",
    "epochs": "{} epochs",
    "num_qubits": "{} qubits",
    "backend": "backend {}",
    "dropout": "dropout {:g}",
    "learning_rate": "learning rate {:g}",
    "config_hash": "configuration {}",
}


def dataset_label(dataset: str, classes: str) -> str:
    """Returns for example ``CIFAR-10 2/8``, or ``CIFAR-10 validation 2/8`` for held-out training images."""
    name, _, split = dataset.partition(" ")
    return " ".join(part for part in (_DATASETS.get(name, name), split, classes) if part)


def reducer_label(reducer: str) -> str:
    """Returns for example ``PCA``."""
    return reducer.upper()


def setting_label(name: str, value: Any) -> str:
    """Returns for example ``readout qubit 3`` for the column `name` with that value."""
    return _SETTINGS[name].format(value)
