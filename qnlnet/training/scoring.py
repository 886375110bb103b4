"""From a model to scores and labels."""

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from qnlnet.config import RunConfig
from qnlnet.errors import ArgumentError, check_type

EVALUATION_BATCH = 512


def score_with_model(model: nn.Module, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the scores of the classes for each input, shape (count, classes), of the model in evaluation mode."""
    model.eval()
    with torch.no_grad():
        parts = [model(torch.from_numpy(part)) for part in _batches(inputs)]
    return torch.cat(parts).numpy()


def _batches(inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [inputs[start : start + EVALUATION_BATCH] for start in range(0, len(inputs), EVALUATION_BATCH)]


def check_scores(scores: Any, count: int, config: RunConfig) -> None:
    """Raises an `ArgumentError` unless a model of one's own gave a score for each class of `count` inputs."""
    wanted = (count, len(config.data.classes))
    if not isinstance(scores, Tensor) or scores.shape != wanted:
        found = tuple(scores.shape) if isinstance(scores, Tensor) else f"a {type(scores).__name__}"
        requirement = f"give scores of shape (batch, classes), here {wanted}"
        raise ArgumentError(f"The model {config.model.name} must {requirement}, but gives {found}.")


def labels_of(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Returns the label of each row of scores, shape (…, classes): that of the largest, the first of equal ones."""
    return scores.argmax(axis=-1)


def predict(model: nn.Module, inputs: ArrayLike) -> NDArray[np.int64]:
    """Returns the label that a model gives to each input, the place of a class in `data.classes`.

    Args:
        model: A model as `build_model` and `load_model` return it; it is left in evaluation mode.
        inputs: What the model sees, shape (count, …), as in `prepare_features(dataset, config).test`.

    Raises:
        ArgumentError: `model` is no module.
    """
    check_type("model", model, nn.Module, "Take it from build_model or load_model.")
    return labels_of(score_with_model(model, np.asarray(inputs, dtype=np.float32)))
