"""What the differences of paired seeds say: the interval of their mean, and how likely they are by chance."""

import math
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LEVEL = 0.95  # of the confidence intervals
CLEAR = 0.05  # adjusted p-values below it are a verdict
HIGHER, LOWER, UNDECIDED, TOO_FEW = "higher", "lower", "undecided", "too few seeds"
_NUMBERS = ("difference", "low", "high", "p")
NO_PAIRS: dict[str, Any] = {"n_pairs": 0, "better": pd.NA, "worse": pd.NA, **dict.fromkeys(_NUMBERS, math.nan)}


def judge(differences: NDArray[np.float64]) -> tuple[float, float, float]:
    """Returns the ends of the confidence interval of the mean, and the p-value of no difference.

    The interval is that of Student's t, the p-value that of Wilcoxon's signed ranks. One difference says neither.

    Args:
        differences: Of accuracies in percent, shape (seeds,).
    """
    from scipy import stats  # takes a second to import

    mean = float(differences.mean())
    if len(differences) < 2:
        return math.nan, math.nan, math.nan
    # Accuracies are whole images: differences that are equal but for rounding are ties.
    differences = differences.round(9)
    error = float(differences.std(ddof=1)) / math.sqrt(len(differences))
    reach = float(stats.t.ppf((1 + LEVEL) / 2, len(differences) - 1)) * error
    return mean - reach, mean + reach, _p_value(tuple(differences))


def pair(one: pd.DataFrame, other: pd.DataFrame) -> dict[str, Any]:
    """Returns what the accuracies of one cell have more than those of another, over the seeds that both have.

    Args:
        one: Per-seed rows of a cell.
        other: Those of the other.

    Returns:
        `n_pairs`, `better` and `worse` count seeds; `difference`, `low` and `high` are in points, `p` of `judge`.
    """
    known, own = one.set_index("seed").test_accuracy, other.set_index("seed").test_accuracy
    seeds = own.index.intersection(known.index)
    differences = (known[seeds] - own[seeds]).to_numpy()
    numbers = (differences.mean(), *judge(differences)) if len(seeds) else (math.nan,) * 4
    return {
        "n_pairs": len(seeds),
        **dict(zip(_NUMBERS, numbers, strict=True)),
        "better": int((differences > 0).sum()),
        "worse": int((differences < 0).sum()),
    }


def verdict_of(num_pairs: int, p_adjusted: float, difference: float, comparisons: int) -> str:
    """Returns what paired seeds say, where so many comparisons were adjusted together."""
    if num_pairs < 2 or smallest_adjusted(num_pairs, comparisons) >= CLEAR:
        return TOO_FEW
    if p_adjusted >= CLEAR:
        return UNDECIDED
    return HIGHER if difference > 0 else LOWER


@cache  # where there are ties it tries all signs, and a table and its figure ask for the same
def _p_value(differences: tuple[float, ...]) -> float:
    from scipy import stats

    return float(stats.wilcoxon(differences).pvalue) if any(differences) else 1.0


def adjust(p_values: pd.Series) -> pd.Series:
    """Returns p-values that hold for all together (false discovery rate, Benjamini and Yekutieli 2001).

    They may share a cell. Missing ones stay missing.
    """
    from scipy.stats import false_discovery_control

    known = p_values.notna()
    adjusted = pd.Series(math.nan, p_values.index)
    if known.any():
        adjusted[known] = false_discovery_control(p_values[known], method="by")
    return adjusted


def smallest_adjusted(num_seeds: int, num_comparisons: int) -> float:
    """Returns the smallest p-value that so many pairs of seeds can reach among so many comparisons.

    All seeds on one side give Wilcoxon's test 2 / 2ⁿ, and all comparisons as clear as that an adjustment by Σ 1/k.
    """
    return min(1.0, 2.0 ** (1 - num_seeds) * sum(1 / k for k in range(1, num_comparisons + 1)))
