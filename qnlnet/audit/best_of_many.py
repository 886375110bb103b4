"""The best of many cells, held to a test that knows it is the best of many."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qnlnet.seeding import generator

_PERMUTATIONS = 10_000
_PART = 1_000  # permutations that are held in memory together
_ROUNDING = 1e-9  # accuracies are whole images


@dataclass(frozen=True)
class BestOfMany:
    """What the best of several cells gains over the first, over seeds that all of them share.

    Attributes:
        gain: Its mean accuracy minus that of the first, percentage points; 0 where the first is the best.
        p: How often a gain as large appears where the cells of each seed are exchanged at random.
        upper: With 95 % confidence none of the others gains more on average: the largest upper end of the intervals of
            Student's t for paired samples, shared out among them (Bonferroni).
    """

    gain: float
    p: float
    upper: float


def compare_best(accuracies: NDArray[np.float64], permutations: int = _PERMUTATIONS) -> BestOfMany:
    """Compares the best of several cells with the first.

    If all cells were equally good, any order of a seed's accuracies would be as likely as any other. The statistic is
    the largest mean minus that of the first cell, so that p holds for the best of them, however many there are.

    Args:
        accuracies: Percent, shape (seeds, cells); the first cell is what the others are held to.
        permutations: How many random orders are drawn, always the same ones.
    """
    from scipy import stats

    gain = _largest_gain(accuracies[None])[0]
    random = generator(0, "permutations of cells")
    reached = 0
    for start in range(0, permutations, _PART):
        orders = np.broadcast_to(accuracies, (min(_PART, permutations - start), *accuracies.shape))
        reached += int((_largest_gain(random.permuted(orders, axis=2)) >= gain - _ROUNDING).sum())
    seeds, others = len(accuracies), accuracies.shape[1] - 1
    differences = accuracies[:, 1:] - accuracies[:, :1]
    errors = differences.std(axis=0, ddof=1) / np.sqrt(seeds)
    reach = stats.t.ppf(1 - 0.05 / others, seeds - 1)
    upper = float((differences.mean(axis=0) + reach * errors).max())
    return BestOfMany(float(gain), (reached + 1) / (permutations + 1), upper)


def _largest_gain(accuracies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the largest mean minus that of the first cell, shape (draws,), for shape (draws, seeds, cells)."""
    means = accuracies.mean(axis=1)
    return means.max(axis=1) - means[:, 0]
