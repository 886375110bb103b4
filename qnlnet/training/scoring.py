"""From a model to scores and labels."""

import numpy as np
import torch
from numpy.typing import NDArray

from qnlnet.models import QNLNet

EVALUATION_BATCH = 512


def score_with_model(model: QNLNet, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns what the head gives for each input, as the torch model computes it in evaluation mode.

    Shape (count, 1), y, for two classes, else (count, classes).
    """
    model.eval()
    with torch.no_grad():
        parts = [model(torch.from_numpy(part))[:, : model.head.out_features] for part in _batches(inputs)]
    return torch.cat(parts).numpy()


def _batches(inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [inputs[start : start + EVALUATION_BATCH] for start in range(0, len(inputs), EVALUATION_BATCH)]


def predict(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Returns the label of each row of scores: that of the largest, the first of equal ones.

    A single score is y: 0 where y ≥ 1 − y, else 1.
    """
    if scores.shape[-1] > 1:
        return scores.argmax(axis=-1)
    y = scores[..., 0]
    return np.where(y >= np.float32(1) - y, 0, 1)
