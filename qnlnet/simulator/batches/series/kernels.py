"""Blocks of rows through a Fourier series: features, products with its coefficients, and back; see `Series`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qnlnet.compilation import cached_njit
from qnlnet.simulator.batches.kernels import CHUNK
from qnlnet.simulator.batches.linear import add_products, multiply
from qnlnet.simulator.trigonometry import cos_sin

# No fast-math: lanes of vectors and single ones would round apart.
compiled = cached_njit()
inlined = cached_njit(inline=True)


class Scratch(NamedTuple):
    """Working space for a block of rows; the number of features on a side is rounded up to 4.

    Attributes:
        angles: The variables in radians, shape (variables, lanes), float64.
        cos: Cosines of all multiples of all variables, shape (multiples, lanes).
        sin: Their sines.
        by_cos: The slopes of the cosines, shape of `cos`.
        by_sin: The slopes of the sines.
        left: Left features, shape (left, lanes).
        right: Right features, shape (right, lanes).
        by_left: Their slopes.
        by_right: Their slopes.
        sums: Of each output and left feature, shape (outputs · left rounded up to 4, lanes).
        weights: Their slopes.
        weighted: The outputs, or what they are weighted with, shape (outputs, lanes).
    """

    angles: NDArray[np.float64]
    cos: NDArray
    sin: NDArray
    by_cos: NDArray
    by_sin: NDArray
    left: NDArray
    right: NDArray
    by_left: NDArray
    by_right: NDArray
    sums: NDArray
    weights: NDArray
    weighted: NDArray


@compiled
def run_copies(series, coefficients, rows, cotangent, values, row_slopes, products, block):
    """Runs all rows of copies with coefficients of their own.

    Args:
        series: As in `run_rows`.
        coefficients: As in `run_rows`, with copies in front, as all that follow.
        rows: As in `run_rows`.
        cotangent: As in `run_rows`.
        values: As in `run_rows`.
        row_slopes: As in `run_rows`.
        products: As in `run_rows`.
        block: As in `run_rows`.
    """
    chunks = -(-rows.shape[1] // (CHUNK * block))
    for copy in range(rows.shape[0]):
        some, weights, outputs = rows[copy], cotangent[copy], values[copy]
        slopes, sums = row_slopes[copy], products[copy]
        run_rows(series, coefficients[copy], some, weights, outputs, slopes, sums, block, 0, chunks)


@inlined
def run_rows(series, coefficients, rows, cotangent, values, row_slopes, products, block, first, last):
    """Runs chunks of `CHUNK` blocks of rows.

    Args:
        series: What runs.
        coefficients: Of each output and left feature by right feature, shape (outputs · left, right), both rounded
            up to 4.
        rows: Shape (rows, columns).
        cotangent: What each output is multiplied with, shape (rows, outputs). Without rows nothing is differentiated.
        values: Receives the outputs, shape (rows, outputs). Without rows they are not computed.
        row_slopes: Is added to, shape of `rows`; without rows they are not computed.
        products: Is added to, shape (chunks, *shape of the coefficients), float64: the slopes of the coefficients;
            without chunks they are not computed.
        block: How many rows go together.
        first: The first chunk.
        last: The last one + 1.
    """
    num_rows, outputs, left, split = rows.shape[0], cotangent.shape[1], series.sides[0], series.split
    scratch = _allocate(series, coefficients, outputs, min(block, num_rows))
    turned = coefficients.T.copy()
    for start in range(first * CHUNK * block, min(last * CHUNK * block, num_rows), block):
        stop = min(start + block, num_rows)
        lanes = stop - start
        _load_waves(series, rows[start:stop], scratch, lanes)
        _multiply_out(series, scratch, scratch.left, 0, split, lanes)
        _multiply_out(series, scratch, scratch.right, split, series.columns.shape[0], lanes)
        if values.shape[0] or row_slopes.shape[0]:
            multiply(coefficients, scratch.right, scratch.sums, lanes)
        if values.shape[0]:
            _write_outputs(scratch, left, values[start:stop], lanes)
        if not cotangent.shape[0]:
            continue
        _weigh(scratch, left, cotangent[start:stop], row_slopes.shape[0] > 0, lanes)
        if products.shape[0]:
            add_products(scratch.weights, scratch.right, products[start // (CHUNK * block)], lanes)
        if row_slopes.shape[0]:
            multiply(turned, scratch.weights, scratch.by_right, lanes)
            _contract(series, scratch, scratch.left, scratch.by_left, 0, split, lanes)
            _contract(series, scratch, scratch.right, scratch.by_right, split, series.columns.shape[0], lanes)
            _write_slopes(series, scratch, row_slopes[start:stop], lanes)


@inlined
def _allocate(series, coefficients, outputs, lanes):
    real = coefficients.dtype
    multiples = series.degrees.sum()
    left, (sums, right) = series.sides[0], coefficients.shape
    return Scratch(
        angles=np.empty((series.columns.shape[0], lanes)),
        cos=np.empty((multiples, lanes), real),
        sin=np.empty((multiples, lanes), real),
        by_cos=np.empty((multiples, lanes), real),
        by_sin=np.empty((multiples, lanes), real),
        left=np.zeros((left, lanes), real),
        right=np.zeros((right, lanes), real),
        by_left=np.empty((left, lanes), real),
        by_right=np.empty((right, lanes), real),
        sums=np.empty((sums, lanes), real),
        weights=np.zeros((sums, lanes), real),
        weighted=np.empty((outputs, lanes), real),
    )


@inlined
def _load_waves(series, rows, scratch, lanes):
    """Writes cosines and sines of all multiples of the variables."""
    variables, cos, sin = series.columns.shape[0], scratch.cos, scratch.sin
    for variable in range(variables):
        column, scale = series.columns[variable], series.scales[variable]
        for lane in range(lanes):
            scratch.angles[variable, lane] = scale * rows[lane, column]
    cos_sin(scratch.angles, cos, sin, lanes)
    for variable in range(variables):
        place = variable
        for multiple in range(2, series.degrees[variable] + 1):
            further = _place(series, variable, multiple)
            for lane in range(lanes):
                c, s, a, b = cos[variable, lane], sin[variable, lane], cos[place, lane], sin[place, lane]
                cos[further, lane], sin[further, lane] = a * c - b * s, b * c + a * s
            place = further


@compiled
def _place(series, variable, multiple):
    """Returns where the waves of a multiple of a variable stand."""
    return variable if multiple == 1 else series.waves[variable] + multiple - 2


@inlined
def _multiply_out(series, scratch, features, first, last, lanes):
    """Writes the products of the waves of some variables; those of fewer variables stand before those of more."""
    for lane in range(lanes):
        features[0, lane] = 1
    size = 1
    for variable in range(first, last):
        for multiple in range(1, series.degrees[variable] + 1):
            place, by_cos, by_sin = _place(series, variable, multiple), (2 * multiple - 1) * size, 2 * multiple * size
            for j in range(size):
                for lane in range(lanes):
                    features[by_cos + j, lane] = features[j, lane] * scratch.cos[place, lane]
                    features[by_sin + j, lane] = features[j, lane] * scratch.sin[place, lane]
        size *= 2 * series.degrees[variable] + 1


@inlined
def _contract(series, scratch, features, slopes, first, last, lanes):
    """Writes the slopes of the waves of some variables from those of their products, which are used up."""
    size = 1
    for variable in range(first, last):
        size *= 2 * series.degrees[variable] + 1
    for variable in range(last - 1, first - 1, -1):
        size //= 2 * series.degrees[variable] + 1
        for multiple in range(1, series.degrees[variable] + 1):
            place, of_cos, of_sin = _place(series, variable, multiple), (2 * multiple - 1) * size, 2 * multiple * size
            for lane in range(lanes):
                scratch.by_cos[place, lane] = scratch.by_sin[place, lane] = 0
            for j in range(size):
                for lane in range(lanes):
                    a, b = slopes[of_cos + j, lane], slopes[of_sin + j, lane]
                    scratch.by_cos[place, lane] += features[j, lane] * a
                    scratch.by_sin[place, lane] += features[j, lane] * b
                    slopes[j, lane] += scratch.cos[place, lane] * a + scratch.sin[place, lane] * b


@inlined
def _write_outputs(scratch, left, values, lanes):
    for output in range(values.shape[1]):
        for lane in range(lanes):
            scratch.weighted[output, lane] = scratch.sums[output * left, lane]
        for feature in range(1, left):
            for lane in range(lanes):
                scratch.weighted[output, lane] += (
                    scratch.left[feature, lane] * scratch.sums[output * left + feature, lane]
                )
    for output in range(values.shape[1]):
        for lane in range(lanes):
            values[lane, output] = scratch.weighted[output, lane]


@inlined
def _weigh(scratch, left, cotangent, want_rows, lanes):
    """Writes the slopes of the sums, and those of the left features."""
    for output in range(cotangent.shape[1]):
        for lane in range(lanes):
            scratch.weighted[output, lane] = cotangent[lane, output]
    for feature in range(left):
        for output in range(cotangent.shape[1]):
            place = output * left + feature
            for lane in range(lanes):
                scratch.weights[place, lane] = scratch.weighted[output, lane] * scratch.left[feature, lane]
            if want_rows:
                for lane in range(lanes):
                    before = scratch.by_left[feature, lane] if output else 0
                    scratch.by_left[feature, lane] = before + scratch.weighted[output, lane] * scratch.sums[place, lane]


@inlined
def _write_slopes(series, scratch, row_slopes, lanes):
    for variable in range(series.columns.shape[0]):
        column = series.columns[variable]
        for multiple in range(1, series.degrees[variable] + 1):
            place = _place(series, variable, multiple)
            factor = scratch.cos.dtype.type(multiple * series.scales[variable])
            for lane in range(lanes):
                row_slopes[lane, column] += factor * (
                    scratch.cos[place, lane] * scratch.by_sin[place, lane]
                    - scratch.sin[place, lane] * scratch.by_cos[place, lane]
                )
