"""MNIST, and Fashion-MNIST in the same files: 70,000 grey images in ten classes, 28 × 28, in IDX format."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qnlnet.data.download import DEFAULT_SETTINGS, DownloadSettings
from qnlnet.data.files import read_release
from qnlnet.data.idx import parse_idx
from qnlnet.data.labelled_images import Splits, pair_up
from qnlnet.data.release import Release, RemoteFile
from qnlnet.errors import DataError

_FILES = (
    *("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    *("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
)


def _remotes(mirrors: tuple[str, ...], md5: Mapping[str, str]) -> tuple[RemoteFile, ...]:
    """Returns what to download: each of the .gz files, with its own MD5, from the first mirror that has it."""
    return tuple(
        RemoteFile(urls=tuple(mirror + name for mirror in mirrors), md5=md5[name], provides=(name,)) for name in _FILES
    )


# LeCun, Cortes, Burges: handwritten digits.
MNIST = Release(
    title="MNIST",
    folder="mnist",
    md5={
        "train-images-idx3-ubyte.gz": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte.gz": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte.gz": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte.gz": "27ae3e4e09519cfbb04c329615203637",
    },
    remotes=_remotes(
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        {
            "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
            "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
            "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
        },
    ),
    class_names=tuple("0123456789"),
    image_shape=(1, 28, 28),
)

# Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747: photographs of clothes, made to take the place of MNIST.
FASHION_MNIST = Release(
    title="Fashion-MNIST",
    folder="fashion-mnist",
    md5={
        "train-images-idx3-ubyte.gz": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "train-labels-idx1-ubyte.gz": "9018921c3c673c538a1fc5bad174d6f9",
        "t10k-images-idx3-ubyte.gz": "8181f5470baa50b63fa0f6fddb340f0a",
        "t10k-labels-idx1-ubyte.gz": "15d484375f8d13e6eb1aabb0c3f46965",
    },
    remotes=_remotes(
        (
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",  # the authors' own
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",  # theirs too; that host has no https
        ),
        {
            "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
            "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
            "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
        },
    ),
    class_names=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    image_shape=(1, 28, 28),
)


def read_mnist(
    root: Path,
    *,
    verify: bool = True,
    download: bool = True,
    release: Release = MNIST,
    settings: DownloadSettings = DEFAULT_SETTINGS,
) -> Splits:
    """Returns all images of MNIST, or of another release in the same files, in the order of the files.

    Args:
        root: The data root; the files are in the release's folder there.
        verify: Whether to refuse files whose decompressed content differs from the official release.
        download: Whether to download what is missing.
        release: What the release consists of and where to get it.
        settings: How patiently to download.

    Raises:
        DataError: If files are missing, damaged or, with `verify`, not the official ones.
    """
    files = read_release(release, root, _parse, verify=verify, download=download, settings=settings)
    train, test = (
        pair_up(
            files.parsed[f"{split}-images-idx3-ubyte.gz"][:, np.newaxis],
            files.parsed[f"{split}-labels-idx1-ubyte.gz"],
            split,
            release,
            root,
        )
        for split in ("train", "t10k")
    )
    return Splits(train=(train,), test=(test,), official=files.official)


def _parse(content: bytes, path: Path) -> NDArray[np.uint8]:
    array = parse_idx(content, 3 if "images" in path.name else 1, str(path))
    if array.ndim == 3 and array.shape[1:] != MNIST.image_shape[1:]:
        raise DataError(f"File {path} must contain images of 28 × 28 pixels, but they are {array.shape[1:]}.")
    if array.ndim == 1 and array.size and array.max() > 9:
        raise DataError(f"File {path} must contain labels from 0 to 9, but contains {array.max()}.")
    return array
