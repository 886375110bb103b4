"""Which gates of a circuit can reach an observable, computed from the circuit alone.

The observable is carried backwards through the circuit (the Heisenberg picture) as the set of Pauli strings that
can occur in it, whatever the parameters are. A gate that commutes with every string of the set leaves the
expectation value alone: it can be dropped, and the derivative with respect to its angle is zero. If at the start
no string is left without X and Y, the expectation value in |0…0⟩ is zero for all parameters.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from qnlnet.simulator.clifford import conjugate
from qnlnet.simulator.gates import CX, HADAMARD, ROTATION, Operation, Pauli

MAX_STRINGS = 4096  # beyond this the set costs more than it saves; everything earlier is kept


@dataclass(frozen=True)
class LightCone:
    """What can reach an observable.

    Attributes:
        reaching: The positions of the operations that reach the observable, in order.
        vanishes: True when the expectation value is zero for all parameters.
    """

    reaching: tuple[int, ...]
    vanishes: bool


def find_light_cone(operations: list[Operation], strings: Iterable[Pauli]) -> LightCone:
    """Finds the operations that can reach an observable made of the Pauli strings `strings`."""
    cone = set(strings)
    reaching: list[int] = []
    for position in range(len(operations) - 1, -1, -1):
        operation = operations[position]
        generators = _generators(operation)
        if all(commute(generator, string) for generator in generators for string in cone):
            continue
        reaching.append(position)
        cone = {image for string in cone for image in _conjugate(operation, string)}
        if len(cone) > MAX_STRINGS:
            return LightCone((*range(position), *reversed(reaching)), vanishes=False)
    return LightCone(tuple(reversed(reaching)), vanishes=all(x for x, _ in cone))


def _generators(operation: Operation) -> tuple[Pauli, ...]:
    """Returns Pauli strings such that the gate commutes with each string that commutes with all of them."""
    if operation.kind == ROTATION:
        return ((operation.x_mask, operation.z_mask),)
    bits = [1 << qubit for qubit in operation.qubits]
    if operation.kind == HADAMARD:
        return (bits[0], 0), (0, bits[0])
    if operation.kind == CX:
        return (0, bits[0]), (bits[1], 0)
    return (0, bits[0]), (0, bits[1])


def commute(a: Pauli, b: Pauli) -> bool:
    """Returns whether two Pauli strings commute."""
    return ((a[0] & b[1]).bit_count() + (a[1] & b[0]).bit_count()) % 2 == 0


def _conjugate(operation: Operation, string: Pauli) -> tuple[Pauli, ...]:
    """Returns the strings that can occur in U† P U, without their coefficients."""
    x, z = string
    if operation.kind == ROTATION:
        generator = (operation.x_mask, operation.z_mask)
        if commute(generator, string):
            return (string,)
        return string, (x ^ generator[0], z ^ generator[1])
    return (conjugate(operation, string)[1],)
