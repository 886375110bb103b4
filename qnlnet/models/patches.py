"""Patches of images as rows of numbers, and back: what models share whose circuits or filters see patches."""

from functools import lru_cache

import torch
from torch import Tensor


def cut_patches(images: Tensor, patch: int, stride: int) -> Tensor:
    """Returns the patches of images, shape (…, patches, patch²): row by row, in the patches as among them.

    Args:
        images: Shape (…, height, width).
        patch: Height and width of a patch.
        stride: Pixels from one patch to the next.
    """
    height, width = images.shape[-2:]
    # A list of places is ten times as fast as torch's unfold with patches of a few pixels.
    places = _find_places(height, width, patch, stride).to(images.device)
    return images.flatten(-2).index_select(-1, places).unflatten(-1, (-1, patch * patch))


def join_maps(values: Tensor, grid: tuple[int, int]) -> Tensor:
    """Returns the values of patches as maps, shape (batch, channels · values, rows, columns).

    Args:
        values: Shape (batch, channels, patches, values).
        grid: Rows and columns of patches.
    """
    batch, channels, _, count = values.shape
    # Maps in memory one after the other: on a mere view of them what comes next is slower by far.
    return values.transpose(2, 3).contiguous().reshape(batch, channels * count, *grid)


def join_patches(patches: Tensor, patch: int, size: tuple[int, ...]) -> Tensor:
    """Returns images, shape (…, height, width), of patches that lie side by side: undoes `cut_patches`.

    Args:
        patches: Shape (…, patches, patch²), cut with a stride of `patch`.
        patch: Height and width of a patch; divides those of the images.
        size: Height and width of the images.
    """
    height, width = size
    blocks = patches.reshape(*patches.shape[:-2], height // patch, width // patch, patch, patch)
    return blocks.transpose(-3, -2).reshape(*patches.shape[:-2], height, width)


def count_patches(size: tuple[int, ...], patch: int, stride: int) -> tuple[int, int]:
    """Returns rows and columns of patches of an image of some height and width."""
    height, width = size
    return (height - patch) // stride + 1, (width - patch) // stride + 1


@lru_cache(maxsize=32)
def _find_places(height: int, width: int, patch: int, stride: int) -> Tensor:
    """Returns where the pixels of all patches are in an image row by row, int64, shape (patches · patch²,)."""
    places = torch.arange(height * width).reshape(height, width)
    return places.unfold(0, patch, stride).unfold(1, patch, stride).flatten()
