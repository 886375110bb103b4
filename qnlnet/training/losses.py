"""What training makes small."""

from collections.abc import Callable, Mapping
from functools import partial

from torch import Tensor
from torch.nn import functional

Loss = Callable[[Tensor, Tensor], Tensor]  # scores of shape (batch, classes), labels → the mean over the batch


def _raw_nll(scores: Tensor, labels: Tensor) -> Tensor:
    return functional.nll_loss(scores, labels)


def _cross_entropy(scores: Tensor, labels: Tensor) -> Tensor:
    return functional.cross_entropy(scores, labels)


def _log_sigmoid(scores: Tensor, labels: Tensor) -> Tensor:
    return functional.nll_loss(functional.logsigmoid(scores), labels)


def _hinge(scores: Tensor, labels: Tensor) -> Tensor:
    value, target = _as_signs(scores, labels)
    return (1 - target * value).clamp(min=0).mean()


def _squared(scores: Tensor, labels: Tensor) -> Tensor:
    value, target = _as_signs(scores, labels)
    return (value - target).square().mean() / 2


def _as_signs(scores: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Returns half the difference of two scores, and 1 where the first class is right and −1 where the second is."""
    return (scores[:, 0] - scores[:, 1]) / 2, 1 - 2 * labels.to(scores.dtype)


_LOSSES: Mapping[str, Loss] = {
    "raw_nll": _raw_nll,
    "cross_entropy": _cross_entropy,
    "log_sigmoid": _log_sigmoid,
    "hinge": _hinge,
    "squared": _squared,
}


def find_loss(name: str, label_smoothing: float = 0.0) -> Loss:
    """Returns the function behind `train.loss`; see `TrainConfig` for the names.

    Args:
        name: The loss.
        label_smoothing: Share of the target that all classes have alike, for ``cross_entropy``.
    """
    return partial(functional.cross_entropy, label_smoothing=label_smoothing) if label_smoothing else _LOSSES[name]
