"""Logistic regression as a family."""

import torch
from torch import Tensor

from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.logistic import LogisticConfig
from qnlnet.models.family import Family
from qnlnet.models.fitted import FittedModule
from qnlnet.models.flat_features import choose_flat_features
from qnlnet.models.streams import Streams

_STEPS = 10_000  # of the solver at most; scikit-learn warns where they do not do


class Logistic(FittedModule):
    """Scores that are linear in pixels or principal components; their softmax are the probabilities of the classes.

    Args:
        C: Inverse strength of the penalty.
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, C: float) -> None:
        super().__init__()
        self.C = C
        self.keep("weight", torch.empty(0, 0))
        self.keep("bias", torch.empty(0))

    def fit(self, inputs: Tensor, labels: Tensor) -> None:
        from sklearn.linear_model import LogisticRegression  # imports for a second

        fitted = LogisticRegression(C=self.C, max_iter=_STEPS).fit(inputs.flatten(1).double().numpy(), labels.numpy())
        weight, bias = torch.from_numpy(fitted.coef_), torch.from_numpy(fitted.intercept_)
        if len(weight) == 1:  # of two classes: the log-odds of the second
            weight, bias = torch.cat([-weight, weight]) / 2, torch.cat([-bias, bias]) / 2
        self.keep("weight", weight)
        self.keep("bias", bias)

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the scores, shape (batch, classes), for inputs of shape (batch, …)."""
        return inputs.flatten(1) @ self.weight.mT + self.bias


def _build(config: RunConfig, streams: Streams) -> Logistic:
    return Logistic(settings_of(config, LogisticConfig).C)


FAMILY = Family(choose_flat_features, _build, loop=lambda config: "fitted")
