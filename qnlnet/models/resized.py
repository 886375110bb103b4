"""Images made small by interpolation, as other libraries do it, and what becomes of those that are then the same."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from qnlnet.data import Dataset
from qnlnet.errors import DataError

Duplicates = Literal["keep", "drop_in_train", "drop"]
_PARTS = 4096  # images that are turned to float at a time


@dataclass(frozen=True)
class Resized:
    """Images made small by interpolation, with pixels in [0, 1].

    Attributes:
        size: Height and width.
        smoothed: Whether each new pixel is a mean of all that it covers, rounded to a whole number of 0 to 255, as
            Pillow and torchvision resize pictures; else it lies between the four that are nearest to its centre, as
            TensorFlow resizes by default: 28 × 28 to 4 × 4 then picks rows and columns 3, 10, 17 and 24.
        doubled: Whether pixels are doubled modulo 256 before, as NumPy does it with ``2 * pixels`` of type uint8.
        duplicates: ``keep``; or of images that have become the same only the first stays, and none where their labels
            differ: ``drop_in_train``, or ``drop`` among the test images, too.
    """

    size: tuple[int, int]
    smoothed: bool = False
    doubled: bool = False
    duplicates: Duplicates = "keep"


@dataclass(frozen=True)
class Resizing:
    """What was made of one split.

    Attributes:
        images: float32 in [0, 1], shape (count, channels, height, width).
        labels: int64, shape (count,).
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]


def resize_splits(dataset: Dataset, spec: Resized) -> tuple[Resizing, Resizing]:
    """Returns training and test images as `spec` has them.

    Raises:
        DataError: No image, or no image of some class, is left once those that are the same are dropped.
    """
    train = _resize_split(dataset.train_images, dataset.train_labels, spec, spec.duplicates != "keep")
    test = _resize_split(dataset.test_images, dataset.test_labels, spec, spec.duplicates == "drop")
    for split in (train, test):
        if set(split.labels) != set(dataset.train_labels):
            height, width = spec.size
            raise DataError(
                f"Images of each class must be left at {height} × {width} pixels once those that are the same are "
                "dropped, but are not. Choose model.duplicates=keep, or more pixels."
            )
    return train, test


def _resize_split(images: NDArray[np.uint8], labels: NDArray[np.int64], spec: Resized, drop: bool) -> Resizing:
    pixels = images * np.uint8(2) if spec.doubled else images
    small = smooth(pixels, spec.size) if spec.smoothed else interpolate(pixels, spec.size)
    kept = find_unambiguous(small, labels) if drop else np.arange(len(small))
    return Resizing(np.ascontiguousarray(small[kept]), labels[kept])


def interpolate(images: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.float32]:
    """Returns images between whose pixels it was interpolated, without smoothing before; in [0, 1].

    Args:
        images: Shape (count, channels, height, width).
        size: New height and width.
    """
    parts = [
        torch.nn.functional.interpolate(
            torch.from_numpy(images[start : start + _PARTS]).float() / 255, size, mode="bilinear", antialias=False
        )
        for start in range(0, len(images), _PARTS)
    ]
    return torch.cat(parts).numpy()


def smooth(images: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.float32]:
    """Returns images that Pillow has resized by its bilinear filter, whose support grows with the factor; in [0, 1].

    Args:
        images: Shape (count, channels, height, width).
        size: New height and width.
    """
    height, width = size
    small = np.empty((*images.shape[:2], height, width), np.uint8)
    for place in np.ndindex(images.shape[:2]):
        small[place] = Image.fromarray(images[place]).resize((width, height), Image.Resampling.BILINEAR)
    return small.astype(np.float32) / np.float32(255)


def find_unambiguous(images: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the places of the first of each kind of image, but for kinds that come with different labels."""
    _, firsts, kinds = np.unique(images.reshape(len(images), -1), axis=0, return_index=True, return_inverse=True)
    is_other = labels != labels[firsts][kinds.ravel()]
    ambiguous = np.bincount(kinds.ravel(), weights=is_other, minlength=len(firsts)) > 0
    return np.sort(firsts[~ambiguous])
