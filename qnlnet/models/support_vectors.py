"""Support vector machines with any kernel: scikit-learn fits them, torch gives the scores.

With several classes there is one machine for each pair of them; a class's score is how many of its machines vote for
it, and a part of less than a half that says how clearly, as in scikit-learn. Two classes have the scores −d and d.
"""

from abc import abstractmethod
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from qnlnet.models.fitted import FittedModule


class SupportVectorMachine(FittedModule):
    """A support vector machine whose kernel a subclass defines.

    Args:
        C: What a training image on the wrong side costs.

    Attributes:
        vectors: The features of the support vectors, shape (vectors, …).
        coefficients: Their coefficients in each machine, shape (vectors, pairs of classes); zero where they have none.
        intercepts: Shape (pairs,). A machine is positive for the first class of its pair.
    """

    vectors: Tensor
    coefficients: Tensor
    intercepts: Tensor

    def __init__(self, C: float) -> None:
        super().__init__()
        self.C = C
        self.keep("vectors", torch.empty(0, 0))
        self.keep("coefficients", torch.empty(0, 0))
        self.keep("intercepts", torch.empty(0))

    @abstractmethod
    def kernel(self, left: Tensor, right: Tensor) -> Tensor:
        """Returns the kernel of all pairs, float64, shape (len(left), len(right)), for features of shape (…, n)."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the scores, shape (batch, classes), for inputs of shape (batch, …)."""
        decisions = self.kernel(inputs.flatten(1), self.vectors) @ self.coefficients.double() + self.intercepts.double()
        return _scores(decisions).float()

    def keep_machine(self, fitted: Any, inputs: Tensor) -> None:
        """Keeps what scikit-learn has fitted: an `SVC` with any kernel.

        Args:
            fitted: The machine.
            inputs: The features of the training images, shape (count, n).
        """
        coefficients, intercepts = _one_for_each_pair(fitted)
        self.keep("vectors", inputs[torch.from_numpy(fitted.support_).long()])
        self.keep("coefficients", coefficients)
        self.keep("intercepts", intercepts)


def fit_machine(kernel: NDArray[Any], labels: Tensor, C: float) -> Any:
    """Returns scikit-learn's machine for the kernel of all training images, float64, shape (count, count)."""
    from sklearn.svm import SVC  # imports for a second

    return SVC(kernel="precomputed", C=C, break_ties=len(labels.unique()) > 2).fit(kernel, labels.numpy())


def _one_for_each_pair(fitted: Any) -> tuple[Tensor, Tensor]:
    """Returns coefficients, shape (vectors, pairs), and intercepts, shape (pairs,), positive for the first class.

    scikit-learn keeps, for a support vector of class i, its coefficients in the machines against all other classes in
    their order, and with two classes turns the signs of all.
    """
    counts = fitted.n_support_
    classes = len(counts)
    dual, intercepts = torch.from_numpy(fitted.dual_coef_), torch.from_numpy(fitted.intercept_)
    if classes == 2:
        return -dual.mT, -intercepts
    owner = torch.repeat_interleave(torch.arange(classes), torch.from_numpy(counts).long())
    coefficients = torch.zeros(len(owner), len(intercepts), dtype=torch.float64)
    for pair, (first, second) in enumerate(_pairs(classes)):
        coefficients[owner == first, pair] = dual[second - 1, owner == first]
        coefficients[owner == second, pair] = dual[first, owner == second]
    return coefficients, intercepts


def _pairs(classes: int) -> list[tuple[int, int]]:
    return [(first, second) for first in range(classes) for second in range(first + 1, classes)]


def _scores(decisions: Tensor) -> Tensor:
    """Returns one score for each class, shape (batch, classes), of the decisions for all pairs, (batch, pairs)."""
    pairs = decisions.shape[1]
    if pairs == 1:
        return torch.cat([decisions, -decisions], dim=1)
    classes = round((1 + (1 + 8 * pairs) ** 0.5) / 2)
    votes, sums = (torch.zeros(len(decisions), classes, dtype=decisions.dtype) for _ in range(2))
    for pair, (first, second) in enumerate(_pairs(classes)):
        decision = decisions[:, pair]
        sums[:, first] += decision
        sums[:, second] -= decision
        votes[:, first] += decision >= 0
        votes[:, second] += decision < 0
    return votes + sums / (3 * (sums.abs() + 1))
