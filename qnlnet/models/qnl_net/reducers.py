"""The trained part of the reducers: from a model input to one feature per qubit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from qnlnet.errors import argument_error
from qnlnet.models.qnl_net.nonlocal_block import NonLocalBlock2d

_KERNEL_SIZE = 5
_HIDDEN_UNITS = 128


class SeededDropout2d(nn.Module):
    """Dropout of whole channels that draws its masks from a NumPy generator of its own.

    The masks of n images in a row are the rows of one draw of shape (n, channels), so training in one go and image
    by image see the same masks.
    """

    def __init__(self, p: float, generator: np.random.Generator) -> None:
        super().__init__()
        self.p = p
        self.generator = generator

    def forward(self, images: Tensor) -> Tensor:
        """Zeroes channels with probability p and scales the others by 1/(1 − p); does nothing in evaluation."""
        if not self.training:
            return images
        masks = draw_dropout_masks(self.generator, images.shape[0], images.shape[1], self.p)
        return images * torch.from_numpy(masks)[:, :, None, None]

    def stream_state(self) -> dict[str, Any]:
        """Returns where the stream of masks is."""
        return dict(self.generator.bit_generator.state)

    def restore_stream_state(self, state: Mapping[str, Any]) -> None:
        """Takes over what `stream_state` gave."""
        self.generator.bit_generator.state = dict(state)


def draw_dropout_masks(generator: np.random.Generator, images: int, channels: int, p: float) -> np.ndarray:
    """Draws masks, shape (images, channels), float32: 0 with probability `p`, else 1/(1 − p)."""
    return (generator.random((images, channels)) >= p).astype(np.float32) * np.float32(1 / (1 - p))


def build_cnn_reducer(
    image_shape: tuple[int, int, int],
    channels: tuple[int, int],
    num_features: int,
    dropout: float,
    dropout_generator: np.random.Generator,
    nonlocal_block: bool = False,
) -> nn.Sequential:
    """Builds the released CNN: twice Conv(5×5) → ReLU → MaxPool(2), dropout of channels, Linear → ReLU → Linear.

    Args:
        image_shape: (channels, height, width) of the images.
        channels: Output channels of the two convolutions.
        num_features: Features that come out.
        dropout: Probability with which a channel is dropped in training.
        dropout_generator: Draws the dropout masks.
        nonlocal_block: Whether a classical non-local block follows the second pooling.

    Raises:
        ArgumentError: The images are too small for two convolutions.
    """
    height, width = (((size - _KERNEL_SIZE + 1) // 2 - _KERNEL_SIZE + 1) // 2 for size in image_shape[1:])
    if height < 1 or width < 1:
        raise argument_error("data.image_shape", "be at least 16 pixels high and wide for the CNN", image_shape)
    return nn.Sequential(
        nn.Conv2d(image_shape[0], channels[0], _KERNEL_SIZE),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(channels[0], channels[1], _KERNEL_SIZE),
        nn.ReLU(),
        nn.MaxPool2d(2),
        *([NonLocalBlock2d(channels[1])] if nonlocal_block else []),
        SeededDropout2d(dropout, dropout_generator),
        nn.Flatten(),
        nn.Linear(channels[1] * height * width, _HIDDEN_UNITS),
        nn.ReLU(),
        nn.Linear(_HIDDEN_UNITS, num_features),
    )


def build_pca_reducer(num_components: int, num_features: int) -> nn.Sequential:
    """Builds what follows the principal components: one Linear layer, in the released code to as many features."""
    return nn.Sequential(nn.Linear(num_components, num_features))
