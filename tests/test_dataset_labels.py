"""How rows name datasets and settings to a reader, and the mark of images that are not the official ones."""

import pytest
from row_builders import frame, seed_rows

from qnlnet.records import setting_label, sort_rows
from qnlnet.records.cells import common_settings
from qnlnet.records.labels import dataset_label, dataset_mark, dataset_notes


@pytest.mark.parametrize(
    ("dataset", "classes", "label"),
    [
        ("mnist", "0/1", "MNIST 0/1"),
        ("fashion_mnist", "0/1", "Fashion-MNIST 0/1"),
        ("cifar10 validation", "2/8", "CIFAR-10 validation 2/8"),
        ("cifar100_coarse validation", "0/14", "CIFAR-100 coarse validation 0/14"),
        ("stl10", "0/1", "STL-10 0/1"),
        ("image_folder:pets", "cats/dogs", "pets cats/dogs"),
        ("image_folder:mnist validation", "0/1", "mnist validation 0/1"),
        ("svhn", "0/1", "svhn 0/1"),
    ],
)
def test_label(dataset: str, classes: str, label: str) -> None:
    assert dataset_label(dataset, classes) == label


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("", ""),
        ("readout_qubits=[0,1,2,3] circuit=reuploading", "readout of qubits 0, 1, 2, 3, data re-uploaded"),
        ("data.converged_above=50.0 layer=none", "no circuit"),
        ("layer=sine train.shuffle=True", "layer=sine, train.shuffle=True"),
    ],
)
def test_settings_in_words(settings: str, words: str) -> None:
    assert setting_label("settings", settings) == words


def test_one_readout_qubit_is_not_told_where_several_or_none_are_read_out() -> None:
    several, none, frozen, usual = (
        seed_rows(80.0, settings=settings) for settings in ("readout_qubits=[0,1]", "layer=none", "layer=frozen", "")
    )
    assert "readout_qubit" not in common_settings(frame(several, none))
    assert common_settings(frame(several, frozen))["readout_qubit"] == 3
    assert common_settings(frame(usual))["readout_qubit"] == 3


def test_only_images_that_are_not_official_are_marked_and_own_ones_with_a_mark_of_their_own() -> None:
    assert dataset_mark("mnist", True) == ""
    assert dataset_mark("mnist", False) == "†"
    assert dataset_mark("image_folder:mnist validation", False) == "‡"


def test_notes_explain_the_marks_that_are_there() -> None:
    official, unofficial, own = ("mnist", True), ("cifar10", False), ("image_folder:pets", False)
    assert dataset_notes([official]) == []
    (own_note,) = dataset_notes([own, official, own])
    assert own_note.startswith("‡ own images")
    assert "official hashes" not in own_note
    notes = dataset_notes([own, official, unofficial])
    assert [note[0] for note in notes] == ["†", "‡"]


def test_fashion_mnist_comes_after_mnist_and_own_images_come_last() -> None:
    order = ["mnist", "mnist validation", "fashion_mnist", "fashion_mnist validation", "cifar10", "cifar100"]
    order += ["cifar100_coarse", "stl10", "stl10 validation", "digits"]
    order += ["image_folder:a", "image_folder:b"]
    rows = frame(*(seed_rows(90.0, dataset=name) for name in reversed(order)))
    assert sort_rows(rows).dataset.tolist() == order
