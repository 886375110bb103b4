"""Blocks of rows through a plan: forwards to the outputs, backwards to the slopes of a weighted sum of them.

Adjoint method with one bra for all outputs: with |ψ⟩ the final state and λ = Σ c_o O_o|ψ⟩ for the weights c of the
outputs, the slope of an angle is Im⟨λ|G|ψ⟩ behind its rotation (Jones and Gacon 2020, arXiv 2009.02823). A step that
all rows share costs one product with its matrix, forwards and backwards, however many gates it is made of.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qnlnet.compilation import cached_njit
from qnlnet.simulator.batches.factors import build_product, contract
from qnlnet.simulator.batches.linear import add_products, multiply
from qnlnet.simulator.batches.matrices import build_matrices, differentiate_matrices
from qnlnet.simulator.batches.rotations import rotate, slopes, undo_with_slopes
from qnlnet.simulator.batches.states import load_start, read_out, slopes_of_start, weigh_outputs
from qnlnet.simulator.trigonometry import cos_sin

compiled = cached_njit()
inlined = cached_njit(inline=True)

CHUNK = 16  # blocks whose sums over rows are added up together


class Shared(NamedTuple):
    """What all rows of a copy share, computed once a call.

    Attributes:
        cos: Cosines of half of the shared angles at their places, shape (angles,), float64.
        sin: Their sines.
        columns: The product of each matrix's rotations, shape (matrices, dimension, 2 · dimension), float64.
        matrices: Of the steps, shape (matrices, 2 · dimension, 2 · dimension).
        transposed: Their transposes.
    """

    cos: NDArray[np.float64]
    sin: NDArray[np.float64]
    columns: NDArray[np.float64]
    matrices: NDArray
    transposed: NDArray


class Scratch(NamedTuple):
    """Working space for a block of rows.

    Attributes:
        half: Half the angles of rows, shape (such angles, lanes), float64.
        cos: Cosines of half of all angles, shape (angles, lanes).
        sin: Their sines.
        states: Before each matrix, and at the end, shape (matrices + 1, 2 · dimension, lanes).
        bra: λ, and room for what a matrix makes of it, shape (2, 2 · dimension, lanes).
        squares: Probabilities, then their slopes, shape (dimension, lanes).
        outputs: Shape (outputs rounded up to 4, lanes).
        slope: Of one angle, shape (lanes,).
        norms: One over the norm of the amplitudes that were given, shape (lanes,).
        factors: States of single qubits, shape (qubits, 4, lanes), or of none.
        factor_bras: λ for each of them.
    """

    half: NDArray[np.float64]
    cos: NDArray
    sin: NDArray
    states: NDArray
    bra: NDArray
    squares: NDArray
    outputs: NDArray
    slope: NDArray
    norms: NDArray
    factors: NDArray
    factor_bras: NDArray


@inlined
def prepare(exact, plan, values):
    """Computes what the rows of a copy share.

    Args:
        exact: The plan in float64.
        plan: The plan in the type that rows are computed in.
        values: What rows share, shape (shared,).
    """
    num_angles = exact.angle_columns.shape[0]
    half, cos, sin = np.empty((1, num_angles)), np.empty((1, num_angles)), np.empty((1, num_angles))
    for angle in range(num_angles):
        column = exact.angle_columns[angle]
        scale, offset = exact.angle_coefficients[angle, 0], exact.angle_coefficients[angle, 1]
        is_known = angle >= exact.counts[3] and column >= 0
        half[0, angle] = 0.5 * (offset + scale * values[column]) if is_known else 0.5 * offset
    cos_sin(half, cos, sin, num_angles)
    count, size = plan.counts[4], 2 * plan.parity.shape[0]
    matrices, transposed = np.empty((count, size, size)), np.empty((count, size, size))
    columns = np.zeros((count, size // 2, size))
    build_matrices(exact, cos[0], sin[0], columns, matrices, transposed)
    return Shared(cos[0], sin[0], columns, matrices.astype(plan.parity.dtype), transposed.astype(plan.parity.dtype))


@inlined
def finish(exact, shared, products, angle_slopes, by_shared):
    """Adds the slopes of what rows share, shape (shared,), from what `run_chunks` left of each chunk."""
    total, slope = np.zeros(products.shape[1:]), np.zeros(angle_slopes.shape[1])
    for chunk in range(products.shape[0]):
        total += products[chunk]
        slope += angle_slopes[chunk]
    differentiate_matrices(exact, shared.cos, shared.sin, shared.columns, total, slope)
    for angle in range(exact.counts[3], slope.shape[0]):
        if exact.angle_columns[angle] >= 0:
            by_shared[exact.angle_columns[angle]] += exact.angle_coefficients[angle, 0] * slope[angle]


@inlined
def run_chunks(
    plan, shared, rows, cotangent, values, row_slopes, products, angle_slopes, want_shared, scratch, block, first, last
):
    """Runs chunks of `CHUNK` blocks of rows.

    Sums over rows are kept apart for each chunk, so that they are the same whoever runs which.

    Args:
        plan: What runs.
        shared: What `prepare` returned.
        rows: What is each row's own: amplitudes, if any, then angles in radians; shape (rows, columns).
        cotangent: What each output is multiplied with, shape (rows, outputs). Without rows nothing is differentiated.
        values: Receives the outputs, shape (rows, outputs). Without rows they are not computed.
        row_slopes: Is added to, shape of `rows`; without rows they are not computed.
        products: Is added to, shape (chunks, matrices, 2 · dimension, 2 · dimension), float64; see
            `differentiate_matrices`.
        angle_slopes: Is added to, shape (chunks, angles), float64.
        want_shared: Whether the slopes of what rows share are computed.
        scratch: What `allocate` gave.
        block: How many rows go together.
        first: The first chunk.
        last: The last one + 1.
    """
    num_rows = rows.shape[0]
    for angle in range(scratch.half.shape[0], scratch.cos.shape[0]):
        for lane in range(scratch.cos.shape[1]):
            scratch.cos[angle, lane], scratch.sin[angle, lane] = shared.cos[angle], shared.sin[angle]
    final = scratch.states[-1]
    for start in range(first * CHUNK * block, min(last * CHUNK * block, num_rows), block):
        stop, chunk = min(start + block, num_rows), start // (CHUNK * block)
        lanes, some = stop - start, rows[start:stop]
        _forward(plan, shared, some, scratch, lanes)
        if values.shape[0]:
            read_out(plan, final, scratch.squares, scratch.outputs, values[start:stop], lanes)
        if cotangent.shape[0]:
            weigh_outputs(plan, final, scratch.squares, scratch.outputs, cotangent[start:stop], scratch.bra[0], lanes)
            slopes_of_some, sums = row_slopes[start:stop], angle_slopes[chunk]
            _backward(plan, shared, some, slopes_of_some, products[chunk], sums, want_shared, scratch, lanes)


@compiled
def run_alone(exact, plan, shared, rows, cotangent, values, row_slopes, want_shared, block):
    """Does what `prepare`, `run_chunks` and `finish` do, for all copies in one call.

    Args:
        exact: The plan in float64.
        plan: The plan in the type that rows are computed in.
        shared: What the rows of each copy share, shape (copies, shared).
        rows: As in `run_chunks`, with copies in front, as all that follow.
        cotangent: As in `run_chunks`.
        values: As in `run_chunks`.
        row_slopes: As in `run_chunks`.
        want_shared: As in `run_chunks`.
        block: As in `run_chunks`.

    Returns:
        The slopes of what rows share, shape (copies, shared).
    """
    chunks = -(-rows.shape[1] // (CHUNK * block))
    kept = chunks if cotangent.shape[1] else 0
    count, size = plan.counts[4], 2 * plan.parity.shape[0]
    by_shared = np.zeros(shared.shape)
    scratch = allocate(plan, min(block, rows.shape[1]))
    for copy in range(rows.shape[0]):
        common = prepare(exact, plan, shared[copy])
        products, sums = np.zeros((kept, count, size, size)), np.zeros((kept, plan.angle_columns.shape[0]))
        some, weights, outputs, by_rows = rows[copy], cotangent[copy], values[copy], row_slopes[copy]
        run_chunks(
            plan, common, some, weights, outputs, by_rows, products, sums, want_shared, scratch, block, 0, chunks
        )
        if kept and want_shared:
            finish(exact, common, products, sums, by_shared[copy])
    return by_shared


@inlined
def allocate(plan, lanes):
    """Returns working space for blocks of so many rows."""
    dimension, angles = plan.parity.shape[0], plan.angle_columns.shape[0]
    real = plan.parity.dtype
    return Scratch(
        half=np.empty((plan.counts[3], lanes)),
        cos=np.empty((angles, lanes), real),
        sin=np.empty((angles, lanes), real),
        states=np.empty((plan.counts[4] + 1, 2 * dimension, lanes), real),
        bra=np.empty((2, 2 * dimension, lanes), real),
        squares=np.empty((dimension, lanes), real),
        outputs=np.zeros(((plan.counts[0] + 3) // 4 * 4, lanes), real),
        slope=np.empty(lanes, real),
        norms=np.empty(lanes, real),
        factors=np.empty((plan.factors.shape[0], 4, lanes), real),
        factor_bras=np.empty((plan.factors.shape[0], 4, lanes), real),
    )


@inlined
def _forward(plan, shared, rows, scratch, lanes):
    """Leaves the final states in the last of `scratch.states`."""
    dimension, states = plan.parity.shape[0], scratch.states
    for angle in range(scratch.half.shape[0]):
        column = plan.angle_columns[angle]
        scale, offset = plan.angle_coefficients[angle, 0], plan.angle_coefficients[angle, 1]
        for lane in range(lanes):
            scratch.half[angle, lane] = 0.5 * (offset + scale * rows[lane, column])
    cos_sin(scratch.half, scratch.cos, scratch.sin, lanes)
    if plan.factors.shape[0]:
        build_product(plan, scratch.cos, scratch.sin, scratch.factors, states[0], lanes)
    else:
        load_start(plan, rows, states[0], scratch.norms, scratch.slope, lanes)
    for step in range(plan.steps.shape[0]):
        index, parts_in, parts_out = plan.steps[step, 2], plan.steps[step, 3], plan.steps[step, 4]
        state = states[plan.steps[step, 6]]
        if index >= 0:
            matrix = shared.matrices[index, : parts_out * dimension, : parts_in * dimension]
            multiply(matrix, state, states[index + 1], lanes)
            if parts_out == 1:
                states[index + 1, dimension:] = 0
            continue
        for position in range(plan.steps[step, 0], plan.steps[step, 1]):
            generator = plan.rotations[position]
            cos, sin = scratch.cos[generator[3]], scratch.sin[generator[3]]
            rotate(state, parts_out, generator, plan.signs[position], plan.parity, cos, sin, lanes)


@inlined
def _backward(plan, shared, rows, row_slopes, products, angle_slopes, want_shared, scratch, lanes):
    """Goes back from λ, which stands in the first half of `scratch.bra`, as far as something is wanted."""
    dimension, parity = plan.parity.shape[0], plan.parity
    want_rows, here = row_slopes.shape[0] > 0, 0
    first = 0 if want_rows else plan.counts[7]
    for step in range(plan.steps.shape[0] - 1, first - 1, -1):
        index, parts_in, parts_out = plan.steps[step, 2], plan.steps[step, 3], plan.steps[step, 4]
        state, bra = scratch.states[plan.steps[step, 6]], scratch.bra[here]
        if index >= 0:
            if want_shared:
                add_products(bra[: parts_out * dimension], state[: parts_in * dimension], products[index], lanes)
            if want_rows or step > first:
                matrix = shared.transposed[index, : parts_in * dimension, : parts_out * dimension]
                multiply(matrix, bra, scratch.bra[1 - here], lanes)
                here = 1 - here
            continue
        begin, end = plan.steps[step, 0], plan.steps[step, 1]
        _undo(plan, begin, end, parts_out, bra, state, parity, row_slopes, angle_slopes, want_shared, scratch, lanes)
    if plan.factors.shape[0]:
        bras = scratch.factor_bras
        contract(plan, scratch.factors, scratch.bra[here], scratch.states[0], bras, lanes)
        for qubit in range(plan.factors.shape[0]):
            begin, end = plan.factors[qubit, 0], plan.factors[qubit, 1]
            bra, state, parity = bras[qubit], scratch.factors[qubit], plan.parity[:2]
            _undo(plan, begin, end, 2, bra, state, parity, row_slopes, angle_slopes, want_shared, scratch, lanes)
    if want_rows and plan.counts[1]:
        slopes_of_start(plan, scratch.bra[here], rows, row_slopes, scratch.norms, scratch.slope, lanes)


@inlined
def _undo(plan, first, last, parts, bra, ket, parity, row_slopes, angle_slopes, want_shared, scratch, lanes):
    """Adds the slopes of rotations, the last one first, and undoes those that something earlier sees."""
    slope = scratch.slope
    for position in range(last - 1, first - 1, -1):
        generator, sign = plan.rotations[position], plan.signs[position]
        angle, undo = generator[3], generator[4]
        column, is_shared = plan.angle_columns[angle], angle >= scratch.half.shape[0]
        cos, sin = scratch.cos[angle], scratch.sin[angle]
        wanted = column >= 0 and (want_shared if is_shared else row_slopes.shape[0] > 0)
        if wanted and undo and parts == 2:
            undo_with_slopes(bra, ket, generator, sign, parity, cos, sin, slope, lanes)
        elif wanted:
            slopes(bra, ket, parts, generator, sign, parity, slope, lanes)
        if undo and not (wanted and parts == 2):
            rotate(ket, parts, generator, -sign, parity, cos, sin, lanes)
            rotate(bra, parts, generator, -sign, parity, cos, sin, lanes)
        if wanted and is_shared:
            angle_slopes[angle] += slope[:lanes].sum()
        elif wanted:
            factor = slope.dtype.type(plan.angle_coefficients[angle, 0])
            for lane in range(lanes):
                row_slopes[lane, column] += factor * slope[lane]
