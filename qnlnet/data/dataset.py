"""The images that a run trains and tests on, with what identifies them."""

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qnlnet.errors import argument_error

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and test images of a few classes, in the order of the released scripts.

    Each split holds all images of ``classes[0]`` first, then all of ``classes[1]``, and so on; within a class the
    images keep the order of the official files, own images that of their names. The splits are those of the official
    release, or of the person's own folders, never mixed.

    Attributes:
        name: The dataset: ``mnist``, ``fashion_mnist``, ``cifar10``, ``cifar100``, ``cifar100_coarse``, ``stl10``,
            ``digits`` or ``image_folder``.
        classes: The classes of the dataset that are used, own ones by name; their positions here are the labels.
        train_images: Shape (count, channels, height, width), uint8 in [0, 255].
        train_labels: Shape (count,), int64 in [0, len(classes) - 1], ascending.
        test_images: As `train_images`; the count may differ, the rest of the shape does not.
        test_labels: As `train_labels`.
        official: Whether the images come from files that are identical to the official release; own images do not.
        fingerprint: The first 12 hexadecimal digits of a SHA-256 over the four arrays: shapes, values and order.

    Raises:
        ArgumentError: If an array has another dtype, shape, range or order than stated here, or lacks a class.
    """

    name: str
    classes: tuple[int | str, ...]
    train_images: Images = field(repr=False)
    train_labels: Labels = field(repr=False)
    test_images: Images = field(repr=False)
    test_labels: Labels = field(repr=False)
    official: bool
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        """Checks the invariants and computes the fingerprint."""
        _check_split("train", self.train_images, self.train_labels, len(self.classes))
        _check_split("test", self.test_images, self.test_labels, len(self.classes))
        if self.train_images.shape[1:] != self.test_images.shape[1:]:
            requirement = f"have images of shape {self.train_images.shape[1:]}, as train_images"
            raise argument_error("test_images", requirement, self.test_images.shape)
        object.__setattr__(self, "fingerprint", self._compute_fingerprint())

    def _compute_fingerprint(self) -> str:
        digest = hashlib.sha256()
        for array in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            digest.update(repr(array.shape).encode())
            digest.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).data)
        return digest.hexdigest()[:12]


def _check_split(split: str, images: Images, labels: Labels, num_classes: int) -> None:
    _check_images(f"{split}_images", images)
    _check_labels(f"{split}_labels", labels, num_classes)
    if len(labels) != len(images):
        raise argument_error(f"{split}_labels", f"have one label for each of the {len(images)} images", len(labels))


def _check_images(name: str, images: Images) -> None:
    if images.dtype != np.uint8:
        raise argument_error(name, "be uint8", images.dtype.name)
    if images.ndim != 4:
        raise argument_error(name, "have the shape (count, channels, height, width)", images.shape)


def _check_labels(name: str, labels: Labels, num_classes: int) -> None:
    if labels.dtype != np.int64:
        raise argument_error(name, "be int64", labels.dtype.name)
    if labels.ndim != 1:
        raise argument_error(name, "have the shape (count,)", labels.shape)
    if not np.array_equal(np.unique(labels), np.arange(num_classes)):
        requirement = f"contain every label from 0 to {num_classes - 1} and no other"
        raise argument_error(name, requirement, np.unique(labels).tolist())
    if np.any(np.diff(labels) < 0):
        first = int(np.flatnonzero(np.diff(labels) < 0)[0])
        raise argument_error(name, "be in ascending order", labels[first : first + 2].tolist())
