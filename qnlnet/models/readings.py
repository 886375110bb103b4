"""From the probabilities of outcomes to the scores of classes, where each class is an outcome."""

from typing import Literal

from torch import Tensor, nn

_FLOOR = 1e-6  # added to a probability before its logarithm, whose slope has no bound


class ClassProbabilities(nn.Module):
    """The probabilities of the first outcomes, or their logarithms, as scores.

    Args:
        classes: How many outcomes are classes.
        logarithms: Whether scores are logarithms.
    """

    def __init__(self, classes: int, *, logarithms: bool) -> None:
        super().__init__()
        self.classes = classes
        self.logarithms = logarithms

    def forward(self, probabilities: Tensor) -> Tensor:
        """Returns the scores, shape (batch, classes), of probabilities of shape (batch, outcomes)."""
        own = probabilities[:, : self.classes]
        return (own + _FLOOR).log() if self.logarithms else own


class LinearReadings(nn.Module):
    """A linear layer on the probabilities of all outcomes, times their number, so that they are 1 on average.

    Args:
        outcomes: How many there are.
        classes: How many scores.
    """

    def __init__(self, outcomes: int, classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(outcomes, classes)

    def forward(self, probabilities: Tensor) -> Tensor:
        """Returns the scores, shape (batch, classes), of probabilities of shape (batch, outcomes)."""
        scores: Tensor = self.linear(probabilities.shape[1] * probabilities)
        return scores


def build_scores(kind: Literal["logarithms", "probabilities", "linear"], outcomes: int, classes: int) -> nn.Module:
    """Builds what `model.scores` names."""
    if kind == "linear":
        return LinearReadings(outcomes, classes)
    return ClassProbabilities(classes, logarithms=kind == "logarithms")
