"""The matrices of runs of rotations that all rows share: built once a call, and differentiated once a call.

A complex matrix U acts on blocks of real and imaginary parts as ((Re U, −Im U), (Im U, Re U)). Where the states before
it are real, the left half of that is enough; where U is real as well, Re U.
"""

import numpy as np

from qnlnet.compilation import cached_njit
from qnlnet.simulator.batches.linear import multiply
from qnlnet.simulator.batches.rotations import rotate, undo_with_slopes

compiled = cached_njit()


@compiled
def build_matrices(plan, cos, sin, columns, matrices, transposed):
    """Builds all matrices of a plan.

    Args:
        plan: The plan, in float64.
        cos: Of half of each angle, shape (angles,), float64; those that rows do not share are not read.
        sin: The same.
        columns: Zeros; receives real and imaginary parts of the product of each matrix's rotations, shape
            (matrices, 2 · dimension, dimension).
        matrices: Receives them, shape (matrices, 2 · dimension, 2 · dimension).
        transposed: Receives their transposes, shape of `matrices`.
    """
    dimension = plan.parity.shape[0]
    for step in range(plan.steps.shape[0]):
        index, parts_in, parts_out = plan.steps[step, 2], plan.steps[step, 3], plan.steps[step, 4]
        if index < 0:
            continue
        _rotate_identity(plan, step, cos, sin, columns[index])
        whole = columns[index]
        if plan.steps[step, 5]:
            whole = np.empty((2 * dimension, dimension))
            multiply(plan.closing, columns[index], whole, dimension)
        matrix, turned = matrices[index], transposed[index]
        for row in range(parts_out * dimension):
            for column in range(dimension):
                matrix[row, column] = turned[column, row] = whole[row, column]
                if parts_in == 2:
                    other = -whole[row + dimension, column] if row < dimension else whole[row - dimension, column]
                    matrix[row, column + dimension] = turned[column + dimension, row] = other


@compiled
def differentiate_matrices(plan, cos, sin, columns, products, angle_slopes):
    """Adds what the matrices contribute to the slopes of the shared angles.

    Args:
        plan: The plan, in float64.
        cos: As in `build_matrices`.
        sin: The same.
        columns: What `build_matrices` left there; is used up.
        products: Σ λψᵀ over all rows, ψ the states before a matrix and λ those of the adjoint method behind it, shape
            (matrices, 2 · dimension, 2 · dimension).
        angle_slopes: Is added to, shape (angles,).
    """
    dimension = plan.parity.shape[0]
    slope, c, s = np.empty(dimension), np.empty(dimension), np.empty(dimension)
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
        for position in range(plan.steps[step, 1] - 1, plan.steps[step, 0] - 1, -1):
            generator, sign = plan.rotations[position], plan.signs[position]
            angle = generator[3]
            c[:], s[:] = cos[angle], sin[angle]
            undo_with_slopes(bra, columns[index], generator, sign, plan.parity, c, s, slope, dimension)
            angle_slopes[angle] += slope.sum()


@compiled
def _rotate_identity(plan, step, cos, sin, columns):
    """Writes real and imaginary parts of the product of a step's rotations into zeros, (2 · dimension, dimension)."""
    dimension = plan.parity.shape[0]
    c, s = np.empty(dimension), np.empty(dimension)
    for j in range(dimension):
        columns[j, j] = 1.0
    for position in range(plan.steps[step, 0], plan.steps[step, 1]):
        generator = plan.rotations[position]
        c[:], s[:] = cos[generator[3]], sin[generator[3]]
        rotate(columns, 2, generator, plan.signs[position], plan.parity, c, s, dimension)
