"""CIFAR-10 (Krizhevsky 2009): 60,000 colour images of ten kinds of things, 32 × 32."""

from pathlib import Path
from typing import Any

import numpy as np

from qnlnet.data.download import DEFAULT_SETTINGS, DownloadSettings
from qnlnet.data.files import read_release
from qnlnet.data.labelled_images import LabelledImages, Splits
from qnlnet.data.release import Release, RemoteFile
from qnlnet.data.safe_pickle import load_pickle, to_uint8_array
from qnlnet.errors import DataError

_TRAIN_FILES = tuple(f"data_batch_{number}" for number in range(1, 6))
_TEST_FILE = "test_batch"
_META_FILE = "batches.meta"
_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
    "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
}

CIFAR10 = Release(
    title="CIFAR-10",
    folder="cifar-10-batches-py",
    md5=_MD5,
    remotes=(
        RemoteFile(
            urls=("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",),
            md5="c58f30108f718f92721af3b95e74349a",
            provides=tuple(_MD5),
            is_archive=True,
        ),
    ),
    class_names=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    image_shape=(3, 32, 32),
)


def read_cifar10(
    root: Path,
    *,
    verify: bool = True,
    download: bool = True,
    release: Release = CIFAR10,
    settings: DownloadSettings = DEFAULT_SETTINGS,
) -> Splits:
    """Returns all images of CIFAR-10, in the order of the files.

    Args:
        root: The data root; the files are in its folder ``cifar-10-batches-py``.
        verify: Whether to refuse files that differ from the official release.
        download: Whether to download what is missing.
        release: What the release consists of and where to get it.
        settings: How patiently to download.

    Raises:
        DataError: If files are missing, damaged or, with `verify`, not the official ones.
    """
    files = read_release(release, root, _parse, verify=verify, download=download, settings=settings)
    train = tuple(files.parsed[name] for name in _TRAIN_FILES)
    return Splits(train=train, test=(files.parsed[_TEST_FILE],), official=files.official)


def _parse(content: bytes, path: Path) -> LabelledImages:
    try:
        values = load_pickle(content)
        return _parse_meta(values) if path.name == _META_FILE else _parse_batch(values)
    except ValueError as error:
        raise DataError(
            f"File {path} must be a batch of CIFAR-10, but {error}. "
            "Remove it and run `make data` to download the official one."
        ) from None


def _parse_batch(values: dict[bytes, Any]) -> LabelledImages:
    rows = to_uint8_array(values.get(b"data"))
    if rows.ndim != 2 or rows.shape[1] != np.prod(CIFAR10.image_shape):
        raise ValueError(f"its images have the shape {rows.shape}")
    labels = values.get(b"labels")
    if not isinstance(labels, list) or len(labels) != len(rows):
        raise ValueError("it has not one label for each image")
    if not all(isinstance(label, int) and 0 <= label <= 9 for label in labels):
        raise ValueError("its labels are not between 0 and 9")
    return LabelledImages(images=rows.reshape(-1, *CIFAR10.image_shape), labels=np.array(labels, dtype=np.int64))


def _parse_meta(values: dict[bytes, Any]) -> LabelledImages:
    """Checks that the classes mean what we think; the names hold no images."""
    if values.get(b"label_names") != [name.encode() for name in CIFAR10.class_names]:
        raise ValueError(f"its classes are not {', '.join(CIFAR10.class_names)}")
    return LabelledImages(images=np.empty((0, *CIFAR10.image_shape), np.uint8), labels=np.empty(0, np.int64))
