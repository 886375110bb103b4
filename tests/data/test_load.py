"""`load_dataset`: the digits always, MNIST and CIFAR-10 where their real files are."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from qnlnet.config.data import DataConfig
from qnlnet.data import Dataset, data_root, load_dataset
from qnlnet.data.cifar10 import read_cifar10
from qnlnet.data.mnist import read_mnist
from qnlnet.errors import ArgumentError, DataError

MakeConfig = Callable[..., DataConfig]


def test_digits_need_no_files(make_config: MakeConfig) -> None:
    dataset = load_dataset(make_config("digits", classes=(3, 6)), download=False)
    assert dataset.official
    assert dataset.train_images.shape == (137 + 135, 1, 28, 28)
    assert dataset.test_images.shape == (46 + 46, 1, 28, 28)


def test_real_mnist_is_official_in_the_order_of_the_released_scripts(
    make_config: MakeConfig, real_data_root: Path
) -> None:
    dataset = load_dataset(make_config("mnist", root=str(real_data_root)), download=False)
    assert dataset.official
    assert dataset.train_images.shape == (12665, 1, 28, 28)
    assert np.bincount(dataset.train_labels).tolist() == [5923, 6742]
    assert np.bincount(dataset.test_labels).tolist() == [980, 1135]
    assert dataset.fingerprint == "93f5512d7ba7"  # over the official bytes, so it is the same everywhere


@pytest.mark.slow
def test_real_files_have_the_official_order_of_labels(real_data_root: Path) -> None:
    mnist = read_mnist(real_data_root, download=False)
    assert mnist.train[0].labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.test[0].labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    cifar10 = read_cifar10(real_data_root, verify=False, download=False)
    assert [len(part.labels) for part in cifar10.train + cifar10.test] == 6 * [10_000]
    assert cifar10.train[0].labels[:10].tolist() == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
    assert cifar10.test[0].labels[:10].tolist() == [3, 8, 8, 0, 6, 6, 1, 6, 3, 1]


def test_exchanged_classes_exchange_labels_and_order(make_config: MakeConfig, real_data_root: Path) -> None:
    def load(*classes: int) -> Dataset:
        return load_dataset(make_config("mnist", classes=classes, root=str(real_data_root)), download=False)

    threes, sixes = load(3, 6), load(6, 3)
    assert threes.fingerprint != sixes.fingerprint
    for label in (0, 1):
        np.testing.assert_array_equal(
            threes.train_images[threes.train_labels == label], sixes.train_images[sixes.train_labels == 1 - label]
        )


@pytest.mark.slow
def test_real_cifar10_is_complete_and_says_whether_it_is_official(
    make_config: MakeConfig, real_data_root: Path
) -> None:
    config = make_config("cifar10", classes=(2, 8), root=str(real_data_root), verify=False)
    dataset = load_dataset(config, download=False)
    assert dataset.train_images.shape == (10000, 3, 32, 32)
    assert np.bincount(dataset.train_labels).tolist() == [5000, 5000]
    assert np.bincount(dataset.test_labels).tolist() == [1000, 1000]
    # Ships are on blue water under a blue sky: channels in the order red, green, blue, and labels that fit.
    red, _, blue = dataset.train_images[dataset.train_labels == 1].mean(axis=(0, 2, 3))
    assert blue > red + 10
    verified = config.model_copy(update={"verify": True})
    if dataset.official:
        assert load_dataset(verified, download=False).fingerprint == dataset.fingerprint
    else:
        with pytest.raises(DataError, match=r"these differ: .*data_batch_1 \(MD5 must be c99cafc15.*verify=false"):
            load_dataset(verified, download=False)


@pytest.mark.parametrize(
    ("name", "classes", "known"),
    [
        ("mnist", (0, 10), "0, 1, 2, .*9"),
        ("fashion_mnist", (0, 10), r"0 \(T-shirt/top\), 1 \(Trouser\), .*9 \(Ankle boot\)"),
        ("cifar10", (2, -1), r"2 \(bird\), .*8 \(ship\)"),
        ("cifar100", (0, 100), r"0 \(apple\), 1 \(aquarium_fish\), .*99 \(worm\)"),
        ("cifar100_coarse", (0, 20), r"14 \(people\), .*19 \(vehicles_2\)"),
        ("stl10", (0, 10), r"0 \(airplane\), .*9 \(truck\)"),
        ("digits", (0, 11), "0, 1"),
    ],
)
def test_unknown_class_is_refused_with_those_that_exist(
    name: str, classes: tuple[int, int], known: str, make_config: MakeConfig
) -> None:
    with pytest.raises(ArgumentError, match=f"Argument `data.classes` must .*{name}.*{known}"):
        load_dataset(make_config(name, classes=classes), download=False)


def test_image_shape_that_files_do_not_have_is_refused(make_config: MakeConfig) -> None:
    with pytest.raises(ArgumentError, match=r"`data.image_shape` must be \[1, 28, 28\] with data=mnist"):
        load_dataset(make_config("mnist", image_shape=(1, 32, 32)), download=False)


def test_missing_files_without_download_are_named(make_config: MakeConfig, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Files of MNIST are missing\. .*make data.*train-images-idx3-ubyte\.gz"):
        load_dataset(make_config("mnist", root=str(tmp_path)), download=False)
    assert list(tmp_path.iterdir()) == []


def test_root_is_the_setting_else_the_environment_else_the_cache(
    make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QNLNET_DATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert data_root(make_config("mnist", root="~/here")) == tmp_path / "home" / "here"
    assert data_root(make_config("mnist")) == tmp_path
    monkeypatch.delenv("QNLNET_DATA")
    assert data_root(make_config("mnist")).name == "qnlnet"


def test_import_is_light() -> None:
    code = (
        "import sys, qnlnet.data; sys.exit(bool({'torch', 'sklearn', 'pooch', 'requests', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
