"""Images with their original labels, as read from files, before classes are chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qnlnet.data.dataset import Images, Labels
from qnlnet.data.release import Release
from qnlnet.errors import DataError


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Images of one file and their classes.

    Attributes:
        images: Shape (count, channels, height, width), uint8 in [0, 255].
        labels: Shape (count,), int64, the class of each image.
    """

    images: Images
    labels: Labels


@dataclass(frozen=True, eq=False)
class Splits:
    """A whole dataset: each split in parts, as the release divides it among files, in their official order."""

    train: tuple[LabelledImages, ...]
    test: tuple[LabelledImages, ...]
    official: bool


def pair_up(images: Images, labels: NDArray[np.uint8], split: str, release: Release, root: Path) -> LabelledImages:
    """Returns images with their labels, which came from another file.

    Args:
        images: Shape (count, channels, height, width), uint8 in [0, 255].
        labels: Shape (count,), uint8, the class of each image.
        split: What to call the two files in an error message.
        release: What the files belong to.
        root: The data root.

    Raises:
        DataError: If there is not one label for each image.
    """
    if len(images) != len(labels):
        raise DataError(
            f"The files of {release.title} in {root / release.folder} must have one label for each image, but {split} "
            f"has {len(images)} images and {len(labels)} labels. Remove them and run `{release.command}` to download "
            "the official ones."
        )
    return LabelledImages(images=images, labels=labels.astype(np.int64))


def select_classes(parts: Sequence[LabelledImages], classes: Sequence[int]) -> tuple[Images, Labels]:
    """Returns the images of `classes`, all of the first class first, and their positions in `classes`.

    Args:
        parts: The images of one split, in their official order.
        classes: The classes to keep.

    Returns:
        Images of shape (count, channels, height, width), uint8 in [0, 255], and labels of shape (count,), int64 in
        [0, len(classes) - 1].

    Raises:
        DataError: If there is no image of a class.
    """
    chosen = [np.concatenate([part.images[part.labels == label] for part in parts]) for label in classes]
    for label, images in zip(classes, chosen, strict=True):
        if not len(images):
            raise DataError(f"The files contain no image of class {label}, so they are not the complete dataset.")
    counts = [len(images) for images in chosen]
    return np.concatenate(chosen), np.repeat(np.arange(len(classes), dtype=np.int64), counts)
