"""Outputs as Fourier series: where rows have few angles, a row needs no state, only a product with coefficients.

Behind a rotation exp(−iθG/2) an expectation value is a + b cos θ + c sin θ, so that an output is a polynomial in the
cosines and sines of a row's angles, whatever else the circuit is made of (Schuld, Sweke and Meyer 2021, arXiv
2008.08605). Its coefficients are the same for all rows. They come from running the circuit on a few rows, the nodes:
2d + 1 equally spaced angles where an angle turns d times.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qnlnet.simulator.batches.plan import Plan

_MOST_FEATURES = 100  # as many rows run through the circuit in each call: more would cost small batches too much
_WORTH = 0.6  # of the cost of states: a call with few rows takes longer, for the nodes
_PASSAGE = 4  # multiplications of a product of matrices take as long as one of a passage over a block


class Series(NamedTuple):
    """How rows become features, products of cosines and sines, and these become outputs.

    Attributes:
        columns: Where in a row each variable stands, shape (variables,).
        scales: What the lowest frequency of each is, in radians per unit, shape (variables,).
        degrees: How many multiples of it there are, shape (variables,).
        waves: Where the cosines of each variable's second multiple and of all further ones stand, shape (variables,);
            those of the first multiples come first.
        split: How many variables, from the first on, make up the left features; the others make up the right ones.
        sides: How many features there are on the left and on the right, shape (2,).
        nodes: Rows to run the circuit on, shape (features, columns); features are numbered with the left ones fastest.
        transform: From outputs at the nodes to coefficients, shape (features, features).
    """

    columns: NDArray[np.int64]
    scales: NDArray[np.float64]
    degrees: NDArray[np.int64]
    waves: NDArray[np.int64]
    split: int
    sides: NDArray[np.int64]
    nodes: NDArray[np.float64]
    transform: NDArray[np.float64]


def find_series(plan: Plan, num_columns: int) -> Series | None:
    """Returns the Fourier series of a plan's outputs; None where rows are cheaper one state each.

    Args:
        plan: The plan.
        num_columns: How many columns a row has.
    """
    variables = _find_variables(plan)
    if plan.counts[1] or not variables:
        return None
    sizes = [2 * degree + 1 for _, _, degree in variables]
    features, outputs = math.prod(sizes), int(plan.counts[0])
    if features > _MOST_FEATURES:
        return None
    split = min(range(len(sizes) + 1), key=lambda split: _cost(sizes, split, outputs))
    if _cost(sizes, split, outputs) >= _WORTH * _cost_of_states(plan):
        return None
    degrees = np.array([degree for _, _, degree in variables], np.int64)
    scales = np.array([scale for _, scale, _ in variables])
    nodes = np.zeros((features, num_columns))
    transform: NDArray[np.floating] = np.ones((1, 1))
    steps = np.unravel_index(np.arange(features), sizes, order="F")
    for (column, scale, _), size, step in zip(variables, sizes, steps, strict=True):
        nodes[:, column] = 2 * np.pi / size * step / scale
        transform = np.kron(_from_nodes(size), transform)
    return Series(
        columns=np.array([column for column, _, _ in variables], np.int64),
        scales=scales,
        degrees=degrees,
        waves=len(degrees) + np.cumsum(degrees - 1) - (degrees - 1),
        split=split,
        sides=np.array([math.prod(sizes[:split]), math.prod(sizes[split:])], np.int64),
        nodes=nodes,
        transform=np.ascontiguousarray(transform, np.float64),
    )


def _find_variables(plan: Plan) -> list[tuple[int, float, int]]:
    """Returns columns, lowest frequencies and their multiples; nothing where frequencies have no common measure."""
    own = int(plan.counts[3])
    scales: dict[int, list[float]] = {}
    for angle in plan.rotations[:, 3]:
        if angle < own:
            scales.setdefault(int(plan.angle_columns[angle]), []).append(abs(plan.angle_coefficients[angle, 0]))
    variables = []
    for column, each in scales.items():
        lowest = min(each)
        if lowest == 0 or any(scale % lowest for scale in each):
            return []
        variables.append((column, float(lowest), round(sum(each) / lowest)))
    return variables


def _from_nodes(size: int) -> NDArray[np.float64]:
    """Returns what makes coefficients of 1, cos x, sin x, cos 2x, … of values at `size` equally spaced x."""
    x = 2 * np.pi / size * np.arange(size)
    waves = [np.ones(size)]
    for multiple in range(1, size // 2 + 1):
        waves += [2 * np.cos(multiple * x), 2 * np.sin(multiple * x)]
    return np.array(waves) / size


def _cost(sizes: list[int], split: int, outputs: int) -> float:
    """Returns what a row costs, forwards and backwards, in multiplications of a product of matrices."""
    left, right = math.prod(sizes[:split]), math.prod(sizes[split:])
    products = 3 * round_up(outputs * left) * round_up(right)
    return products + _PASSAGE * (3 * outputs * left + 3 * left + 3 * right)


def _cost_of_states(plan: Plan) -> float:
    """The same for states: what their matrices, their rotations and the readout take."""
    dimension, cost = len(plan.parity), 0.0
    for first, last, matrix, parts_in, parts_out, *_ in plan.steps:
        if matrix >= 0:
            cost += 3 * parts_in * parts_out * dimension**2
        else:
            cost += _PASSAGE * 4 * parts_out * dimension * (last - first)
    return cost + 2 * dimension * round_up(int(plan.counts[0])) + _PASSAGE * 4 * dimension


def round_up(count: int) -> int:
    """Returns the next multiple of 4."""
    return -(-count // 4) * 4
