"""The classical non-local block that QNL-Net is named after: embedded Gaussian, with a residual connection.

Source: Wang, Girshick, Gupta and He, CVPR 2018 (arXiv 1711.07971), equations 4 and 6. For positions i and j with
features x: z_i = W_z Σ_j softmax_j(θ(x_i)ᵀ φ(x_j)) g(x_j) + x_i, where θ, φ, g and W_z act on each position.
"""

import torch
from torch import Tensor, nn


class NonLocalBlock2d(nn.Module):
    """The block on the feature map of a CNN, its positions being the pixels.

    θ, φ and g halve the channels, as in the paper; W_z brings them back.

    Args:
        channels: Channels of the feature map.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(1, channels // 2)
        self.theta, self.phi, self.g = (nn.Conv1d(channels, inner, 1) for _ in range(3))
        self.restore = nn.Conv1d(inner, channels, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Returns a feature map of the same shape, (batch, channels, height, width)."""
        positions = images.flatten(start_dim=2)
        attention = torch.softmax(self.theta(positions).transpose(1, 2) @ self.phi(positions), dim=-1)
        return images + self.restore(self.g(positions) @ attention.transpose(1, 2)).view_as(images)


class NonLocalFeatures(nn.Module):
    """The block on a few features, each a position with one channel.

    Attributes:
        weight: Weight and bias of θ, φ, g and W_z, in this order, shape (8,).
    """

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(8).uniform_(-1, 1))  # what torch draws for a convolution of one channel

    def forward(self, features: Tensor) -> Tensor:
        """Returns as many features, shape (batch, features)."""
        theta, phi, g = (self.weight[k] * features + self.weight[k + 1] for k in (0, 2, 4))
        attention = torch.softmax(theta[..., :, None] * phi[..., None, :], dim=-1)
        mixed = (attention @ g[..., None])[..., 0]
        return self.weight[6] * mixed + self.weight[7] + features
