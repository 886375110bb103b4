"""Dropout whose masks come from a generator of its own: torch's own layers draw from one stream for all threads."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


class SeededDropout(nn.Module):
    """Dropout along the second axis, of units or of whole channels, that draws its masks from a NumPy generator.

    The masks of n rows one after the other are the rows of one draw of shape (n, units), so training in one go and row
    by row see the same masks, as long as no other layer draws from the same generator.

    Args:
        p: Probability with which a unit is dropped in training.
        generator: Draws the masks.
    """

    def __init__(self, p: float, generator: np.random.Generator) -> None:
        super().__init__()
        self.p = p
        self.generator = generator

    def forward(self, rows: Tensor) -> Tensor:
        """Zeroes units with probability p and scales the others by 1/(1 − p); does nothing in evaluation."""
        if not self.training:
            return rows
        masks = draw_dropout_masks(self.generator, rows.shape[0], rows.shape[1], self.p)
        return rows * torch.from_numpy(masks).reshape(*masks.shape, *[1] * (rows.ndim - 2))

    def stream_state(self) -> dict[str, Any]:
        """Returns where the stream of masks is."""
        return dict(self.generator.bit_generator.state)

    def restore_stream_state(self, state: Mapping[str, Any]) -> None:
        """Takes over what `stream_state` gave."""
        self.generator.bit_generator.state = dict(state)


def draw_dropout_masks(generator: np.random.Generator, rows: int, units: int, p: float) -> np.ndarray:
    """Draws masks, shape (rows, units), float32: 0 with probability `p`, else 1/(1 − p)."""
    return (generator.random((rows, units)) >= p).astype(np.float32) * np.float32(1 / (1 - p))
