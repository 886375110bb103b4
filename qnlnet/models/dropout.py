"""Dropout that draws from a stream of its own, so that its numbers come again whatever else trains beside it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


class SeededDropout(nn.Module):
    """Dropout of units, or of whole channels, that draws its masks from a NumPy generator of its own.

    The masks of n inputs in a row are the rows of one draw of shape (n, channels), so training in one go and input
    by input see the same masks.

    Args:
        p: Probability with which a unit or channel becomes 0.
        generator: Draws the masks.
    """

    def __init__(self, p: float, generator: np.random.Generator) -> None:
        super().__init__()
        self.p = p
        self.generator = generator

    def forward(self, inputs: Tensor) -> Tensor:
        """Zeroes channels with probability p and scales the others by 1/(1 − p); does nothing in evaluation.

        Args:
            inputs: Shape (batch, channels, …).
        """
        if not self.training:
            return inputs
        masks = torch.from_numpy(draw_dropout_masks(self.generator, inputs.shape[0], inputs.shape[1], self.p))
        return inputs * masks.view(*masks.shape, *(1 for _ in inputs.shape[2:]))

    def stream_state(self) -> dict[str, Any]:
        """Returns where the stream of masks is."""
        return dict(self.generator.bit_generator.state)

    def restore_stream_state(self, state: Mapping[str, Any]) -> None:
        """Takes over what `stream_state` gave."""
        self.generator.bit_generator.state = dict(state)


def draw_dropout_masks(generator: np.random.Generator, images: int, channels: int, p: float) -> np.ndarray:
    """Draws masks, shape (images, channels), float32: 0 with probability `p`, else 1/(1 − p)."""
    return (generator.random((images, channels)) >= p).astype(np.float32) * np.float32(1 / (1 - p))
