"""What functions of our own, which compute in NumPy, ask of torch's tensors."""

from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch._C._functorch import get_interpreter_stack, is_legacy_batchedtensor


def to_array(tensor: Tensor, dtype: torch.dtype | None = None) -> NDArray[Any]:
    """Returns the numbers of a tensor, without its graph, in `dtype` or in its own type."""
    return tensor.detach().to("cpu", dtype).resolve_conj().resolve_neg().numpy()


def is_transformed(tensor: Tensor) -> bool:
    """Returns whether a transform of torch.func, or a batch of gradients, goes through a tensor: it has no numbers."""
    return bool(get_interpreter_stack()) or is_legacy_batchedtensor(tensor)
