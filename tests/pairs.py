"""Few combinations instead of all: any two values of different axes meet in one of them."""

import itertools
from collections.abc import Hashable, Sequence
from typing import Any


def every_pair(*axes: Sequence[Hashable]) -> list[tuple[Any, ...]]:
    """Returns combinations of one value of each axis, the same ones each time, the most useful first."""
    combinations = list(itertools.product(*axes))
    left = set().union(*map(pairs_in, combinations))
    chosen = []
    while left:
        best = max(combinations, key=lambda values: len(left & pairs_in(values)))
        chosen.append(best)
        left -= pairs_in(best)
    return chosen


def pairs_in(values: Sequence[Hashable]) -> set[Any]:
    """Returns all pairs of values in a combination, each value with the number of its axis."""
    return set(itertools.combinations(enumerate(values), 2))
