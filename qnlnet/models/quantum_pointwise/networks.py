"""The networks around a pointwise layer. They are ours: the article names none that can be read.

Each takes the layer last, so that everything around it has the same first weights whatever it is.
"""

from collections.abc import Callable

from torch import Tensor, nn

from qnlnet.config.model.quantum_pointwise import STAGES

BuildLayer = Callable[[], nn.Module]
_BLOCKS = 3  # of a stage: 2 · 3 · 3 convolutions, the first one and the head make 20 layers


class SmallNetwork(nn.Module):
    """Five convolutions with the pointwise layer behind the second, at a quarter of the image's height and width.

    Conv 3×3 – BN – ReLU – MaxPool – depthwise Conv 3×3 – BN – ReLU – MaxPool – **layer** – BN – ReLU – Conv 3×3 to 32 –
    BN – ReLU – mean over pixels – Linear.

    Args:
        inputs: Channels of the images.
        channels: Channels that the layer sees.
        maps: Maps that it gives.
        classes: Scores.
        build_layer: Builds it.
    """

    def __init__(self, inputs: int, channels: int, maps: int, classes: int, build_layer: BuildLayer) -> None:
        super().__init__()
        self.before = nn.Sequential(
            *(nn.Conv2d(inputs, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(channels, channels, 3, padding=1, groups=channels), nn.BatchNorm2d(channels), nn.ReLU()),
            nn.MaxPool2d(2),
        )
        self.behind = nn.Sequential(
            *(nn.BatchNorm2d(maps), nn.ReLU()),
            *(nn.Conv2d(maps, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()),
        )
        self.head = nn.Linear(32, classes)
        self.layer = build_layer()

    def forward(self, images: Tensor) -> Tensor:
        """Returns the scores, shape (batch, classes), of images of shape (batch, inputs, height, width)."""
        scores: Tensor = self.head(self.behind(self.layer(self.before(images))).mean(dim=(2, 3)))
        return scores


class ResNet20(nn.Module):
    """A residual network (He et al. 2016, arXiv 1512.03385) with a pointwise layer, BN and ReLU behind one stage.

    As there for CIFAR-10: Conv 3×3 to 16 channels, three stages of three blocks with 16, 32 and 64 channels, of which
    the second and the third begin with stride 2, mean over pixels, Linear. Where shapes change, shortcuts are 1 × 1
    convolutions with BN. What follows the layer takes as many channels as it gives.

    Args:
        inputs: Channels of the images.
        channels: Channels that the layer sees: 16, 32 or 64, behind the stage that has so many.
        maps: Maps that it gives.
        classes: Scores.
        build_layer: Builds it.
    """

    def __init__(self, inputs: int, channels: int, maps: int, classes: int, build_layer: BuildLayer) -> None:
        super().__init__()
        width = STAGES[0]
        parts = [*(nn.Conv2d(inputs, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU())]
        for number, stage in enumerate(STAGES):
            for block in range(_BLOCKS):
                parts.append(ResidualBlock(width, stage, 2 if number and not block else 1))
                width = stage
            if stage == channels:
                self.before = nn.Sequential(*parts)
                parts, width = [nn.BatchNorm2d(maps), nn.ReLU()], maps
        self.behind = nn.Sequential(*parts)
        self.head = nn.Linear(width, classes)
        self.layer = build_layer()

    def forward(self, images: Tensor) -> Tensor:
        """Returns the scores, shape (batch, classes), of images of shape (batch, inputs, height, width)."""
        scores: Tensor = self.head(self.behind(self.layer(self.before(images))).mean(dim=(2, 3)))
        return scores


class ResidualBlock(nn.Module):
    """Conv 3×3 – BN – ReLU – Conv 3×3 – BN, the input added, ReLU.

    Args:
        inputs: Channels of the input.
        outputs: Channels of the output.
        stride: Of the first convolution, and of the shortcut.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            *(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()),
            *(nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs)),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or inputs != outputs:
            convolution = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.shortcut = nn.Sequential(convolution, nn.BatchNorm2d(outputs))

    def forward(self, maps: Tensor) -> Tensor:
        """Returns maps, shape (batch, outputs, …), of maps of shape (batch, inputs, height, width)."""
        sums: Tensor = self.convolutions(maps) + self.shortcut(maps)
        return sums.relu()
