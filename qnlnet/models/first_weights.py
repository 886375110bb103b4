"""First weights that several families draw in the same way."""

import math
from typing import TypeVar

from torch import nn

_Layer = TypeVar("_Layer", bound=nn.Module)


def turn_anywhere(layer: _Layer) -> _Layer:
    """Draws the weights of a circuit from U[0, 2π) by torch's generator, as PennyLane does, and returns the layer."""
    for weight in layer.parameters():
        nn.init.uniform_(weight, 0, 2 * math.pi)
    return layer
