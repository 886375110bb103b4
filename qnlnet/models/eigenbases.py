"""Images as Hermitian matrices, known by their eigenvalues and eigenvectors: found once, whatever is then trained."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

_PARTS = 4096  # images whose matrices are in memory at a time


@dataclass(frozen=True)
class SymmetricEigenbases:
    """Eigenvalues and eigenvectors of (M + Mᵀ)/2, with M the pixels of a grey image in [0, 1] inside a border of zeros.

    Features are float32 of shape (count, 1 + side, side): the eigenvalues, ascending, then the eigenvectors, each in a
    row. An image and its transpose have the same.

    Attributes:
        side: Rows and columns of M; the image is in the middle.
    """

    side: int


def find_eigenbases(images: NDArray[np.uint8], spec: SymmetricEigenbases) -> NDArray[np.float32]:
    """Returns the features of images of shape (count, 1, height, width)."""
    bases = np.empty((len(images), 1 + spec.side, spec.side), np.float32)
    with threadpool_limits(1):  # a matrix is so small that threads would only wait for each other
        for start in range(0, len(images), _PARTS):
            some = slice(start, start + _PARTS)
            matrices = pad_to_side(images[some, 0].astype(np.float64) / 255, spec.side)
            values, vectors = np.linalg.eigh((matrices + matrices.swapaxes(1, 2)) / 2)
            bases[some, 0], bases[some, 1:] = values, vectors.swapaxes(1, 2)
    return bases


def pad_to_side(images: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Returns images, shape (count, height, width), in the middle of zeros, shape (count, side, side)."""
    borders = [((side - length) // 2, (side - length + 1) // 2) for length in images.shape[1:]]
    return np.pad(images, [(0, 0), *borders])
