"""Two convolutions and a head without anything between them, and how what is linear is computed as one."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from qnlnet.models.creep_in.flipped import FlippedQuanvolution
from qnlnet.models.creep_in.reuploading import ReuploadingLinear

Convolution = nn.Conv2d | FlippedQuanvolution
_DARKEST = -1.0  # what 0 becomes, which is around the image


class PixelScores(nn.Module):
    """Softmax regression: a linear layer on the pixels.

    Args:
        head: Pixels → scores.
        padding: Dark pixels around the image.
    """

    def __init__(self, head: nn.Linear, padding: int) -> None:
        super().__init__()
        self.head = head
        self.padding = padding

    def forward(self, images: Tensor) -> Tensor:
        """Returns the scores, shape (batch, classes), of pixels in [0, 1]."""
        scores: Tensor = self.head(frame(images, self.padding).flatten(1))
        return scores


class CreepIn(nn.Module):
    """Pixels → convolution → convolution → head, all linear but for a head that is a circuit, or a ReLU.

    Args:
        first: The first convolution.
        second: The second one.
        head: What sees all values of its maps.
        padding: Dark pixels around the image.
        has_relu: Whether there is a ReLU between the convolutions.
        by_patches: Whether quanvolutions measure patch by patch, and nothing is computed as one.
    """

    def __init__(
        self,
        first: Convolution,
        second: Convolution,
        head: nn.Linear | ReuploadingLinear,
        padding: int,
        *,
        has_relu: bool = False,
        by_patches: bool = False,
    ) -> None:
        super().__init__()
        self.first, self.second, self.head = first, second, head
        self.padding = padding
        self.has_relu = has_relu
        self.by_patches = by_patches

    def forward(self, images: Tensor) -> Tensor:
        """Returns the scores, shape (batch, classes), of pixels in [0, 1], shape (batch, channels, height, width)."""
        pixels = frame(images, self.padding)
        if self.has_relu or self.by_patches:
            return self._pass_through(pixels)
        kernels, bias = compose(self.first, self.second)
        if isinstance(self.head, ReuploadingLinear):
            scores: Tensor = self.head(functional.conv2d(pixels, kernels, bias).flatten(1))
            return scores
        side = kernels.shape[-1] - 1
        maps = (len(bias), pixels.shape[2] - side, pixels.shape[3] - side)
        rows = self.head.weight.unflatten(1, maps)
        seen = functional.conv_transpose2d(rows, kernels).flatten(1)  # what each score sees of the pixels
        return functional.linear(pixels.flatten(1), seen, self.head.bias + rows.sum(dim=(2, 3)) @ bias)

    def _pass_through(self, pixels: Tensor) -> Tensor:
        """Returns the scores layer by layer."""
        maps = self._way_through(self.first)(pixels)
        maps = self._way_through(self.second)(maps.relu() if self.has_relu else maps)
        scores: Tensor = self.head(maps.flatten(1))
        return scores

    def _way_through(self, layer: Convolution) -> Callable[[Tensor], Tensor]:
        return layer.measure if self.by_patches and isinstance(layer, FlippedQuanvolution) else layer


def frame(images: Tensor, padding: int) -> Tensor:
    """Returns pixels in [−1, 1], for pixels in [0, 1], with dark ones around the image."""
    return functional.pad(2 * images - 1, (padding,) * 4, value=_DARKEST)


def compose(first: Convolution, second: Convolution) -> tuple[Tensor, Tensor]:
    """Returns kernels and bias of the convolution that two of them are, one behind the other."""
    kernels, inner = second.weight, first.bias
    assert inner is not None
    assert second.bias is not None
    whole = functional.conv_transpose2d(first.weight.transpose(0, 1), kernels.transpose(0, 1)).transpose(0, 1)
    return whole, second.bias + torch.einsum("omij,m->o", kernels, inner)
