"""Carries the Clifford gates of a circuit to its end and into the observable, so that only Pauli rotations are left.

With C a Clifford gate and P a Pauli string, C†PC is a Pauli string again, up to its sign. Hence a rotation behind C is
another rotation before it, exp(−iθP/2) C = C exp(−iθ C†PC/2), and an observable O behind C is C†OC before it.
"""

from collections.abc import Sequence
from dataclasses import replace

from qnlnet.simulator.gates import CX, HADAMARD, ROTATION, Angle, Operation, Pauli


def absorb_cliffords(
    operations: list[Operation], strings: list[Pauli]
) -> tuple[list[Operation], list[tuple[int, Pauli]]]:
    """Rewrites a circuit and the Pauli strings that are measured behind it.

    Args:
        operations: The circuit.
        strings: The strings of its observables.

    Returns:
        The circuit's rotations, with other generators, and for each string its sign, 1 or −1, and the string that
        takes its place.
    """
    cliffords: list[Operation] = []
    rotations: list[Operation] = []
    for operation in operations:
        if operation.kind == ROTATION:
            sign, (x, z) = carry_forward(cliffords, (operation.x_mask, operation.z_mask))
            rotations.append(replace(operation, qubits=(), x_mask=x, z_mask=z, angle=_scale(operation.angle, sign)))
        else:
            cliffords.append(operation)
    return rotations, [carry_forward(cliffords, string) for string in strings]


def carry_forward(cliffords: Sequence[Operation], string: Pauli) -> tuple[int, Pauli]:
    """Returns sign and string of C†PC for the string P behind the gates C."""
    sign = 1
    for gate in reversed(cliffords):
        flips, string = conjugate(gate, string)
        sign = -sign if flips else sign
    return sign, string


def conjugate(gate: Operation, string: Pauli) -> tuple[bool, Pauli]:
    """Returns whether the sign changes in C†PC, and the string.

    Source: Aaronson and Gottesman 2004, arXiv quant-ph/0406196, Section III.
    """
    x, z = string
    first, second = gate.qubits[0], gate.qubits[-1]
    x1, z1, x2, z2 = x >> first & 1, z >> first & 1, x >> second & 1, z >> second & 1
    if gate.kind == HADAMARD:
        swap = (x1 ^ z1) << first
        return bool(x1 & z1), (x ^ swap, z ^ swap)
    if gate.kind == CX:
        return bool(x1 & z2 & (x2 ^ z1 ^ 1)), (x ^ x1 << second, z ^ z2 << first)
    return bool(x1 & x2 & (z1 ^ z2)), (x, z ^ x2 << first ^ x1 << second)  # CZ


def _scale(angle: Angle | None, sign: int) -> Angle | None:
    return angle and Angle(angle.parameter, sign * angle.scale, sign * angle.offset)
