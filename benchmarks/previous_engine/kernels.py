"""The compiled kernels: a block of rows through a program, forwards for values and backwards for the Jacobian.

Layout: a state is stored as real and imaginary part, each of shape (states, 2^qubits, lanes), with the rows of a
block in the last axis, so that the innermost loop runs over rows and one vector instruction serves several of them.
`lanes` is a range, or for a single row the tuple `ONE_LANE`: the length of a tuple is part of its type, so that the
compiler drops the innermost loops.

Adjoint method (Jones and Gacon 2020, arXiv 2009.02823): with |ψ⟩ the final state and |λ⟩ = O|ψ⟩, the derivative
with respect to the angle of a rotation exp(−iθG/2) is Im⟨λ|G|ψ⟩, both states taken right after that rotation.

A copy of qnlnet/simulator/kernels.py at commit cf19cff, without what runs single rows.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.previous_engine.trigonometry import cos_sin
from qnlnet.compilation import cached_njit

compiled = cached_njit()  # no fast-math: a row goes through the same roundings whichever rows stand beside it

inlined = cached_njit(forceinline=True)  # to hand seven arrays to a function takes longer than a rotation

ONE_LANE = (0,)


class Program(NamedTuple):
    """What the kernels run. Masks and indices refer to the qubits that are left after pruning.

    Attributes:
        rotations: shape (rotations, 4), int64: x mask and z mask of the generator i^|x∧z| Xˣ Zᶻ; angle; 1 where
            −i·i^|x∧z| is real (an odd number of Ys), else 0.
        signs: shape (rotations,), float64: sign of that factor.
        angle_parameters: shape (angles,), int64: index of the parameter, −1 for a constant.
        angle_coefficients: shape (angles, 2), float64: scale and offset in radians.
        terms: shape (terms, 3), int64: observable, x mask, z mask.
        term_coefficients: shape (terms, 2), float64: real and imaginary part.
        initial_state: shape (2, 2^qubits), float64: real and imaginary part.
        parity: shape (2^qubits,), float64: (−1)^(number of ones in the index).
        counts: shape (3,), int64: observables, parameters, first rotation with a parameter.
    """

    rotations: NDArray[np.int64]
    signs: NDArray[np.float64]
    angle_parameters: NDArray[np.int64]
    angle_coefficients: NDArray[np.float64]
    terms: NDArray[np.int64]
    term_coefficients: NDArray[np.float64]
    initial_state: NDArray[np.float64]
    parity: NDArray[np.float64]
    counts: NDArray[np.int64]


class Scratch(NamedTuple):
    """Working space for one block of rows.

    Attributes:
        half: Half the angles, shape (angles, lanes).
        cos: Their cosines, shape (angles, lanes).
        sin: Their sines, shape (angles, lanes).
        re: Real parts, shape (observables + 1, 2^qubits, lanes): |ψ⟩, then O|ψ⟩ of each observable.
        im: Imaginary parts, laid out like `re`.
        lane_sum: A sum over amplitudes, shape (lanes,).
    """

    half: NDArray[np.float64]
    cos: NDArray[np.float64]
    sin: NDArray[np.float64]
    re: NDArray[np.float64]
    im: NDArray[np.float64]
    lane_sum: NDArray[np.float64]


@compiled
def allocate_scratch(program, num_lanes):
    """Allocates the working space of a block of `num_lanes` rows."""
    angles = (program.angle_parameters.shape[0], num_lanes)
    states = (program.counts[0] + 1, program.parity.shape[0], num_lanes)
    return Scratch(
        np.empty(angles), np.empty(angles), np.empty(angles), np.empty(states), np.empty(states), np.empty(num_lanes)
    )


@inlined
def _rotate(rotations, signs, position, inverse, parity, cos, sin, re, im, num_states, lanes):
    """Applies one rotation (`inverse` = 1) or its inverse (−1) to the first `num_states` states in place."""
    x, z, angle, real = rotations[position, 0], rotations[position, 1], rotations[position, 2], rotations[position, 3]
    dimension = re.shape[1]
    if x == 0:
        for state in range(num_states):
            for j in range(dimension):
                factor = parity[j & z] * inverse
                for lane in range(len(lanes)):
                    c, s = cos[angle, lane], sin[angle, lane] * factor
                    a, b = re[state, j, lane], im[state, j, lane]
                    re[state, j, lane] = c * a + s * b
                    im[state, j, lane] = c * b - s * a
        return
    low = x & -x
    for state in range(num_states):
        for base in range(0, dimension, 2 * low):
            for j in range(base, base + low):
                k = j ^ x
                to_j = parity[k & z] * signs[position] * inverse
                to_k = parity[j & z] * signs[position] * inverse
                if real:
                    for lane in range(len(lanes)):
                        c, s = cos[angle, lane], sin[angle, lane]
                        a, b = re[state, j, lane], im[state, j, lane]
                        d, e = re[state, k, lane], im[state, k, lane]
                        re[state, j, lane] = c * a + s * to_j * d
                        im[state, j, lane] = c * b + s * to_j * e
                        re[state, k, lane] = c * d + s * to_k * a
                        im[state, k, lane] = c * e + s * to_k * b
                else:
                    for lane in range(len(lanes)):
                        c, s = cos[angle, lane], sin[angle, lane]
                        a, b = re[state, j, lane], im[state, j, lane]
                        d, e = re[state, k, lane], im[state, k, lane]
                        re[state, j, lane] = c * a + s * to_j * e
                        im[state, j, lane] = c * b - s * to_j * d
                        re[state, k, lane] = c * d + s * to_k * b
                        im[state, k, lane] = c * e - s * to_k * a


@inlined
def _apply_observables(terms, coefficients, parity, values, re, im, total, lanes):
    """Writes O|ψ⟩ of each observable behind |ψ⟩ (state 0) and ⟨ψ|O|ψ⟩ into `values`, shape (lanes, observables)."""
    for state in range(1, re.shape[0]):
        for j in range(re.shape[1]):
            for lane in range(len(lanes)):
                re[state, j, lane], im[state, j, lane] = 0.0, 0.0
    for term in range(terms.shape[0]):
        state, x, z = terms[term, 0] + 1, terms[term, 1], terms[term, 2]
        for j in range(re.shape[1]):
            u, v = parity[j & z] * coefficients[term, 0], parity[j & z] * coefficients[term, 1]
            for lane in range(len(lanes)):
                re[state, j ^ x, lane] += u * re[0, j, lane] - v * im[0, j, lane]
                im[state, j ^ x, lane] += u * im[0, j, lane] + v * re[0, j, lane]
    for state in range(1, re.shape[0]):
        for lane in range(len(lanes)):
            total[lane] = 0.0
        for j in range(re.shape[1]):
            for lane in range(len(lanes)):
                total[lane] += re[0, j, lane] * re[state, j, lane] + im[0, j, lane] * im[state, j, lane]
        for lane in range(len(lanes)):
            values[lane, state - 1] = total[lane]


@inlined
def _differentiate(rotations, position, parity, re, im, state, slope, lanes):
    """Writes Im⟨λ|G|ψ⟩ / i^|x∧z| into `slope` for the generator G of a rotation; |ψ⟩ is state 0, |λ⟩ is `state`."""
    x, z, real = rotations[position, 0], rotations[position, 1], rotations[position, 3]
    for lane in range(len(lanes)):
        slope[lane] = 0.0
    for j in range(re.shape[1]):
        i, p = j ^ x, parity[j & z]
        if real:
            for lane in range(len(lanes)):
                slope[lane] += p * (re[state, i, lane] * re[0, j, lane] + im[state, i, lane] * im[0, j, lane])
        else:
            for lane in range(len(lanes)):
                slope[lane] += p * (re[state, i, lane] * im[0, j, lane] - im[state, i, lane] * re[0, j, lane])


@inlined
def run_block(program, rows, values, jacobian, want_jacobian, scratch, lanes):
    """Runs one block of rows.

    Args:
        program: The compiled program.
        rows: Parameter values in radians, shape (lanes, parameters).
        values: Receives the expectation values, shape (lanes, observables).
        jacobian: Receives the derivatives, shape (lanes, observables, parameters); untouched unless wanted.
        want_jacobian: Whether to run backwards.
        scratch: Working space for as many lanes, or more.
        lanes: The rows, `range(number of rows)`, or `ONE_LANE`.
    """
    # Each name below counts a reference once; inside the loops that would take longer than the arithmetic.
    rotations, signs, parity, start = program.rotations, program.signs, program.parity, program.initial_state
    parameters, coefficients = program.angle_parameters, program.angle_coefficients
    half, cos, sin, re, im, lane_sum = scratch.half, scratch.cos, scratch.sin, scratch.re, scratch.im, scratch.lane_sum

    for angle in range(parameters.shape[0]):
        parameter, scale, offset = parameters[angle], coefficients[angle, 0], coefficients[angle, 1]
        for lane in range(len(lanes)):
            half[angle, lane] = 0.5 * (offset + scale * rows[lane, parameter] if parameter >= 0 else offset)
    cos_sin(half, cos, sin, len(lanes))

    for j in range(re.shape[1]):
        for lane in range(len(lanes)):
            re[0, j, lane], im[0, j, lane] = start[0, j], start[1, j]
    for position in range(rotations.shape[0]):
        _rotate(rotations, signs, position, 1.0, parity, cos, sin, re, im, 1, lanes)
    _apply_observables(program.terms, program.term_coefficients, parity, values, re, im, lane_sum, lanes)
    if not want_jacobian:
        return

    for lane in range(len(lanes)):
        for observable in range(jacobian.shape[1]):
            for parameter in range(jacobian.shape[2]):
                jacobian[lane, observable, parameter] = 0.0
    first_with_parameter = program.counts[2]
    for position in range(rotations.shape[0] - 1, first_with_parameter - 1, -1):
        angle = rotations[position, 2]
        if parameters[angle] >= 0:
            parameter, factor = parameters[angle], coefficients[angle, 0] * signs[position]
            for state in range(1, re.shape[0]):
                _differentiate(rotations, position, parity, re, im, state, lane_sum, lanes)
                for lane in range(len(lanes)):
                    jacobian[lane, state - 1, parameter] += factor * lane_sum[lane]
        if position > first_with_parameter:
            _rotate(rotations, signs, position, -1.0, parity, cos, sin, re, im, re.shape[0], lanes)


@compiled
def run_rows(program, rows, values, jacobian, want_jacobian, block):
    """Runs all rows, shape (rows, parameters), in blocks of `block` rows."""
    num_rows = rows.shape[0]
    scratch = allocate_scratch(program, min(block, num_rows))
    for start in range(0, num_rows, block):
        part = slice(start, min(start + block, num_rows))
        lanes = range(part.stop - part.start)
        derivatives = jacobian[part] if want_jacobian else jacobian
        run_block(program, rows[part], values[part], derivatives, want_jacobian, scratch, lanes)
