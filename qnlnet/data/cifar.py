"""The files of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): pickles, with a row of bytes for each image."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from qnlnet.data.download import DEFAULT_SETTINGS, DownloadSettings
from qnlnet.data.files import read_release
from qnlnet.data.labelled_images import LabelledImages, Splits
from qnlnet.data.release import Release
from qnlnet.data.safe_pickle import load_pickle, to_uint8_array
from qnlnet.errors import DataError


@dataclass(frozen=True, kw_only=True)
class CifarRelease(Release):
    """A release in these files.

    Attributes:
        train: Names of the files with the training images, in their official order.
        test: Name of the file with the test images.
        meta: Name of the file with the names of the classes.
        label_key: Which labels of an image count.
        names_key: What the names of these labels are called in `meta`.
    """

    train: tuple[str, ...]
    test: str
    meta: str
    label_key: bytes
    names_key: bytes


def read_cifar(
    root: Path,
    *,
    release: CifarRelease,
    verify: bool = True,
    download: bool = True,
    settings: DownloadSettings = DEFAULT_SETTINGS,
) -> Splits:
    """Returns all images of a release, in the order of the files.

    Args:
        root: The data root; the files are in the release's folder there.
        release: What the release consists of and where to get it.
        verify: Whether to refuse files that differ from the official release.
        download: Whether to download what is missing.
        settings: How patiently to download.

    Raises:
        DataError: If files are missing, damaged or, with `verify`, not the official ones.
    """
    parse = partial(_parse, release=release)
    files = read_release(release, root, parse, verify=verify, download=download, settings=settings)
    train = tuple(files.parsed[name] for name in release.train)
    return Splits(train=train, test=(files.parsed[release.test],), official=files.official)


def _parse(content: bytes, path: Path, release: CifarRelease) -> LabelledImages:
    parse = _parse_meta if path.name == release.meta else _parse_batch
    try:
        return parse(load_pickle(content), release)
    except ValueError as error:
        raise DataError(
            f"File {path} must be a batch of {release.title}, but {error}. "
            f"Remove it and run `{release.command}` to download the official one."
        ) from None


def _parse_batch(values: dict[bytes, Any], release: CifarRelease) -> LabelledImages:
    """Returns images from rows that have first the red values, row by row of the image, then the green and the blue."""
    rows = to_uint8_array(values.get(b"data"))
    if rows.ndim != 2 or rows.shape[1] != np.prod(release.image_shape):
        raise ValueError(f"its images have the shape {rows.shape}")
    labels = values.get(release.label_key)
    if not isinstance(labels, list) or len(labels) != len(rows):
        raise ValueError("it has not one label for each image")
    last = len(release.class_names) - 1
    if not all(isinstance(label, int) and 0 <= label <= last for label in labels):
        raise ValueError(f"its labels are not between 0 and {last}")
    return LabelledImages(images=rows.reshape(-1, *release.image_shape), labels=np.array(labels, dtype=np.int64))


def _parse_meta(values: dict[bytes, Any], release: CifarRelease) -> LabelledImages:
    """Checks that the classes mean what we think; the names hold no images."""
    if values.get(release.names_key) != [name.encode() for name in release.class_names]:
        raise ValueError(f"its classes are not {', '.join(release.class_names)}")
    return LabelledImages(images=np.empty((0, *release.image_shape), np.uint8), labels=np.empty(0, np.int64))
