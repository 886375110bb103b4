"""The trained part of the reducers: from a model input to one feature per qubit."""

import numpy as np
from torch import nn

from qnlnet.errors import argument_error
from qnlnet.models.dropout import SeededDropout
from qnlnet.models.qnl_net.nonlocal_block import NonLocalBlock2d

_KERNEL_SIZE = 5
_HIDDEN_UNITS = 128


class SeededDropout2d(SeededDropout):
    """Dropout of whole channels."""


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
