"""Small releases from files: what is accepted, what is refused, and with which words."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qnlnet.data.cifar10 import read_cifar10
from qnlnet.data.cifar100 import read_cifar100
from qnlnet.data.labelled_images import LabelledImages, Splits, select_classes
from qnlnet.data.mnist import read_mnist
from qnlnet.data.stl10 import read_stl10
from qnlnet.errors import DataError

READERS: dict[str, Callable[..., Splits]] = {
    "small_mnist": read_mnist,
    "small_fashion_mnist": read_mnist,
    "small_cifar10": read_cifar10,
    "small_cifar100": read_cifar100,
    "small_stl10": read_stl10,
}


@pytest.fixture(params=READERS)
def small(request: pytest.FixtureRequest) -> tuple[Any, Callable[..., Splits]]:
    """Returns each small release and the function that reads it without the network."""
    made, read = request.getfixturevalue(request.param), READERS[request.param]

    def read_here(root: Path, **options: Any) -> Splits:
        return read(root, **{"release": made.release, "download": False, **options})

    return made, read_here


def test_official_files_are_official(small: Any, tmp_path: Path) -> None:
    made, read = small
    made.write(tmp_path)
    assert read(tmp_path).official
    assert read(tmp_path, verify=False).official


def test_other_compression_of_the_same_content_is_official(small_mnist: Any, tmp_path: Path) -> None:
    files = {name: gzip.compress(gzip.decompress(content), 9) for name, content in small_mnist.files.items()}
    assert files != small_mnist.files
    replace(small_mnist, files=files).write(tmp_path)
    assert read_mnist(tmp_path, release=small_mnist.release, download=False).official


def test_different_files_are_refused_and_accepted_on_purpose(small: Any, tmp_path: Path) -> None:
    made, read = small
    made.write(tmp_path)
    name = list(made.release.md5)[1]
    forged = replace(made.release, md5={**made.release.md5, name: 32 * "0"})
    with pytest.raises(
        DataError, match=rf"these differ: {name} \(MD5 must be 0{{32}}, but is \w{{32}}\)\. .*verify=false"
    ):
        read(tmp_path, release=forged)
    splits = read(tmp_path, release=forged, verify=False)
    assert not splits.official
    expected = read(tmp_path)
    for part, other in zip(splits.train + splits.test, expected.train + expected.test, strict=True):
        np.testing.assert_array_equal(part.images, other.images)
        np.testing.assert_array_equal(part.labels, other.labels)


def test_missing_files_are_named_with_their_folder_and_the_remedy(small: Any, tmp_path: Path) -> None:
    made, read = small
    folder = made.write(tmp_path)
    some = ("data_batch_3", "test_batch", "test", "train_X.bin", "test_y.bin")
    gone = [name for name in made.release.md5 if "train-" in name or name in some]
    for name in gone:
        (folder / name).unlink()
    with pytest.raises(DataError) as caught:
        read(tmp_path)
    release = made.release
    place = release.remotes[0].urls[0].rpartition("/")[0]
    for part in (", ".join(gone), str(folder), f"Run `{release.command}` where", place):
        assert part in str(caught.value)


@pytest.mark.parametrize("damage", ["empty", "half", "garbage"])
@pytest.mark.parametrize("verify", [True, False])
def test_damaged_file_is_one_clear_error(small: Any, damage: str, verify: bool, tmp_path: Path) -> None:
    made, read = small
    folder = made.write(tmp_path)
    for name, content in made.files.items():
        changed = {"empty": b"", "half": content[: len(content) // 2], "garbage": b"<html>404</html>"}[damage]
        (folder / name).write_bytes(changed)
        with pytest.raises(DataError, match=rf"{name}.*make data") as caught:
            read(tmp_path, verify=verify)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        (folder / name).write_bytes(content)


def test_unreadable_file_is_one_clear_error(small: Any, tmp_path: Path) -> None:
    made, read = small
    folder = made.write(tmp_path)
    name = next(iter(made.release.md5))
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(DataError, match=f"{name} must be readable, but is not: Is a directory"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "array", "complaint"),
    [
        ("t10k-images-idx3-ubyte.gz", np.zeros((20, 32, 32), np.uint8), "28 × 28 pixels"),
        ("t10k-labels-idx1-ubyte.gz", np.full(20, 10, np.uint8), "labels from 0 to 9, but contains 10"),
        ("t10k-labels-idx1-ubyte.gz", np.zeros(19, np.uint8), "t10k has 20 images and 19 labels"),
    ],
)
def test_mnist_that_is_none_is_refused(
    name: str, array: np.ndarray, complaint: str, small_mnist: Any, encode_idx: Any, tmp_path: Path
) -> None:
    folder = small_mnist.write(tmp_path)
    (folder / name).write_bytes(gzip.compress(encode_idx(array)))
    with pytest.raises(DataError, match=complaint):
        read_mnist(tmp_path, release=small_mnist.release, download=False, verify=False)


@pytest.mark.parametrize(
    ("name", "values", "complaint"),
    [
        ("test_batch", {b"labels": [1]}, "no array of images"),
        ("test_batch", {b"data": np.zeros((2, 9), np.uint8), b"labels": [1, 2]}, r"the shape \(2, 9\)"),
        ("test_batch", {b"data": np.zeros((2, 3072), np.uint8), b"labels": [1]}, "not one label for each image"),
        ("test_batch", {b"data": np.zeros((2, 3072), np.uint8), b"labels": [1, 10]}, "not between 0 and 9"),
        ("batches.meta", {b"label_names": [b"cat", b"dog"]}, "its classes are not airplane, automobile"),
    ],
)
def test_cifar10_that_is_none_is_refused(
    name: str, values: dict[bytes, Any], complaint: str, small_cifar10: Any, encode_batch: Any, tmp_path: Path
) -> None:
    folder = small_cifar10.write(tmp_path)
    (folder / name).write_bytes(encode_batch(values))
    with pytest.raises(DataError, match=f"{name} must be a batch of CIFAR-10, but .*{complaint}"):
        read_cifar10(tmp_path, release=small_cifar10.release, download=False, verify=False)


def test_classes_come_one_after_the_other_in_official_order() -> None:
    parts = [
        LabelledImages(np.arange(4, dtype=np.uint8).reshape(4, 1, 1, 1), np.array([7, 2, 2, 7])),
        LabelledImages(np.arange(4, 8, dtype=np.uint8).reshape(4, 1, 1, 1), np.array([2, 5, 7, 7])),
    ]
    images, labels = select_classes(parts, (7, 2))
    assert images.ravel().tolist() == [0, 3, 6, 7, 1, 2, 4]
    assert labels.tolist() == [0, 0, 0, 0, 1, 1, 1]
    with pytest.raises(DataError, match="no image of class 8"):
        select_classes(parts, (7, 8))
