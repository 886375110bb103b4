"""What an accuracy from few images and few shots is worth."""

import math

import numpy as np
from numpy.typing import NDArray


def wilson_interval(right: int, images: int) -> tuple[float, float]:
    """Returns the 95 % interval of Wilson (1927) for an accuracy, in percent."""
    from scipy.stats import binomtest

    interval = binomtest(right, images).proportion_ci(0.95, method="wilson")
    return 100 * float(interval.low), 100 * float(interval.high)


def expected_accuracy(
    exact_values: NDArray[np.float64], labels: NDArray[np.int64], head: NDArray[np.float32], shots: int
) -> tuple[float, float, float]:
    """Returns what to expect of a device whose only noise is that of the shots.

    The mean of `shots` measurements of ±1 with mean E is nearly normal with variance (1 − E²)/shots; an answer is right
    with the probability that this mean stays on its side of the decision boundary.

    Args:
        exact_values: Expectation values, shape (images,).
        labels: The right answers, 0 or 1, shape (images,).
        head: Weight w and bias b: the model says 0 where w·E + b ≥ ½.
        shots: Measurements per image.

    Returns:
        The expected accuracy, its standard error from the choice of the images, and the part of it that the shots
        cause, all in percent.
    """
    from scipy.special import ndtr

    weight, bias = (float(value) for value in head)
    margin = (weight * exact_values + bias - 0.5) * np.where(labels == 0, 1.0, -1.0)
    spread = abs(weight) * np.sqrt(np.maximum(1 - exact_values**2, 1e-12) / shots)
    right = ndtr(margin / np.maximum(spread, 1e-12))
    mean = float(right.mean())
    by_images = math.sqrt(mean * (1 - mean) / len(right))
    by_shots = math.sqrt(float((right * (1 - right)).sum())) / len(right)
    return 100 * mean, 100 * by_images, 100 * by_shots


def shot_noise_error(exact_values: NDArray[np.float64], shots: int) -> float:
    """Returns the mean absolute error of expectation values that the shots alone cause: √(2/π) of the spread."""
    return float(np.mean(np.sqrt(2 / np.pi * np.maximum(1 - exact_values**2, 0) / shots)))
