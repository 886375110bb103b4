"""A validation split: part of the training images held out, so that settings are never chosen on the test set."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from qnlnet.data.dataset import Dataset, Images
from qnlnet.seeding import generator

_SHARE = 0.2


def hold_out_validation(dataset: Dataset) -> Dataset:
    """Returns a dataset whose test split is a fifth of the training images, the same fifth every time.

    The fifth is drawn class by class, so that both splits keep the balance and the order of the classes. The test
    images of `dataset` appear in neither split. Copies of an own picture stay together.
    """
    random = generator(0, "validation")
    held_out = np.zeros(len(dataset.train_labels), dtype=bool)
    for label in range(len(dataset.classes)):
        positions = np.flatnonzero(dataset.train_labels == label)
        held_out[random.choice(positions, size=round(_SHARE * len(positions)), replace=False)] = True
    if dataset.name == "image_folder":  # the splits of the released datasets are in committed rows
        held_out = _with_copies(dataset.train_images, held_out)
    return Dataset(
        name=dataset.name,
        classes=dataset.classes,
        train_images=dataset.train_images[~held_out],
        train_labels=dataset.train_labels[~held_out],
        test_images=dataset.train_images[held_out],
        test_labels=dataset.train_labels[held_out],
        official=dataset.official,
    )


def _with_copies(images: Images, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Returns the images that are chosen and all that look the same, shape (count,)."""
    looks = [hashlib.sha256(image.tobytes()).digest() for image in images]
    wanted = {look for look, is_chosen in zip(looks, chosen, strict=True) if is_chosen}
    return np.array([look in wanted for look in looks])
