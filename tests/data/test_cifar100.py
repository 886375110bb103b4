"""CIFAR-100: read like CIFAR-10, with either of its two kinds of labels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qnlnet.config.data import DataConfig
from qnlnet.data import load_dataset
from qnlnet.data.cifar10 import CIFAR10
from qnlnet.data.cifar100 import CIFAR100, CIFAR100_COARSE, read_cifar100, read_cifar100_coarse
from qnlnet.errors import DataError

FINE, COARSE = CIFAR100.class_names, CIFAR100_COARSE.class_names


def test_rows_become_channels_and_rows_of_pixels(small_cifar100: Any, encode_batch: Any, tmp_path: Path) -> None:
    data = np.zeros((2, 3072), np.uint8)
    data[0, 2 * 1024 + 5 * 32 + 30] = 7  # blue, row 5, column 30
    folder = small_cifar100.write(tmp_path)
    (folder / "test").write_bytes(encode_batch({b"data": data, b"fine_labels": [99, 0], b"coarse_labels": [13, 4]}))
    (test,) = read_cifar100(tmp_path, download=False, verify=False).test
    assert np.argwhere(test.images).tolist() == [[0, 2, 5, 30]]
    assert test.images[0, 2, 5, 30] == 7
    assert test.labels.tolist() == [99, 0]
    assert [FINE[label] for label in test.labels] == ["worm", "apple"]
    (test,) = read_cifar100_coarse(tmp_path, download=False, verify=False).test
    assert [COARSE[label] for label in test.labels] == ["non-insect_invertebrates", "fruit_and_vegetables"]


def test_either_kind_of_labels_makes_a_dataset(
    make_config: Callable[..., DataConfig], small_cifar100: Any, tmp_path: Path
) -> None:
    small_cifar100.write(tmp_path)
    settings = {"classes": (3, 1), "root": str(tmp_path), "verify": False}
    fine, coarse = (
        load_dataset(make_config(name, **settings), download=False) for name in ("cifar100", "cifar100_coarse")
    )
    assert fine.train_images.shape == fine.test_images.shape == (2, 3, 32, 32)
    assert coarse.train_images.shape == coarse.test_images.shape == (10, 3, 32, 32)  # of five classes each
    assert not fine.official
    # Labels fall: class 19 comes first in group 3, and class 3 is the second last image but two.
    (train,) = read_cifar100(tmp_path, download=False, verify=False).train
    np.testing.assert_array_equal(coarse.train_images[0], train.images[99 - 19])
    np.testing.assert_array_equal(fine.train_images, train.images[[99 - 3, 99 - 1]])


@pytest.mark.parametrize(
    ("name", "values", "complaint"),
    [
        ("test", {b"data": np.zeros((2, 3072), np.uint8), b"labels": [1, 2]}, "not one label for each image"),
        ("test", {b"data": np.zeros((1, 3072), np.uint8), b"fine_labels": [100]}, "not between 0 and 99"),
        ("meta", {b"fine_label_names": [b"apple"]}, "its classes are not apple, aquarium_fish"),
    ],
)
def test_what_is_none_is_refused(
    name: str, values: dict[bytes, Any], complaint: str, small_cifar100: Any, encode_batch: Any, tmp_path: Path
) -> None:
    folder = small_cifar100.write(tmp_path)
    (folder / name).write_bytes(encode_batch(values))
    with pytest.raises(DataError, match=f"{name} must be a batch of CIFAR-100, but .*{complaint}.*--datasets cifar100"):
        read_cifar100(tmp_path, download=False, verify=False)


def test_names_and_hashes_are_complete() -> None:
    assert (len(FINE), len(COARSE)) == (100, 20)
    assert list(FINE) == sorted(set(FINE))
    assert list(COARSE) == sorted(set(COARSE))
    assert CIFAR100.md5 == CIFAR100_COARSE.md5
    hashes = [*CIFAR100.md5.values(), CIFAR100.remotes[0].md5]
    assert len({*hashes, *CIFAR10.md5.values(), CIFAR10.remotes[0].md5}) == 12
    assert all(len(value) == 32 and int(value, 16) for value in hashes)
