"""Fashion-MNIST: read like MNIST, from a folder of its own, and never taken for it."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from qnlnet.config.data import DataConfig
from qnlnet.data import load_dataset
from qnlnet.data.labelled_images import select_classes
from qnlnet.data.load import READERS
from qnlnet.data.mnist import FASHION_MNIST, MNIST, read_mnist
from qnlnet.errors import DataError

MakeConfig = Callable[..., DataConfig]


def test_real_files_are_official_and_complete(make_config: MakeConfig, real_data_root: Path) -> None:
    dataset = load_dataset(make_config("fashion_mnist", root=str(real_data_root)), download=False)
    assert dataset.official
    assert dataset.train_images.shape == (12000, 1, 28, 28)
    assert np.bincount(dataset.train_labels).tolist() == [6000, 6000]
    assert np.bincount(dataset.test_labels).tolist() == [1000, 1000]
    assert dataset.fingerprint == "f2445aea5498"  # over the official bytes, so it is the same everywhere


@pytest.mark.slow
def test_real_files_have_the_official_order_and_the_normalisation_of_the_configuration(real_data_root: Path) -> None:
    splits = READERS["fashion_mnist"](real_data_root, download=False)
    (train,), (test,) = splits.train, splits.test
    assert train.labels[:10].tolist() == [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]
    assert test.labels[:10].tolist() == [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]
    assert round(float(train.images.mean()) / 255, 4) == 0.2860
    assert round(float(train.images.std()) / 255, 4) == 0.3530


def test_labels_fit_the_names(real_data_root: Path) -> None:
    (train,) = READERS["fashion_mnist"](real_data_root, download=False).train
    trousers, bags = (FASHION_MNIST.class_names.index(name) for name in ("Trouser", "Bag"))
    images, labels = select_classes([train], [trousers, bags])
    is_lit = images[:, 0].max(axis=1) > 127  # columns with something bright in them
    widths = is_lit.sum(axis=1)
    assert np.median(widths[labels == 0]) < np.median(widths[labels == 1]) - 5  # trousers are narrow, bags are not


def test_its_folder_and_its_name_are_its_own(small_fashion_mnist: Any, encode_idx: Any, tmp_path: Path) -> None:
    folder = small_fashion_mnist.write(tmp_path)
    assert folder == tmp_path / "fashion-mnist"
    release = small_fashion_mnist.release
    splits = read_mnist(tmp_path, release=release, download=False)
    assert splits.official
    assert splits.train[0].images.shape == (30, 1, 28, 28)
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match=r"^Files of Fashion-MNIST are missing\. .*t10k-labels.*/fashion-mnist by hand"):
        read_mnist(tmp_path, release=release, download=False)


def test_mnist_in_its_folder_is_refused(real_data_root: Path, tmp_path: Path) -> None:
    (tmp_path / "fashion-mnist").symlink_to(real_data_root.absolute() / "mnist")  # mirrors have mixed them up before
    with pytest.raises(
        DataError, match=r"The files of Fashion-MNIST in .* must be the official ones, but these differ"
    ):
        READERS["fashion_mnist"](tmp_path, download=False)


def test_different_lengths_are_blamed_on_the_right_release(
    small_fashion_mnist: Any, encode_idx: Any, tmp_path: Path
) -> None:
    folder = small_fashion_mnist.write(tmp_path)
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(encode_idx(np.zeros(19, np.uint8))))
    with pytest.raises(DataError, match=r"The files of Fashion-MNIST in .*fashion-mnist .* 20 images and 19 labels"):
        read_mnist(tmp_path, release=small_fashion_mnist.release, download=False, verify=False)


@pytest.mark.parametrize("release", [MNIST, FASHION_MNIST], ids=lambda release: release.title)
def test_every_file_has_hashes_and_places_that_are_asked_over_https_first(release: Any) -> None:
    assert [remote.provides for remote in release.remotes] == [(name,) for name in release.md5]
    for remote in release.remotes:
        assert {Path(urlsplit(url).path).name for url in remote.urls} == set(remote.provides)
        schemes = [urlsplit(url).scheme for url in remote.urls]
        assert schemes.count("https") >= 2
        assert schemes == sorted(schemes, reverse=True)
    hashes = [*release.md5.values(), *(remote.md5 for remote in release.remotes)]
    assert len(set(hashes)) == len(hashes) == 8


def test_no_hash_is_shared_with_mnist() -> None:
    assert not set(MNIST.md5.values()) & set(FASHION_MNIST.md5.values())
