"""Images that are a little different each time that they train: turned, shifted, mirrored."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from qnlnet.config import RunConfig
from qnlnet.models.pixel_bounds import find_pixel_bounds
from qnlnet.seeding import generator

_DEGREES = 5.0
_SHIFT = 0.1  # of width and height
_MARGIN = 4  # pixels

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Augmentation:
    """Changes batches of images, by a random stream of its own.

    Args:
        kind: What happens to an image; see `TrainConfig`.
        fill: What comes in from beyond the edges, float32, shape (channels, 1, 1).
        stream: Draws angles, shifts and mirrors.
    """

    def __init__(
        self, kind: Literal["affine", "flip_crop"], fill: NDArray[np.float32], stream: np.random.Generator
    ) -> None:
        self._kind = kind
        self._fill = torch.from_numpy(fill)
        self._stream = stream

    def apply(self, images: Tensor) -> Tensor:
        """Returns changed images, of the same shape (batch, channels, height, width)."""
        count, _, height, width = images.shape
        if self._kind == "affine":
            degrees = self._stream.uniform(-_DEGREES, _DEGREES, count)
            most = _SHIFT * np.array([[height], [width]])
            down, right = np.rint(self._stream.uniform(-most, most, (2, count))).astype(np.int64)
            return turn_and_shift(images, degrees, down, right, self._fill)
        mirrored = self._stream.random(count) < 1 / 2
        down, right = self._stream.integers(-_MARGIN, _MARGIN, (2, count), endpoint=True)
        return mirror_and_shift(images, mirrored, down, right, self._fill)

    def state(self) -> dict[str, Any]:
        """Returns where the stream is."""
        return dict(self._stream.bit_generator.state)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes over what `state` gave."""
        self._stream.bit_generator.state = dict(state)


def check_augmentation(config: RunConfig) -> None:
    """Raises an `ArgumentError` where images are to be changed of which the model sees no pixels."""
    if config.train.augmentation != "none":
        find_pixel_bounds(config, "train.augmentation")


def build_augmentation(config: RunConfig, seed: int) -> Augmentation | None:
    """Returns what changes the images of a replica; None where nothing does.

    Raises:
        ArgumentError: The model does not see pixels.
    """
    train = config.train
    if train.augmentation == "none":
        return None
    bounds = find_pixel_bounds(config, "train.augmentation")
    fill = bounds.black if train.augmentation_fill == "black" else bounds.mean
    return Augmentation(train.augmentation, fill, generator(seed, "augmentation"))


def turn_and_shift(images: Tensor, degrees: Floats, down: Integers, right: Integers, fill: Tensor) -> Tensor:
    """Returns images turned about their centres and then shifted; each pixel is that of the nearest old one.

    So does RandomAffine of torchvision, as it is by default.

    Args:
        images: Shape (batch, channels, height, width).
        degrees: How far each is turned, clockwise.
        down: Pixels by which each goes down.
        right: Pixels by which each goes right.
        fill: What comes in from beyond the edges, shape (channels, 1, 1).
    """
    height, width = images.shape[-2:]
    cosine, sine = (function(np.deg2rad(degrees)) for function in (np.cos, np.sin))
    # For every new place the old one, in halves of width and height, from the centre.
    places = [
        [cosine, sine * height / width, -2 * (cosine * right + sine * down) / width],
        [-sine * width / height, cosine, 2 * (sine * right - cosine * down) / height],
    ]
    grid = affine_grid(
        torch.from_numpy(np.array(places).transpose(2, 0, 1)), [len(images), 1, height, width], align_corners=False
    ).to(images.dtype)
    moved = grid_sample(images, grid, mode="nearest", align_corners=False)
    inside = grid_sample(torch.ones_like(images[:, :1]), grid, mode="nearest", align_corners=False)
    return torch.where(inside > 0, moved, fill)


def mirror_and_shift(
    images: Tensor, mirrored: NDArray[np.bool_], down: Integers, right: Integers, fill: Tensor
) -> Tensor:
    """Returns images of which some have left and right exchanged, and which are then shifted.

    So does RandomHorizontalFlip before RandomCrop with a padding, both of torchvision.

    Args:
        images: Shape (batch, channels, height, width).
        mirrored: Which of them are mirrored.
        down: Pixels by which each goes down.
        right: Pixels by which each goes right.
        fill: What comes in from beyond the edges, shape (channels, 1, 1).
    """
    height, width = images.shape[-2:]
    rows = np.arange(height) - down[:, None]
    columns = np.arange(width) - right[:, None]
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
    columns = np.where(mirrored[:, None], width - 1 - columns, columns)
    places = rows.clip(0, height - 1)[:, :, None] * width + columns.clip(0, width - 1)[:, None, :]
    channels = images.shape[1]
    flat = torch.from_numpy(places).flatten(1).unsqueeze(1).expand(-1, channels, -1)
    moved = images.flatten(2).gather(2, flat).view_as(images)
    return torch.where(torch.from_numpy(inside).unsqueeze(1), moved, fill)
