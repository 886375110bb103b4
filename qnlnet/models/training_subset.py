"""Which training images a model sees that is given only some of them."""

from typing import Final

import numpy as np
import torch
from torch import Tensor

from qnlnet.errors import argument_error

STREAM: Final = "training subset"  # of random numbers; one for all models, so that all see the same images


def draw_subset(labels: Tensor, max_train: int | None, generator: np.random.Generator) -> Tensor:
    """Returns the places of so many training images, or of all, in their order.

    Args:
        labels: Of all training images, shape (count,).
        max_train: How many at most; None: all.
        generator: Draws them.

    Raises:
        ArgumentError: A class has no image among them.
    """
    if max_train is None or max_train >= len(labels):
        return torch.arange(len(labels))
    chosen = torch.from_numpy(np.sort(generator.permutation(len(labels))[:max_train]))
    if len(labels[chosen].unique()) < len(labels.unique()):
        raise argument_error("model.max_train", "be so many that every class is among them", max_train)
    return chosen
