"""The matrices of runs of rotations that all rows share: built once a call, and differentiated once a call.

A complex matrix U acts on blocks of real and imaginary parts as ((Re U, −Im U), (Im U, Re U)). Where the states before
it are real, the left half of that is enough; where U is real as well, Re U.
"""

import numpy as np

from qnlnet.compilation import cached_njit
from qnlnet.simulator.batches.linear import multiply
from qnlnet.simulator.batches.rotations import rotate, slopes

compiled = cached_njit()


@compiled
def build_matrices(plan, cos, sin, matrices, transposed):
    """Builds all matrices of a plan.

    Args:
        plan: The plan, in float64.
        cos: Of half of each angle, shape (angles,), float64; those that rows do not share are not read.
        sin: The same.
        matrices: Receives them, shape (matrices, 2 · dimension, 2 · dimension).
        transposed: Receives their transposes, shape of `matrices`.
    """
    dimension = plan.parity.shape[0]
    for step in range(plan.steps.shape[0]):
        index, parts_in, parts_out = plan.steps[step, 2], plan.steps[step, 3], plan.steps[step, 4]
        if index < 0:
            continue
        columns = _rotate_identity(plan, step, cos, sin)
        if plan.steps[step, 5]:
            before = columns.copy()
            multiply(plan.closing, before, columns, dimension)
        matrix, turned = matrices[index], transposed[index]
        for row in range(parts_out * dimension):
            for column in range(dimension):
                matrix[row, column] = turned[column, row] = columns[row, column]
                if parts_in == 2:
                    other = -columns[row + dimension, column] if row < dimension else columns[row - dimension, column]
                    matrix[row, column + dimension] = turned[column + dimension, row] = other


@compiled
def differentiate_matrices(plan, cos, sin, products, angle_slopes):
    """Adds what the matrices contribute to the slopes of the shared angles.

    Args:
        plan: The plan, in float64.
        cos: As in `build_matrices`.
        sin: The same.
        products: Σ λψᵀ over all rows, ψ the states before a matrix and λ those of the adjoint method behind it, shape
            (matrices, 2 · dimension, 2 · dimension).
        angle_slopes: Is added to, shape (angles,).
    """
    dimension = plan.parity.shape[0]
    slope = np.empty(dimension)
    for step in range(plan.steps.shape[0]):
        index, parts_in, parts_out = plan.steps[step, 2], plan.steps[step, 3], plan.steps[step, 4]
        if index < 0:
            continue
        product = products[index]
        bra = np.zeros((2 * dimension, dimension))
        for row in range(dimension):
            for column in range(dimension):
                bra[row, column] = product[row, column]
                if parts_out == 2:
                    bra[dimension + row, column] = product[dimension + row, column]
                if parts_in == 2:
                    bra[row, column] += product[dimension + row, dimension + column]
                    bra[dimension + row, column] -= product[row, dimension + column]
        if plan.steps[step, 5]:
            behind = bra.copy()
            multiply(plan.closing.T, behind, bra, dimension)
        columns = _rotate_identity(plan, step, cos, sin)
        for position in range(plan.steps[step, 1] - 1, plan.steps[step, 0] - 1, -1):
            generator, sign = plan.rotations[position], plan.signs[position]
            angle = generator[3]
            slopes(bra, columns, 2, generator, sign, plan.parity, slope, dimension)
            angle_slopes[angle] += slope.sum()
            c, s = np.full(dimension, cos[angle]), np.full(dimension, -sin[angle])
            rotate(columns, 2, generator, sign, plan.parity, c, s, dimension)
            rotate(bra, 2, generator, sign, plan.parity, c, s, dimension)


@compiled
def _rotate_identity(plan, step, cos, sin):
    """Returns real and imaginary parts of the product of a step's rotations, shape (2 · dimension, dimension)."""
    dimension = plan.parity.shape[0]
    columns = np.zeros((2 * dimension, dimension))
    for j in range(dimension):
        columns[j, j] = 1.0
    for position in range(plan.steps[step, 0], plan.steps[step, 1]):
        generator = plan.rotations[position]
        c, s = np.full(dimension, cos[generator[3]]), np.full(dimension, sin[generator[3]])
        rotate(columns, 2, generator, plan.signs[position], plan.parity, c, s, dimension)
    return columns
