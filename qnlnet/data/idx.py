"""The IDX format of the MNIST files: a big-endian header with the sizes of the axes, then the values."""

import math
import struct

import numpy as np
from numpy.typing import NDArray

from qnlnet.errors import DataError

_UINT8 = 8  # the format's code for unsigned bytes


def parse_idx(content: bytes, num_axes: int, name: str) -> NDArray[np.uint8]:
    """Returns the array in an IDX file of unsigned bytes, as a read-only view of `content`.

    Args:
        content: The decompressed file.
        num_axes: How many axes the array must have.
        name: What to call the file in an error message.

    Returns:
        An array with `num_axes` axes, uint8 in [0, 255].

    Raises:
        DataError: If the content is no complete IDX file of unsigned bytes with `num_axes` axes.
    """
    header = 4 + 4 * num_axes
    if len(content) < header or content[:4] != bytes([0, 0, _UINT8, num_axes]):
        raise DataError(
            f"File {name} must begin as an IDX file of unsigned bytes with {num_axes} axes, but begins with the bytes "
            f"{content[:4].hex(' ') or '(none)'}. Remove it and run `make data` to download the official one."
        )
    shape = struct.unpack(f">{num_axes}I", content[4:header])
    expected = header + math.prod(shape)
    if len(content) != expected:
        raise DataError(
            f"File {name} must have {expected} bytes (decompressed) to hold an array of shape {shape}, but has "
            f"{len(content)}. Remove it and run `make data` to download the official one."
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)
