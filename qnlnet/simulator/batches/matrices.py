"""The matrices of runs of rotations that all rows share: built once a call, and differentiated once a call.

A complex matrix U acts on blocks of real and imaginary parts as ((Re U, −Im U), (Im U, Re U)). Where the states before
it are real, the left half of that is enough; where U is real as well, Re U.
"""

import numpy as np

from qnlnet.compilation import cached_njit
from qnlnet.simulator.batches.linear import multiply
from qnlnet.simulator.batches.one_angle import rotate_columns, undo_columns

compiled = cached_njit()


@compiled
def build_matrices(plan, cos, sin, columns, matrices, transposed):
    """Builds all matrices of a plan.

    Args:
        plan: The plan, in float64.
        cos: Of half of each angle, shape (angles,), float64; those that rows do not share are not read.
        sin: The same.
        columns: Zeros; receives the product of each matrix's rotations, in each row all real parts and then all
            imaginary ones, shape (matrices, dimension, 2 · dimension).
        matrices: Receives them, shape (matrices, 2 · dimension, 2 · dimension).
        transposed: Receives their transposes, shape of `matrices`.
    """
    dimension = plan.parity.shape[0] if plan.counts[4] else 0  # without a matrix there is nothing to hold
    whole = np.empty((2 * dimension, dimension))
    for step in range(plan.steps.shape[0]):
        index, parts_in, parts_out = plan.steps[step, 2], plan.steps[step, 3], plan.steps[step, 4]
        if index < 0:
            continue
        block = columns[index]
        for row in range(dimension):
            block[row, row] = 1.0
        for position in range(plan.steps[step, 0], plan.steps[step, 1]):
            generator = plan.rotations[position]
            c, s = cos[generator[3]], sin[generator[3]]
            rotate_columns(block, generator, plan.signs[position], plan.parity, c, s)
        whole[:dimension], whole[dimension:] = block[:, :dimension], block[:, dimension:]
        if plan.steps[step, 5]:
            multiply(plan.closing, whole.copy(), whole, dimension)
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
    dimension = plan.parity.shape[0] if plan.counts[4] else 0  # without a matrix there is nothing to hold
    bra, stacked = np.empty((dimension, 2 * dimension)), np.empty((2 * dimension, dimension))
    for step in range(plan.steps.shape[0]):
        index, parts_in, parts_out = plan.steps[step, 2], plan.steps[step, 3], plan.steps[step, 4]
        if index < 0:
            continue
        product = products[index]
        stacked[:] = 0
        for row in range(dimension):
            for column in range(dimension):
                stacked[row, column] = product[row, column]
                if parts_out == 2:
                    stacked[dimension + row, column] = product[dimension + row, column]
                if parts_in == 2:
                    stacked[row, column] += product[dimension + row, dimension + column]
                    stacked[dimension + row, column] -= product[row, dimension + column]
        if plan.steps[step, 5]:
            multiply(plan.closing.T, stacked.copy(), stacked, dimension)
        bra[:, :dimension], bra[:, dimension:] = stacked[:dimension], stacked[dimension:]
        for position in range(plan.steps[step, 1] - 1, plan.steps[step, 0] - 1, -1):
            generator, sign = plan.rotations[position], plan.signs[position]
            angle = generator[3]
            c, s = cos[angle], sin[angle]
            angle_slopes[angle] += undo_columns(bra, columns[index], generator, sign, plan.parity, c, s)
