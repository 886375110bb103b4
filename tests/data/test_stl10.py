"""STL-10: columns become rows, labels begin with 0, and the unlabelled images are left alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qnlnet.config.data import DataConfig
from qnlnet.data import load_dataset
from qnlnet.data.stl10 import STL10, read_stl10
from qnlnet.errors import DataError

IMAGE = 3 * 96 * 96


def test_columns_become_rows_of_pixels(small_stl10: Any, tmp_path: Path) -> None:
    folder = small_stl10.write(tmp_path)
    content = bytearray(2 * IMAGE)
    content[IMAGE + 1 * 96 * 96 + 90 * 96 + 2] = 7  # green, column 90, row 2
    (folder / "test_X.bin").write_bytes(content)
    (folder / "test_y.bin").write_bytes(bytes([10, 1]))
    (test,) = read_stl10(tmp_path, download=False, verify=False).test
    assert np.argwhere(test.images).tolist() == [[1, 1, 2, 90]]
    assert test.images[1, 1, 2, 90] == 7
    assert test.images.flags.c_contiguous
    assert [STL10.class_names[label] for label in test.labels] == ["truck", "airplane"]


def test_files_make_a_dataset_without_the_unlabelled_images(
    make_config: Callable[..., DataConfig], small_stl10: Any, tmp_path: Path
) -> None:
    folder = small_stl10.write(tmp_path)
    (folder / "unlabeled_X.bin").mkdir()  # which whoever reads it would trip over
    config = make_config("stl10", classes=(8, 0), root=str(tmp_path), verify=False)
    dataset = load_dataset(config, download=False)
    assert dataset.train_images.shape == (4, 3, 96, 96)
    assert dataset.test_images.shape == (2, 3, 96, 96)
    first = small_stl10.files["test_X.bin"][IMAGE:]  # labels fall from 10, so that the second image is of class 8
    image = np.frombuffer(first[:IMAGE], np.uint8).reshape(3, 96, 96)
    np.testing.assert_array_equal(dataset.test_images[0], image.transpose(0, 2, 1))


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("train_X.bin", bytes(20 * IMAGE - 1), "train_X.bin must have 27648 bytes for each image, but has 552959"),
        ("train_X.bin", bytes(19 * IMAGE), r"train \(train_X.bin, train_y.bin\) has 19 images and 20 labels"),
        ("train_X.bin", b"", "train_X.bin must have 27648 bytes for each image, but has 0"),
        ("test_y.bin", bytes(10), "test_y.bin must have labels from 1 to 10 only"),
        ("test_y.bin", bytes([11] * 10), "test_y.bin must have labels from 1 to 10 only"),
        ("test_y.bin", b"", "test_y.bin must have labels from 1 to 10 only"),
    ],
)
def test_what_is_none_is_refused(name: str, content: bytes, complaint: str, small_stl10: Any, tmp_path: Path) -> None:
    folder = small_stl10.write(tmp_path)
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=f'{complaint}.* run `make data ARGS="--datasets stl10"`'):
        read_stl10(tmp_path, download=False, verify=False)


def test_hashes_are_complete() -> None:
    hashes = [*STL10.md5.values(), STL10.remotes[0].md5]
    assert len(set(hashes)) == len(hashes) == 5
    assert all(len(value) == 32 and int(value, 16) for value in hashes)
    assert STL10.remotes[0].provides == tuple(STL10.md5)
