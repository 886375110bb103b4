"""What black and white, and a dataset's mean, are among the numbers that a model sees for pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qnlnet.config import RunConfig
from qnlnet.errors import argument_error
from qnlnet.models.features import Pixels
from qnlnet.models.registry import family_of
from qnlnet.models.resized import Resized


@dataclass(frozen=True)
class PixelBounds:
    """Numbers for each channel, float32, shape (channels, 1, 1).

    Attributes:
        black: What stands for a pixel of 0.
        white: What stands for a pixel of 1.
        mean: What stands for the mean of the dataset.
    """

    black: NDArray[np.float32]
    white: NDArray[np.float32]
    mean: NDArray[np.float32]


def find_pixel_bounds(config: RunConfig, setting: str) -> PixelBounds:
    """Returns what the numbers mean that a model sees.

    Args:
        config: The cell.
        setting: What needs to know, such as ``train.augmentation``, for the error.

    Raises:
        ArgumentError: The model does not see pixels.
    """
    spec = family_of(config).features(config)
    if not isinstance(spec, Pixels | Resized):
        requirement = f"be left out with model={config.model.name} as it is here"
        raise argument_error(setting, requirement, "given", "It is for models that see pixels, and this one does not.")
    mean, std = (np.array(each, np.float32).reshape(-1, 1, 1) for each in (config.data.mean, config.data.std))
    if isinstance(spec, Pixels) and spec.scaling == "standard":
        return PixelBounds(-mean / std, (1 - mean) / std, np.zeros_like(mean))
    return PixelBounds(np.zeros_like(mean), np.ones_like(mean), mean)
