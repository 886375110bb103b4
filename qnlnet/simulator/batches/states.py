"""Blocks of states at the beginning and at the end of a plan: amplitudes in, outputs out, and the slopes of both."""

import numpy as np

from qnlnet.compilation import cached_njit
from qnlnet.simulator.batches.linear import multiply

compiled = cached_njit()  # no fast-math: lanes of vectors and single ones would round apart


@compiled
def load_start(plan, rows, state, norms, sums, lanes):
    """Writes the states that rows begin with into `state`, shape (2 · dimension, lanes or more).

    Leaves one over the norm of amplitudes in `norms`, shape (lanes or more,); `sums` is room of the same shape.
    """
    dimension, given = plan.parity.shape[0], plan.counts[1]
    if given == 0:
        for j in range(2 * dimension):
            for lane in range(lanes):
                state[j, lane] = plan.start[j]
        return
    width, steps = plan.counts[6], plan.steps
    only_real_parts = steps.shape[0] > 0 and steps[0, 2] >= 0 and steps[0, 3] == 1  # are read, by a matrix
    if width < dimension or (given == width and not only_real_parts):
        state[:] = 0
    for j in range(given):
        place = _place(plan, j)
        for lane in range(lanes):
            state[place, lane] = rows[lane, j]
    if plan.counts[2]:
        _normalise(state[: given if given == plan.counts[6] else 2 * dimension], norms, sums, lanes)


@compiled
def _place(plan, column):
    """Returns where in a block the number in a column of amplitudes stands."""
    width = plan.counts[6]
    return column if column < width else column - width + plan.parity.shape[0]


@compiled
def _normalise(state, norms, sums, lanes):
    """Divides states by their norms; a vector of zeros stays one, and `norms` is 0 there."""
    for lane in range(lanes):
        norms[lane] = 0
    for j in range(state.shape[0]):
        for lane in range(lanes):
            norms[lane] = max(norms[lane], abs(state[j, lane]))
    tiny = np.finfo(state.dtype).tiny
    for lane in range(lanes):  # the squares of small numbers would vanish, so the largest becomes 1 first
        norms[lane] = 1 / norms[lane] if norms[lane] >= tiny else 0
        sums[lane] = 0
    for j in range(state.shape[0]):
        for lane in range(lanes):
            state[j, lane] *= norms[lane]
            sums[lane] += state[j, lane] * state[j, lane]
    for lane in range(lanes):
        sums[lane] = 1 / np.sqrt(sums[lane]) if sums[lane] > 0 else sums[lane]
        norms[lane] *= sums[lane]
    for j in range(state.shape[0]):
        for lane in range(lanes):
            state[j, lane] *= sums[lane]


@compiled
def slopes_of_start(plan, bra, rows, row_slopes, norms, along, lanes):
    """Writes the slopes of the amplitudes that were given, 2 Re λ and 2 Im λ, through the normalisation."""
    given, normalised = plan.counts[1], plan.counts[2]
    for lane in range(lanes):
        along[lane] = 0
    if normalised:
        for j in range(given):
            place = _place(plan, j)
            for lane in range(lanes):
                along[lane] += bra[place, lane] * (rows[lane, j] * norms[lane])
    for j in range(given):
        place = _place(plan, j)
        if normalised:
            for lane in range(lanes):
                unit = rows[lane, j] * norms[lane]
                row_slopes[lane, j] = 2 * norms[lane] * (bra[place, lane] - along[lane] * unit)
        else:
            for lane in range(lanes):
                row_slopes[lane, j] = 2 * bra[place, lane]


@compiled
def read_out(plan, state, squares, outputs, values, lanes):
    """Writes the outputs of final states into `values`, shape (lanes, outputs)."""
    dimension, parity = plan.parity.shape[0], plan.parity
    if plan.diagonal.shape[0]:
        for j in range(dimension):
            if plan.counts[5] == 2:
                for lane in range(lanes):
                    a, b = state[j, lane], state[dimension + j, lane]
                    squares[j, lane] = a * a + b * b
            else:
                for lane in range(lanes):
                    squares[j, lane] = state[j, lane] * state[j, lane]
        multiply(plan.diagonal, squares, outputs, lanes)
    else:
        outputs[:] = 0
        for term in range(plan.terms.shape[0]):
            output, x, z = plan.terms[term, 0], plan.terms[term, 1], plan.terms[term, 2]
            for j in range(dimension):
                k = j ^ x
                u, v = parity[j & z] * plan.term_coefficients[term, 0], parity[j & z] * plan.term_coefficients[term, 1]
                for lane in range(lanes):
                    a, b, d, e = state[j, lane], state[dimension + j, lane], state[k, lane], state[dimension + k, lane]
                    outputs[output, lane] += u * (a * d + b * e) + v * (a * e - b * d)
    for output in range(values.shape[1]):
        for lane in range(lanes):
            values[lane, output] = outputs[output, lane]


@compiled
def weigh_outputs(plan, state, squares, outputs, cotangent, bra, lanes):
    """Writes λ, the sum of all O|ψ⟩ weighted with `cotangent`, shape (lanes, outputs), into `bra`."""
    dimension, parity, parts = plan.parity.shape[0], plan.parity, plan.counts[5]
    for output in range(cotangent.shape[1]):
        for lane in range(lanes):
            outputs[output, lane] = cotangent[lane, output]
    if plan.diagonal.shape[0]:
        multiply(plan.diagonal_transposed, outputs, squares, lanes)
        for j in range(parts * dimension):
            for lane in range(lanes):
                bra[j, lane] = squares[j % dimension, lane] * state[j, lane]
        return
    bra[:] = 0
    for term in range(plan.terms.shape[0]):
        output, x, z = plan.terms[term, 0], plan.terms[term, 1], plan.terms[term, 2]
        for j in range(dimension):
            k = j ^ x
            u, v = parity[j & z] * plan.term_coefficients[term, 0], parity[j & z] * plan.term_coefficients[term, 1]
            for lane in range(lanes):
                a, b, weight = state[j, lane], state[dimension + j, lane], outputs[output, lane]
                bra[k, lane] += weight * (u * a - v * b)
                bra[dimension + k, lane] += weight * (u * b + v * a)
