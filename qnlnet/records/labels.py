"""How datasets, reducers and settings are named to a reader."""

from collections.abc import Iterable
from typing import Any

from qnlnet.config.model.registry import section_of
from qnlnet.errors import ArgumentError

OWN_MARK = "‡"
OWN_NOTE = (
    "own images (data=image_folder): there is no official release; data_fingerprint in the rows says which they were."
)
UNOFFICIAL_MARK = "†"
UNOFFICIAL_NOTE = (
    "data differ from the official release: the files failed the check against the official hashes and were accepted "
    "on purpose (data.verify=false)."
)

_DATASETS = {
    "mnist": "MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "cifar10": "CIFAR-10",
    "cifar100": "CIFAR-100",
    "cifar100_coarse": "CIFAR-100 coarse",
    "stl10": "STL-10",
    "digits": "Digits",
}
_OWN_IMAGES = "image_folder:"
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
# The one has a note of its own, the other changes no number.
_NOT_TOLD = ("data.converged_above=", "train.gradient_norms=")
_OVERRIDES = {
    "circuit=reuploading": "data re-uploaded",
    "layer=none": "no circuit",
    "layer=frozen": "circuit frozen at random weights",
}


def dataset_label(dataset: str, classes: str) -> str:
    """Returns for example ``CIFAR-10 2/8``, or ``CIFAR-10 validation 2/8`` for held-out training images.

    Own images have the label that they were given: ``image_folder:pets`` becomes ``pets cats/dogs``.
    """
    name, _, split = dataset.partition(" ")
    name = name.removeprefix(_OWN_IMAGES) if name.startswith(_OWN_IMAGES) else _DATASETS.get(name, name)
    return " ".join(part for part in (name, split, classes) if part)


def dataset_mark(dataset: str, official: bool) -> str:
    """Returns the mark of images that are not the official ones: ``†``, or ``‡`` for own ones; else nothing."""
    if official:
        return ""
    return OWN_MARK if dataset.startswith(_OWN_IMAGES) else UNOFFICIAL_MARK


def dataset_notes(datasets: Iterable[tuple[str, bool]]) -> list[str]:
    """Returns the footnotes that explain the marks of some datasets.

    Args:
        datasets: The columns ``dataset`` and ``data_official`` of each row.
    """
    marks = {dataset_mark(dataset, official) for dataset, official in datasets}
    notes = {UNOFFICIAL_MARK: UNOFFICIAL_NOTE, OWN_MARK: OWN_NOTE}
    return [f"{mark} {note}" for mark, note in notes.items() if mark in marks]


def model_label(model: str) -> str:
    """Returns what a reader calls a family of models, such as ``QNL-Net``; its name where nothing else is known."""
    try:
        return section_of(model).title or model
    except ArgumentError:  # rows of somebody's own model, which need not be here
        return model


def reducer_label(reducer: str) -> str:
    """Returns for example ``PCA`` or ``CNN + non-local``."""
    return reducer.upper().replace("_NONLOCAL", " + non-local")


def setting_label(name: str, value: Any) -> str:
    """Returns for example ``readout qubit 3`` for the column `name` with that value."""
    if name == "settings":
        return settings_in_words(value)
    if name == "epochs" and value == 1:
        return "1 epoch"
    return model_label(value) if name == "model" else _SETTINGS[name].format(value)


def settings_in_words(settings: str) -> str:
    """Returns the column `settings` for readers: ``circuit=reuploading`` becomes ``data re-uploaded``.

    Overrides that there are no words for stay as they are.
    """
    words = [word for word in settings.split() if not word.startswith(_NOT_TOLD)]
    if any(word.startswith("model.num_components=") for word in words):  # which says so
        words = [word for word in words if word != "model.features=pca"]
    return ", ".join(dict.fromkeys(_in_words(word) for word in words))


def _in_words(override: str) -> str:
    key, _, value = override.partition("=")
    if key == "readout_qubits":
        return f"readout of qubits {value[1:-1].replace(',', ', ')}"
    if key == "model.num_components":
        return f"{value} principal component{'' if value == '1' else 's'}"
    return _OVERRIDES.get(override, override).removeprefix("model.")
