"""From one value to the scores of two classes."""

import torch
from torch import Tensor


def signed_scores(value: Tensor) -> Tensor:
    """Returns the scores f and −f, shape (batch, 2), of values f of shape (batch, 1)."""
    return torch.cat([value, -value], dim=1)
