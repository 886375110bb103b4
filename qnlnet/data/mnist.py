"""MNIST (LeCun, Cortes, Burges): 70,000 grey images of handwritten digits, 28 × 28."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qnlnet.data.download import DEFAULT_SETTINGS, DownloadSettings
from qnlnet.data.files import read_release
from qnlnet.data.idx import parse_idx
from qnlnet.data.labelled_images import LabelledImages, Splits
from qnlnet.data.release import Release, RemoteFile
from qnlnet.errors import DataError

_MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
_DOWNLOAD_MD5 = {  # of the .gz files that the mirrors offer
    "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
}

MNIST = Release(
    title="MNIST",
    folder="mnist",
    md5={
        "train-images-idx3-ubyte.gz": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte.gz": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte.gz": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte.gz": "27ae3e4e09519cfbb04c329615203637",
    },
    remotes=tuple(
        RemoteFile(urls=tuple(mirror + name for mirror in _MIRRORS), md5=md5, provides=(name,))
        for name, md5 in _DOWNLOAD_MD5.items()
    ),
    class_names=tuple("0123456789"),
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
    """Returns all images of MNIST, in the order of the files.

    Args:
        root: The data root; the files are in its folder ``mnist``.
        verify: Whether to refuse files whose decompressed content differs from the official release.
        download: Whether to download what is missing.
        release: What the release consists of and where to get it.
        settings: How patiently to download.

    Raises:
        DataError: If files are missing, damaged or, with `verify`, not the official ones.
    """
    files = read_release(release, root, _parse, verify=verify, download=download, settings=settings)
    train, test = (_join(files.parsed, split, root / release.folder) for split in ("train", "t10k"))
    return Splits(train=(train,), test=(test,), official=files.official)


def _parse(content: bytes, path: Path) -> NDArray[np.uint8]:
    array = parse_idx(content, 3 if "images" in path.name else 1, str(path))
    if array.ndim == 3 and array.shape[1:] != MNIST.image_shape[1:]:
        raise DataError(f"File {path} must contain images of 28 × 28 pixels, but they are {array.shape[1:]}.")
    if array.ndim == 1 and array.size and array.max() > 9:
        raise DataError(f"File {path} must contain labels from 0 to 9, but contains {array.max()}.")
    return array


def _join(arrays: dict[str, NDArray[np.uint8]], split: str, folder: Path) -> LabelledImages:
    images, labels = arrays[f"{split}-images-idx3-ubyte.gz"], arrays[f"{split}-labels-idx1-ubyte.gz"]
    if len(images) != len(labels):
        raise DataError(
            f"The files of MNIST in {folder} must have one label for each image, but {split} has {len(images)} images "
            f"and {len(labels)} labels. Remove them and run `make data` to download the official ones."
        )
    return LabelledImages(images=images[:, np.newaxis], labels=labels.astype(np.int64))
