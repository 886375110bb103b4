"""The beginning of a wide circuit, before its qubits meet: a product of one-qubit states, multiplied out once.

Rotations of single qubits that come before all others act on states of two amplitudes, not of 2ⁿ. Going backwards, the
bra is contracted with the states of all other qubits, one qubit after the other, which takes 2ⁿ⁺² products for all
of them together.
"""

from qnlnet.compilation import cached_njit
from qnlnet.simulator.batches.rotations import rotate

compiled = cached_njit()  # no fast-math: lanes of vectors and single ones would round apart


@compiled
def build_product(plan, cos, sin, factors, state, lanes):
    """Writes the one-qubit states into `factors`, shape (qubits, 4, lanes or more), and their product into `state`."""
    dimension = plan.parity.shape[0]
    for qubit in range(plan.factors.shape[0]):
        factor = factors[qubit]
        factor[:] = 0
        factor[0] = 1
        for position in range(plan.factors[qubit, 0], plan.factors[qubit, 1]):
            generator = plan.rotations[position]
            angle = generator[3]
            rotate(factor, 2, generator, plan.signs[position], plan.parity[:2], cos[angle], sin[angle], lanes)
    for lane in range(lanes):
        state[0, lane], state[dimension, lane] = 1, 0
    for qubit in range(plan.factors.shape[0]):
        size = 1 << qubit
        for j in range(size):
            _append(factors[qubit], state, j, j, j + size, lanes)


@compiled
def _append(factor, state, source, low, high, lanes):
    """Writes an amplitude times those of one more qubit to the places `low` and `high`."""
    dimension = state.shape[0] // 2
    for lane in range(lanes):
        a, b = state[source, lane], state[dimension + source, lane]
        c, d, e, f = factor[0, lane], factor[1, lane], factor[2, lane], factor[3, lane]
        state[high, lane], state[dimension + high, lane] = a * d - b * f, a * f + b * d
        state[low, lane], state[dimension + low, lane] = a * c - b * e, a * e + b * c


@compiled
def contract(plan, factors, bra, room, bras, lanes):
    """Writes what the bra is for each qubit, all others contracted, into `bras`, shape of `factors`.

    Args:
        plan: The plan.
        factors: The one-qubit states.
        bra: λ behind the product, shape (2 · dimension, lanes or more); is used up.
        room: Working space of the same shape.
        bras: Receives the result.
        lanes: How many columns are computed.
    """
    dimension, qubits = plan.parity.shape[0], plan.factors.shape[0]
    # The product of the first q qubits stands from 2^q on.
    for lane in range(lanes):
        room[1, lane], room[dimension + 1, lane] = 1, 0
    for qubit in range(qubits - 1):
        size = 1 << qubit
        for j in range(size):
            _append(factors[qubit], room, size + j, 2 * size + j, 3 * size + j, lanes)
    for qubit in range(qubits - 1, -1, -1):
        size, factor, own = 1 << qubit, factors[qubit], bras[qubit]
        own[:] = 0
        for j in range(size):
            for lane in range(lanes):
                a, b = room[size + j, lane], room[dimension + size + j, lane]
                re, im = bra[j, lane], bra[dimension + j, lane]
                more, imore = bra[size + j, lane], bra[dimension + size + j, lane]
                own[0, lane] += a * re + b * im
                own[2, lane] += a * im - b * re
                own[1, lane] += a * more + b * imore
                own[3, lane] += a * imore - b * more
                c, d, e, f = factor[0, lane], factor[1, lane], factor[2, lane], factor[3, lane]
                bra[j, lane] = c * re + e * im + d * more + f * imore
                bra[dimension + j, lane] = c * im - e * re + d * imore - f * more
