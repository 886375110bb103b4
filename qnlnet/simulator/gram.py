"""The kernel of all training images, block by block: what is needed beside it shrinks while it grows."""

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
    count = sum(map(len, blocks))
    result = np.empty((count, count))
    start = 0
    while blocks:
        first = blocks.pop(0)
        rows = slice(start, start + len(first))
        result[rows, rows] = kernel(first, None)
        start = rows.stop
        place = start
        for other in blocks:
            columns = slice(place, place + len(other))
            result[rows, columns] = part = kernel(first, other)
            result[columns, rows] = part.T
            place = columns.stop
    return result
