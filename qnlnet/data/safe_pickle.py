"""Reads pickles of plain values and uint8 arrays without running anything that they contain.

A pickle names functions to call. CIFAR-10's official batches name NumPy's, and even those can be misused: a forged
dtype turns bytes into object pointers. So each permitted name stands for an inert record here, which is turned into
an array only after it has been checked, and every other name is refused.
"""

import io
import math
import pickle
from typing import Any

import numpy as np
from numpy.typing import NDArray


class _ArrayClass:
    """Stands for the class ``numpy.ndarray``, which the batches pass on and never call."""


class _Dtype:
    """Stands for a ``numpy.dtype``."""

    def __init__(self, code: Any, *_flags: Any) -> None:
        self.code = code.decode("ascii") if isinstance(code, bytes) else code

    def __setstate__(self, state: Any) -> None:
        """Ignores the byte order and so on, which mean nothing for single bytes."""


class _Array:
    """Stands for an array that is being rebuilt: ``_reconstruct(ndarray, (0,), b"b")``, then its state."""

    def __init__(self, *_arguments: Any) -> None:
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


_PERMITTED: dict[tuple[str, str], type] = {
    ("numpy", "ndarray"): _ArrayClass,
    ("numpy", "dtype"): _Dtype,
    ("numpy.core.multiarray", "_reconstruct"): _Array,  # written by NumPy 1, as the official batches are
    ("numpy._core.multiarray", "_reconstruct"): _Array,  # written by NumPy 2
}


class _ForbiddenName(pickle.UnpicklingError):
    """The pickle asks for something that is not permitted."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        """Returns the record that stands for a permitted name."""
        try:
            return _PERMITTED[module, name]
        except KeyError:
            raise _ForbiddenName(f"it asks for {f'{module}.{name}'!r}, which no official batch needs") from None


def load_pickle(content: bytes) -> dict[bytes, Any]:
    """Returns the dictionary in a pickle; strings of Python 2 become bytes.

    Pass its arrays to `to_uint8_array` to use them.

    Raises:
        ValueError: If the content is damaged, asks for anything but plain values and arrays, or is no dictionary.
    """
    try:
        value = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    except Exception as error:  # noqa: BLE001 - a damaged pickle can raise anything; nothing of ours runs in there
        reason = str(error) if isinstance(error, _ForbiddenName) else "it is cut off or damaged"
        raise ValueError(reason) from None
    if not isinstance(value, dict):
        raise ValueError("it contains no dictionary")
    return value


def to_uint8_array(value: Any) -> NDArray[np.uint8]:
    """Returns the array that `load_pickle` found, uint8 in [0, 255], as a read-only view of its bytes.

    Raises:
        ValueError: If the value is no well-formed array of unsigned bytes.
    """
    state = value.state if isinstance(value, _Array) else None
    if not (isinstance(state, tuple) and len(state) == 5):
        raise ValueError("it contains no array of images")
    _version, shape, dtype, is_fortran, raw = state
    if not (isinstance(dtype, _Dtype) and dtype.code in ("u1", "|u1")):
        raise ValueError("its images are not unsigned bytes")
    if not (isinstance(shape, tuple) and all(isinstance(size, int) and size > 0 for size in shape)):
        raise ValueError("its array has no proper shape")
    if not (isinstance(raw, bytes) and len(raw) == math.prod(shape)):
        raise ValueError(f"its array of shape {shape} is incomplete")
    return np.frombuffer(raw, np.uint8).reshape(shape, order="F" if is_fortran else "C")
