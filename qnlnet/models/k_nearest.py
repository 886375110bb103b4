"""Nearest neighbours as a family."""

import torch
from torch import Tensor

from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.k_nearest import KNearestConfig
from qnlnet.errors import argument_error
from qnlnet.models.family import Family
from qnlnet.models.fitted import FittedModule
from qnlnet.models.flat_features import choose_flat_features
from qnlnet.models.streams import Streams

_DISTANCES = 2**24  # that are held at a time, of 8 bytes each
_IMAGES = 4096  # that are turned to float64 at a time


class KNearest(FittedModule):
    """The share of each class among the nearest training images; of equal shares the first class has the label.

    Args:
        neighbours: How many are asked.
        classes: How many classes there are.

    Attributes:
        images: Features of all training images, shape (count, n).
        labels: Their labels, as float32, shape (count,).
    """

    images: Tensor
    labels: Tensor

    def __init__(self, neighbours: int, classes: int) -> None:
        super().__init__()
        self.neighbours = neighbours
        self.classes = classes
        self.keep("images", torch.empty(0, 0))
        self.keep("labels", torch.empty(0))

    def fit(self, inputs: Tensor, labels: Tensor) -> None:
        if self.neighbours > len(inputs):
            raise argument_error("model.neighbours", f"be at most {len(inputs)}, the training images", self.neighbours)
        self.keep("images", inputs.flatten(1))
        self.keep("labels", labels)

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the shares, shape (batch, classes), for inputs of shape (batch, …)."""
        labels = self.labels.long()
        parts = []
        for rows in inputs.flatten(1).double().split(max(1, _DISTANCES // max(1, len(labels)))):
            distances = torch.cat([_distances(rows, images.double()) for images in self.images.split(_IMAGES)], dim=1)
            nearest = labels[distances.topk(self.neighbours, dim=1, largest=False).indices]
            parts.append(torch.nn.functional.one_hot(nearest, self.classes).float().mean(1))
        return torch.cat(parts)


def _distances(rows: Tensor, images: Tensor) -> Tensor:
    """Returns the squared distances of all pairs but for a part that is the same for all images of a row."""
    return images.square().sum(1) - 2 * rows @ images.mT


def _build(config: RunConfig, streams: Streams) -> KNearest:
    return KNearest(settings_of(config, KNearestConfig).neighbours, len(config.data.classes))


FAMILY = Family(choose_flat_features, _build, loop=lambda config: "fitted")
