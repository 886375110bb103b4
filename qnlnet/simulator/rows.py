"""What a row of parameter values must be."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qnlnet.errors import ArgumentError, argument_error


def read_rows(rows: ArrayLike, width: int) -> NDArray[np.float64]:
    """Returns rows of parameter values as a C-contiguous array, shape (batch, width), float64.

    Raises:
        ArgumentError: They have another shape, or are no finite real numbers.
    """
    array = np.asarray(rows)
    check_shape(array, width)
    check_real_and_finite("rows", array)
    return np.ascontiguousarray(array, dtype=np.float64)


def check_shape(rows: NDArray[Any], width: int) -> None:
    """Raises an `ArgumentError` unless `rows` have the shape (batch, width)."""
    if rows.ndim != 2 or rows.shape[1] != width:
        raise argument_error("rows", f"have the shape (batch, {width})", rows.shape)


def check_real_and_finite(name: str, array: NDArray[Any]) -> None:
    """Refuses numbers that are no angles; one at a parameter that cannot reach an output would vanish otherwise.

    Args:
        name: What the array is called in the error.
        array: Numbers in any shape.

    Raises:
        ArgumentError: A number is complex, NaN or infinite.
    """
    if np.iscomplexobj(array):
        raise argument_error(name, "be real numbers", array.dtype.name, "Angles have no imaginary part.")
    finite = np.isfinite(array)
    if not finite.all():
        place = tuple(int(index) for index in np.argwhere(~finite)[0])
        where = place[0] if len(place) == 1 else place
        raise ArgumentError(f"Argument `{name}` must be finite, but has {array[place]} at position {where}.")
