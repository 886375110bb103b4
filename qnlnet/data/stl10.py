"""STL-10 (Coates, Lee, Ng 2011): 13,000 colour images of ten kinds of things, 96 × 96.

All 5,000 training images count: the ten folds, of 1,000 images each, are not used. The 100,000 images without a label
are left alone. The hashes are those that torchvision checks, of the archive and of its files.
"""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qnlnet.data.download import DEFAULT_SETTINGS, DownloadSettings
from qnlnet.data.files import read_release
from qnlnet.data.labelled_images import Splits, pair_up
from qnlnet.data.release import Release, RemoteFile
from qnlnet.errors import DataError

_MD5 = {
    "train_X.bin": "918c2871b30a85fa023e0c44e0bee87f",
    "train_y.bin": "5a34089d4802c674881badbb80307741",
    "test_X.bin": "7f263ba9f9e0b06b93213547f721ac82",
    "test_y.bin": "36f9794fa4beb8a2c72628de14fa638e",
}

STL10 = Release(
    title="STL-10",
    folder="stl10_binary",
    md5=_MD5,
    remotes=(
        RemoteFile(
            urls=(
                "https://cs.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
                "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
            ),
            md5="91f7769df0f17e558f3565bffb0c7dfb",
            provides=tuple(_MD5),
            is_archive=True,
        ),
    ),
    class_names=("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"),
    image_shape=(3, 96, 96),
    on_request="stl10",
)


def read_stl10(
    root: Path,
    *,
    verify: bool = True,
    download: bool = True,
    release: Release = STL10,
    settings: DownloadSettings = DEFAULT_SETTINGS,
) -> Splits:
    """Returns all labelled images of STL-10, in the order of the files; labels are one less than in the files.

    Args:
        root: The data root; the files are in its folder ``stl10_binary``.
        verify: Whether to refuse files that differ from the official release.
        download: Whether to download what is missing.
        release: What the release consists of and where to get it.
        settings: How patiently to download.

    Raises:
        DataError: If files are missing, damaged or, with `verify`, not the official ones.
    """
    parse = partial(_parse, release=release)
    files = read_release(release, root, parse, verify=verify, download=download, settings=settings)
    train, test = (
        pair_up(
            files.parsed[f"{split}_X.bin"],
            files.parsed[f"{split}_y.bin"],
            f"{split} ({split}_X.bin, {split}_y.bin)",
            release,
            root,
        )
        for split in ("train", "test")
    )
    return Splits(train=(train,), test=(test,), official=files.official)


def _parse(content: bytes, path: Path, release: Release) -> NDArray[np.uint8]:
    try:
        return _parse_images(content, release) if "_X" in path.name else _parse_labels(content, release)
    except ValueError as error:
        raise DataError(
            f"File {path} must have {error}. Remove it and run `{release.command}` to download the official one."
        ) from None


def _parse_images(content: bytes, release: Release) -> NDArray[np.uint8]:
    """Returns images from bytes that have the columns of each channel, one after the other; files have the rows."""
    channels, height, width = release.image_shape
    size = channels * height * width
    if not content or len(content) % size:
        raise ValueError(f"{size} bytes for each image, but has {len(content)}")
    columns = np.frombuffer(content, np.uint8).reshape(-1, channels, width, height)
    return np.ascontiguousarray(columns.swapaxes(2, 3))


def _parse_labels(content: bytes, release: Release) -> NDArray[np.uint8]:
    labels, last = np.frombuffer(content, np.uint8), len(release.class_names)
    if not labels.size or labels.min() < 1 or labels.max() > last:
        raise ValueError(f"labels from 1 to {last} only, but has others or none")
    return labels - np.uint8(1)
