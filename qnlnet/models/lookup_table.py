"""A table of patterns of bits as a family: the ceiling of all models that see nothing but these bits."""

import torch
from torch import Tensor

from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.lookup_table import LookupTableConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec
from qnlnet.models.fitted import FittedModule
from qnlnet.models.resized import Resized
from qnlnet.models.streams import Streams


class LookupTable(FittedModule):
    """How many training images of each class have the same bits; where there is none, how many there are at all.

    Args:
        threshold: A pixel above it is 1.
        classes: How many classes there are.

    Attributes:
        counts: Shape (2^pixels, classes), pixel k as bit k of a row's number.
    """

    counts: Tensor

    def __init__(self, threshold: float, classes: int) -> None:
        super().__init__()
        self.threshold = threshold
        self.classes = classes
        self.keep("counts", torch.empty(0, classes))

    def fit(self, inputs: Tensor, labels: Tensor) -> None:
        patterns = 1 << inputs[0].numel()
        cells = self._number(inputs) * self.classes + labels
        self.keep("counts", torch.bincount(cells, minlength=patterns * self.classes).reshape(patterns, self.classes))

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the shares of the classes, shape (batch, classes), for pixels of shape (batch, …)."""
        found = self.counts[self._number(inputs)]
        counts = torch.where(found.sum(dim=1, keepdim=True) > 0, found, self.counts.sum(dim=0))
        return counts / counts.sum(dim=1, keepdim=True)

    def _number(self, inputs: Tensor) -> Tensor:
        bits = (inputs.flatten(1) > self.threshold).long()
        return (bits << torch.arange(bits.shape[1])).sum(dim=1)


def _build(config: RunConfig, streams: Streams) -> LookupTable:
    return LookupTable(settings_of(config, LookupTableConfig).threshold, len(config.data.classes))


def _choose_features(config: RunConfig) -> FeatureSpec:
    model = settings_of(config, LookupTableConfig)
    return Resized(model.size, duplicates=model.duplicates)


FAMILY = Family(_choose_features, _build, loop=lambda config: "fitted")
