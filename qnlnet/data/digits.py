"""The handwritten digits inside scikit-learn (UCI ML optdigits): 1,797 grey images, 8 × 8, nothing to download."""

import numpy as np
from numpy.typing import NDArray

from qnlnet.data.dataset import Images
from qnlnet.data.labelled_images import LabelledImages, Splits

_BRIGHTEST = 16  # pixels are integers in [0, 16]
DIGIT_NAMES = tuple("0123456789")


def read_digits(image_shape: tuple[int, int, int]) -> Splits:
    """Returns the digits enlarged to `image_shape`; of each class the first 75 % train, the rest test.

    Args:
        image_shape: (channels, height, width) of the result; all channels are the same grey.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = enlarge(digits.images.astype(np.int64), image_shape)
    labels = digits.target.astype(np.int64)
    is_train = np.zeros(len(labels), dtype=bool)
    for label in range(len(DIGIT_NAMES)):
        members = np.flatnonzero(labels == label)
        is_train[members[: len(members) * 3 // 4]] = True
    train, test = (LabelledImages(images=images[part], labels=labels[part]) for part in (is_train, ~is_train))
    return Splits(train=(train,), test=(test,), official=True)


def enlarge(images: NDArray[np.int64], image_shape: tuple[int, int, int]) -> Images:
    """Returns grey images enlarged by bilinear interpolation, rounded to the nearest of 256 values.

    It computes with whole numbers, so that every machine gets the same bytes and the same fingerprint.

    Args:
        images: Shape (count, height, width), int64 in [0, 16].
        image_shape: (channels, height, width) of the result; all channels are the same grey.

    Returns:
        Images of shape (count, *image_shape), uint8 in [0, 255].
    """
    channels, height, width = image_shape
    rows, columns = _weights(images.shape[1], height), _weights(images.shape[2], width)
    numerator = 255 * np.einsum("ij,bjk,lk->bil", rows, images, columns, optimize=["einsum_path", (0, 1), (0, 1)])
    denominator = _BRIGHTEST * 2 * height * 2 * width
    grey = ((2 * numerator + denominator) // (2 * denominator)).astype(np.uint8)
    return np.repeat(grey[:, np.newaxis], channels, axis=1)


def _weights(old_size: int, new_size: int) -> NDArray[np.int64]:
    """Returns how much of each old pixel is in each new one, shape (new_size, old_size), in units of 1/(2 new_size).

    Pixels are squares and lie at their centres: new pixel i is at (i + 1/2) old_size/new_size - 1/2 among the old.
    """
    unit = 2 * new_size
    positions = (2 * np.arange(new_size) + 1) * old_size - new_size
    positions = np.clip(positions, 0, unit * (old_size - 1))
    weights: NDArray[np.int64] = np.maximum(unit - np.abs(positions[:, np.newaxis] - unit * np.arange(old_size)), 0)
    return weights
