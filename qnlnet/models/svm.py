"""Support vector machines on pixels or principal components as a family."""

import numpy as np
import torch
from torch import Tensor

from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.svm import SVMConfig
from qnlnet.models.family import Family
from qnlnet.models.flat_features import choose_flat_features
from qnlnet.models.streams import Streams
from qnlnet.models.support_vectors import SupportVectorMachine
from qnlnet.models.training_subset import STREAM, draw_subset


class SVM(SupportVectorMachine):
    """A support vector machine with a linear or a Gaussian kernel.

    Args:
        settings: Kernel, C, gamma, and how many training images.
        generator: Draws these.
    """

    gamma: Tensor

    def __init__(self, settings: SVMConfig, generator: np.random.Generator) -> None:
        super().__init__(settings.C)
        self.settings = settings
        self._generator = generator
        self.keep("gamma", torch.empty(()))

    def fit(self, inputs: Tensor, labels: Tensor) -> None:
        from sklearn.svm import SVC  # imports for a second

        chosen = draw_subset(labels, self.settings.max_train, self._generator)
        rows, labels = inputs[chosen].flatten(1).double(), labels[chosen]
        gamma = 1 / (rows.shape[1] * rows.var(correction=0)) if self.settings.gamma == "scale" else self.settings.gamma
        self.keep("gamma", gamma)
        several = len(labels.unique()) > 2
        machine = SVC(kernel=self.settings.kernel, C=self.C, gamma=float(self.gamma), break_ties=several)
        self.keep_machine(machine.fit(rows.numpy(), labels.numpy()), rows)

    def kernel(self, left: Tensor, right: Tensor) -> Tensor:
        left, right = left.double(), right.double()
        products = left @ right.mT
        if self.settings.kernel == "linear":
            return products
        squares = left.square().sum(1)[:, None] + right.square().sum(1)
        return torch.exp(-self.gamma.double() * (squares - 2 * products).clamp(min=0))


def _build(config: RunConfig, streams: Streams) -> SVM:
    return SVM(settings_of(config, SVMConfig), streams.generator(STREAM))


FAMILY = Family(choose_flat_features, _build, loop=lambda config: "fitted")
