"""How much states overlap: the matrix that fidelity kernels are made of, in tiles that stay in the cache."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from qnlnet.errors import argument_error

# States on each side of a tile. BLAS takes other code for small products and at the edges of a product, which rounds
# otherwise. All products here have one shape, without edges, as it is a multiple of the block sizes that BLAS has, 4 to
# 48: so an entry does not depend on where it stands. Tests hold it, and found that it is not so for real float32.
_TILE = 240


def overlaps(left: ArrayLike, right: ArrayLike | None = None, *, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Returns |⟨a|b⟩|² for each pair of states, the fidelity of pure states (Havlíček et al. 2019, arXiv 1804.11326).

    An entry is the same to the bit whichever other states are asked about. What is needed beside the result does not
    grow with the number of states.

    Args:
        left: States a, shape (count, 2^qubits), not normalised here. Products of complex64 are computed in single
            precision, all others in double.
        right: States b, shape (other count, 2^qubits). None takes those of `left`: half of the result is computed and
            mirrored, so that it is symmetric to the bit; its diagonal has rounding, as all else.
        dtype: Of the result, float64 or float32, which takes half the memory.

    Returns:
        Shape (count, other count), numbers from 0 to 1 for normalised states, up to rounding.

    Raises:
        ArgumentError: The states have another shape or are of unequal length, or `dtype` is another one.

    Example:
        >>> overlaps([[1, 0], [0.6, 0.8j]]).round(2).tolist()
        [[1.0, 0.36], [0.36, 1.0]]
    """
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise argument_error("dtype", "be float32 or float64", np.dtype(dtype).name)
    bras = _read("left", left)
    kets = bras if right is None else _read("right", right)
    if bras.shape[1] != kets.shape[1]:
        raise argument_error("right", f"have the shape (count, {bras.shape[1]}) like `left`", kets.shape)
    result = np.empty((len(bras), len(kets)), dtype)
    precision = np.result_type(bras, kets)
    for rows in _tiles(0, len(bras)):
        bra = _pad(bras[rows], precision).conj()
        for columns in _tiles(rows.start if right is None else 0, len(kets)):
            tile = _squares(bra @ _pad(kets[columns], precision).T)[: rows.stop - rows.start]
            tile = tile[:, : columns.stop - columns.start]
            if right is None and rows == columns:
                tile = np.triu(tile) + np.triu(tile, 1).T
            elif right is None:
                result[columns, rows] = tile.T
            result[rows, columns] = tile
    return result


def _read(name: str, states: ArrayLike) -> NDArray[Any]:
    array = np.asarray(states)
    if array.ndim != 2:
        raise argument_error(name, "have the shape (count, 2^qubits)", array.shape)
    known = array.dtype in (np.float64, np.complex64, np.complex128)
    return array if known else array.astype(np.complex128 if np.iscomplexobj(array) else np.float64)


def _tiles(start: int, count: int) -> Iterator[slice]:
    return (slice(place, min(place + _TILE, count)) for place in range(start, count, _TILE))


def _pad(states: NDArray[Any], precision: np.dtype) -> NDArray[Any]:
    """Returns a copy with zeros behind, as many rows as a tile has."""
    padded = np.zeros((_TILE, states.shape[1]), precision)
    padded[: len(states)] = states
    return padded


def _squares(products: NDArray[Any]) -> NDArray[Any]:
    return products.real**2 + products.imag**2 if np.iscomplexobj(products) else products**2
