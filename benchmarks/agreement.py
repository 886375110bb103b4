"""Nothing is timed before all contestants have been seen to compute the same."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qnlnet.errors import ResultsError


def check_agreement(what: str, results: Mapping[str, Sequence[Any]], tolerance: float) -> None:
    """Compares the results of all contestants with those of the first one.

    Args:
        what: What was computed, for the error.
        results: Of each contestant the same sequence of arrays.
        tolerance: Largest absolute difference of any entry.

    Raises:
        ResultsError: A contestant's arrays have other shapes or differ by more.
    """
    (reference, expected), *others = results.items()
    for name, arrays in others:
        for ours, theirs in zip(expected, arrays, strict=True):
            first, second = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
            if first.shape != second.shape:
                raise ResultsError(f"{what}: {name} gives the shape {second.shape}, but {reference} {first.shape}.")
            worst = float(np.abs(first - second).max(initial=0.0))
            if not worst <= tolerance:
                raise ResultsError(
                    f"{what}: {name} and {reference} must agree to {tolerance:.1e}, but differ by {worst:.1e}."
                )
