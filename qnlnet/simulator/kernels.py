"""The compiled kernels: a block of rows through a program, forwards for values and backwards for the Jacobian.

Layout: a state is stored as real and imaginary part, each of shape (states, 2^qubits, lanes), with the rows of a
block in the last axis, so that one instruction serves several rows. `lanes` is a tuple whose length is the number
of rows in a block: its length is part of its type, so each block size gets a kernel of its own.

Adjoint method (Jones and Gacon 2020, arXiv 2009.02823): with |ψ⟩ the final state and |λ⟩ = O|ψ⟩, the derivative
with respect to the angle of a rotation exp(−iθG/2) is Im⟨λ|G|ψ⟩, both states taken right after that rotation.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from qnlnet.simulator.gates import CX, CZ, HADAMARD, ROTATION

_SQRT_HALF = np.sqrt(0.5)

compiled = njit(cache=True, nogil=True, error_model="numpy")


class Program(NamedTuple):
    """What the kernels run. Masks and indices refer to the qubits that are left after pruning.

    Attributes:
        operations: shape (operations, 5), int64: kind; x mask or control mask; z mask or target mask; angle;
            1 where −i·i^|x∧z| is real (an odd number of Ys), else 0.
        signs: shape (operations,), float64: sign of that factor.
        angle_parameters: shape (angles,), int64: index of the parameter, −1 for a constant.
        angle_coefficients: shape (angles, 2), float64: scale and offset in radians.
        terms: shape (terms, 3), int64: observable, x mask, z mask.
        term_coefficients: shape (terms, 2), float64: real and imaginary part.
        initial_state: shape (2, 2^qubits), float64: real and imaginary part.
        parity: shape (2^qubits,), float64: (−1)^(number of ones in the index).
        counts: shape (3,), int64: observables, parameters, first operation with a parameter.
    """

    operations: NDArray[np.int64]
    signs: NDArray[np.float64]
    angle_parameters: NDArray[np.int64]
    angle_coefficients: NDArray[np.float64]
    terms: NDArray[np.int64]
    term_coefficients: NDArray[np.float64]
    initial_state: NDArray[np.float64]
    parity: NDArray[np.float64]
    counts: NDArray[np.int64]


@compiled
def _apply(operation, sign, parity, cos, sin, inverse, re, im, num_states, lanes):
    """Applies one operation, or its inverse, to the first `num_states` states in place."""
    kind, first, second, angle, real = operation[0], operation[1], operation[2], operation[3], operation[4]
    dimension = re.shape[1]
    if kind == ROTATION and first == 0:
        for state in range(num_states):
            for j in range(dimension):
                factor = parity[j & second] * inverse
                for lane in range(len(lanes)):
                    c, s = cos[angle, lane], sin[angle, lane] * factor
                    a, b = re[state, j, lane], im[state, j, lane]
                    re[state, j, lane] = c * a + s * b
                    im[state, j, lane] = c * b - s * a
        return
    if kind == CZ:
        both = first | second
        for state in range(num_states):
            for j in range(dimension):
                if j & both == both:
                    for lane in range(len(lanes)):
                        re[state, j, lane] = -re[state, j, lane]
                        im[state, j, lane] = -im[state, j, lane]
        return
    flip = second if kind == CX else first
    low = flip & -flip
    for state in range(num_states):
        for base in range(0, dimension, 2 * low):
            for j in range(base, base + low):
                k = j ^ flip
                if kind == ROTATION:
                    to_j = parity[k & second] * sign * inverse
                    to_k = parity[j & second] * sign * inverse
                    for lane in range(len(lanes)):
                        c, s = cos[angle, lane], sin[angle, lane]
                        a, b = re[state, j, lane], im[state, j, lane]
                        d, e = re[state, k, lane], im[state, k, lane]
                        if real:
                            re[state, j, lane] = c * a + s * to_j * d
                            im[state, j, lane] = c * b + s * to_j * e
                            re[state, k, lane] = c * d + s * to_k * a
                            im[state, k, lane] = c * e + s * to_k * b
                        else:
                            re[state, j, lane] = c * a + s * to_j * e
                            im[state, j, lane] = c * b - s * to_j * d
                            re[state, k, lane] = c * d + s * to_k * b
                            im[state, k, lane] = c * e - s * to_k * a
                elif kind == HADAMARD:
                    for lane in range(len(lanes)):
                        a, b = re[state, j, lane], im[state, j, lane]
                        d, e = re[state, k, lane], im[state, k, lane]
                        re[state, j, lane] = (a + d) * _SQRT_HALF
                        im[state, j, lane] = (b + e) * _SQRT_HALF
                        re[state, k, lane] = (a - d) * _SQRT_HALF
                        im[state, k, lane] = (b - e) * _SQRT_HALF
                elif j & first:  # CX
                    for lane in range(len(lanes)):
                        a, b = re[state, j, lane], im[state, j, lane]
                        re[state, j, lane], im[state, j, lane] = re[state, k, lane], im[state, k, lane]
                        re[state, k, lane], im[state, k, lane] = a, b


@compiled
def _apply_observables(program, values, re, im, lanes):
    """Writes O|ψ⟩ of each observable behind |ψ⟩ (state 0) and ⟨ψ|O|ψ⟩ into `values`, shape (lanes, observables)."""
    dimension = re.shape[1]
    for observable in range(program.counts[0]):
        re[observable + 1] = 0.0
        im[observable + 1] = 0.0
    for term in range(program.terms.shape[0]):
        state, x, z = program.terms[term, 0] + 1, program.terms[term, 1], program.terms[term, 2]
        u, v = program.term_coefficients[term, 0], program.term_coefficients[term, 1]
        for j in range(dimension):
            p = program.parity[j & z]
            for lane in range(len(lanes)):
                re[state, j ^ x, lane] += p * (u * re[0, j, lane] - v * im[0, j, lane])
                im[state, j ^ x, lane] += p * (u * im[0, j, lane] + v * re[0, j, lane])
    for observable in range(program.counts[0]):
        for lane in range(len(lanes)):
            total = 0.0
            for j in range(dimension):
                total += re[0, j, lane] * re[observable + 1, j, lane] + im[0, j, lane] * im[observable + 1, j, lane]
            values[lane, observable] = total


@compiled
def _derivative(operation, sign, parity, re, im, state, lane):
    """Returns Im⟨λ|G|ψ⟩ for the generator G of a rotation, |ψ⟩ being state 0 and |λ⟩ being `state`."""
    x, z, real = operation[1], operation[2], operation[4]
    total = 0.0
    for j in range(re.shape[1]):
        i = j ^ x
        a, b = re[0, j, lane], im[0, j, lane]
        c, d = re[state, i, lane], im[state, i, lane]
        if real:
            total += parity[j & z] * (c * a + d * b)
        else:
            total += parity[j & z] * (c * b - d * a)
    return total * sign


@compiled
def run_block(program, rows, values, jacobian, cos, sin, re, im, want_jacobian, lanes):
    """Runs one block of rows.

    Args:
        program: The compiled program.
        rows: Parameter values in radians, shape (lanes, parameters).
        values: Receives the expectation values, shape (lanes, observables).
        jacobian: Receives the derivatives, shape (lanes, observables, parameters); untouched unless wanted.
        cos: Working space, shape (angles, lanes).
        sin: Working space, shape (angles, lanes).
        re: Working space, shape (observables + 1, 2^qubits, lanes).
        im: Working space of the same shape.
        want_jacobian: Whether to run backwards.
        lanes: A tuple whose length is the number of rows.
    """
    operations = program.operations
    for angle in range(program.angle_parameters.shape[0]):
        parameter = program.angle_parameters[angle]
        scale, offset = program.angle_coefficients[angle, 0], program.angle_coefficients[angle, 1]
        for lane in range(len(lanes)):
            half = 0.5 * (offset + scale * rows[lane, parameter] if parameter >= 0 else offset)
            cos[angle, lane], sin[angle, lane] = np.cos(half), np.sin(half)
    for j in range(re.shape[1]):
        for lane in range(len(lanes)):
            re[0, j, lane], im[0, j, lane] = program.initial_state[0, j], program.initial_state[1, j]
    for position in range(operations.shape[0]):
        _apply(operations[position], program.signs[position], program.parity, cos, sin, 1.0, re, im, 1, lanes)
    _apply_observables(program, values, re, im, lanes)
    if not want_jacobian:
        return
    jacobian[:] = 0.0
    first_with_parameter = program.counts[2]
    for position in range(operations.shape[0] - 1, first_with_parameter - 1, -1):
        operation, sign = operations[position], program.signs[position]
        if operation[0] == ROTATION and program.angle_parameters[operation[3]] >= 0:
            parameter, scale = program.angle_parameters[operation[3]], program.angle_coefficients[operation[3], 0]
            for observable in range(program.counts[0]):
                for lane in range(len(lanes)):
                    slope = _derivative(operation, sign, program.parity, re, im, observable + 1, lane)
                    jacobian[lane, observable, parameter] += scale * slope
        if position > first_with_parameter:
            _apply(operation, sign, program.parity, cos, sin, -1.0, re, im, program.counts[0] + 1, lanes)


@compiled
def run_rows(program, rows, values, jacobian, want_jacobian, lanes):
    """Runs all rows, shape (rows, parameters), in blocks; a last block that is not full repeats its last row."""
    num_lanes, num_rows = len(lanes), rows.shape[0]
    num_angles, num_states = program.angle_parameters.shape[0], program.counts[0] + 1
    cos, sin = np.empty((num_angles, num_lanes)), np.empty((num_angles, num_lanes))
    re = np.empty((num_states, program.parity.shape[0], num_lanes))
    im = np.empty_like(re)
    for start in range(0, num_rows, num_lanes):
        stop = start + num_lanes
        if stop <= num_rows:
            derivatives = jacobian[start:stop] if want_jacobian else jacobian
            run_block(
                program, rows[start:stop], values[start:stop], derivatives, cos, sin, re, im, want_jacobian, lanes
            )
        else:
            padded = np.empty((num_lanes, rows.shape[1]))
            for lane in range(num_lanes):
                padded[lane] = rows[min(start + lane, num_rows - 1)]
            more_values = np.empty((num_lanes, values.shape[1]))
            more = np.empty((num_lanes if want_jacobian else 0, values.shape[1], rows.shape[1]))
            run_block(program, padded, more_values, more, cos, sin, re, im, want_jacobian, lanes)
            values[start:] = more_values[: num_rows - start]
            if want_jacobian:
                jacobian[start:] = more[: num_rows - start]


@compiled
def _evolve(program, row, lanes):
    values, jacobian = np.empty((1, program.counts[0])), np.empty((0, 0, 0))
    num_angles = program.angle_parameters.shape[0]
    cos, sin = np.empty((num_angles, 1)), np.empty((num_angles, 1))
    re = np.empty((program.counts[0] + 1, program.parity.shape[0], 1))
    im = np.empty_like(re)
    run_block(program, row.reshape(1, -1), values, jacobian, cos, sin, re, im, False, lanes)
    state = np.empty((2, program.parity.shape[0]))
    state[0], state[1] = re[0, :, 0], im[0, :, 0]
    return state


def evolve(program: Program, row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the final state, shape (2, 2^qubits): real and imaginary part, for one row of parameter values."""
    return _evolve(program, row, (0,))
