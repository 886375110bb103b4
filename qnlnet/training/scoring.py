"""From a model to scores and labels."""

import numpy as np
import torch
from numpy.typing import NDArray

from qnlnet.models import QNLNet

EVALUATION_BATCH = 512


def score_with_model(model: QNLNet, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns y for each input, as the torch model computes it in evaluation mode; shape (count,)."""
    model.eval()
    with torch.no_grad():
        parts = [model(torch.from_numpy(part))[:, 0] for part in _batches(inputs)]
    return torch.cat(parts).numpy()


def _batches(inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [inputs[start : start + EVALUATION_BATCH] for start in range(0, len(inputs), EVALUATION_BATCH)]


def predict(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Returns the label that the scores (y, 1 − y) name: 0 where y ≥ 1 − y, else 1."""
    return np.where(scores >= np.float32(1) - scores, 0, 1)
