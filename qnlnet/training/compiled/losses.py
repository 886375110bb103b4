"""Compiled losses of the scores of one image, and the label that the scores name.

Two classes have one score y and stand for (y, 1 − y), as in the released code; more have a score each.
"""

import numpy as np

from qnlnet.training.compiled.layers import compiled

RAW_NLL, CROSS_ENTROPY = range(2)


@compiled
def loss_of(scores, label, kind, slopes):
    """Returns the loss of the scores of an image with a label, and writes its derivatives by them into `slopes`."""
    if scores.shape[0] == 1:
        loss, slopes[0] = _loss_of_two(scores[0], label, kind)
        return loss
    if kind == RAW_NLL:
        slopes[:] = 0
        slopes[label] = -1
        return -scores[label]
    # −log softmax, with the largest score taken off so that exp cannot overflow.
    largest = scores.max()
    total = np.float32(0)
    for k in range(scores.shape[0]):
        slopes[k] = np.exp(scores[k] - largest)
        total += slopes[k]
    for k in range(scores.shape[0]):
        slopes[k] /= total
    slopes[label] -= np.float32(1)
    return np.log(total) + largest - scores[label]


@compiled
def _loss_of_two(y, label, kind):
    """Returns the loss of the scores (y, 1 − y) for a label, and its derivative by y."""
    sign = np.float32(1 if label == 0 else -1)
    if kind == RAW_NLL:
        return (-y if label == 0 else y - np.float32(1)), -sign
    margin = sign * (np.float32(2) * y - np.float32(1))
    # −log softmax = log(1 + exp(−margin)), written so that exp cannot overflow.
    decay = np.exp(-abs(margin))
    loss = max(-margin, np.float32(0)) + np.log1p(decay)
    wrong = decay / (1 + decay) if margin > 0 else 1 / (1 + decay)
    return loss, np.float32(-2) * sign * np.float32(wrong)


@compiled
def answer_of(scores):
    """Returns the label that the scores name: the first of the largest."""
    if scores.shape[0] == 1:
        return 0 if scores[0] >= np.float32(1) - scores[0] else 1
    return scores.argmax()
