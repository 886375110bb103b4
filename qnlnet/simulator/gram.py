"""The kernel of all training images, block by block: what is needed beside it shrinks while it grows."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 1200  # rows of a block: whole tiles of `overlaps`

# The kernel of all pairs of some rows with others, or with themselves where these are None.
PairKernel = Callable[[NDArray[Any], NDArray[Any] | None], NDArray[Any]]


def gram(blocks: list[NDArray[Any]], kernel: PairKernel) -> NDArray[np.float64]:
    """Returns the kernel of all pairs, shape (count, count), symmetric to the bit.

    With 20,000 states of 12 qubits, 1.3 GB, it needs 3.4 GB where all at once would need 4.5.

    Args:
        blocks: What the kernel compares, states for example, cut into blocks of rows. The list is emptied: a block
            goes when its part is done.
        kernel: Makes the part of two blocks.

    Example:
        >>> import numpy as np
        >>> from qnlnet.simulator import overlaps
        >>> gram([np.array([[1.0, 0.0]]), np.array([[0.6, 0.8]])], overlaps).round(2).tolist()
        [[1.0, 0.36], [0.36, 1.0]]
    """
    starts = np.cumsum([0, *map(len, blocks)])
    places = [slice(start, stop) for start, stop in itertools.pairwise(starts)]
    result = np.empty((starts[-1], starts[-1]))
    # Row by row, as memory is taken where it is first written, in large pages; what is below the diagonal comes last.
    for number, rows in enumerate(places):
        first = blocks.pop(0)
        result[rows, rows] = kernel(first, None)
        for columns, other in zip(places[number + 1 :], blocks, strict=True):
            result[rows, columns] = kernel(first, other)
    for rows, columns in itertools.combinations(places, 2):
        result[columns, rows] = result[rows, columns].T
    return result
