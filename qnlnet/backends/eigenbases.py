"""Eigenbases that are found once for matrices that stay the same."""

import threading
import weakref
from collections import OrderedDict
from typing import NamedTuple

from torch import Tensor

from qnlnet.backends.tensors import to_array
from qnlnet.simulator.matrix_exponentials import Eigenbasis, diagonalise


class _Kept(NamedTuple):
    tensor: "weakref.ref[Tensor]"
    version: int
    basis: Eigenbasis
    size: int  # bytes


class Eigenbases:
    """Keeps the eigenbases of tensors, each until the tensor is changed or gone, or others need the room.

    What changes a tensor behind torch's back, through `.data` or an array that shares its memory, is not noticed.

    Args:
        most_bytes: How much is kept; what was used least recently goes first.

    Example:
        >>> import torch
        >>> bases, matrix = Eigenbases(), torch.eye(4)
        >>> bases.of(matrix) is bases.of(matrix)
        True
        >>> before = bases.of(matrix)
        >>> bases.of(matrix.mul_(2)) is before
        False
    """

    def __init__(self, most_bytes: int = 2**30) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, matrices: Tensor) -> Eigenbasis:
        """Returns the eigenbasis, as arrays in double precision.

        Args:
            matrices: Hermitian or real symmetric, shape (…, d, d).

        Raises:
            ArgumentError: A matrix is not square, not finite or not Hermitian.
        """
        if matrices.is_inference():  # without a version
            return diagonalise(to_array(matrices))
        key, version = id(matrices), matrices._version
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.tensor() is matrices and kept.version == version:
                self._kept.move_to_end(key)
                return kept.basis
        basis = diagonalise(to_array(matrices))
        size = basis.values.nbytes + basis.vectors.nbytes
        with self._lock:
            self._kept[key] = _Kept(weakref.ref(matrices), version, basis, size)
            self._kept.move_to_end(key)
            self._make_room()
        return basis

    def __len__(self) -> int:
        return len(self._kept)

    def _make_room(self) -> None:
        for key in [key for key, kept in self._kept.items() if kept.tensor() is None]:
            del self._kept[key]
        while sum(kept.size for kept in self._kept.values()) > self.most_bytes:
            self._kept.popitem(last=False)
