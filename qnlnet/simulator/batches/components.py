"""Circuits that fall apart: once the Clifford gates are carried into the observables, some qubits never meet.

The state is then a product of states of groups of qubits, and the value of a Pauli string the product of the values of
its parts. A layer of rotations behind a layer of CNOTs on 12 qubits takes 12 states of one qubit, not one of 4,096
amplitudes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qnlnet.compilation import cached_njit
from qnlnet.simulator.clifford import absorb_cliffords
from qnlnet.simulator.gates import Operation, Pauli
from qnlnet.simulator.program import Term

compiled = cached_njit()


@dataclass(frozen=True)
class Component:
    """Qubits that never meet others.

    Attributes:
        rotations: What acts on them.
        strings: The Pauli strings whose values are wanted.
    """

    rotations: list[Operation]
    strings: list[Pauli]

    @property
    def columns(self) -> list[int]:
        """The columns that its angles depend on, in the order in which they come."""
        angles = [rotation.angle for rotation in self.rotations if rotation.angle is not None]
        return list(dict.fromkeys(angle.parameter for angle in angles if angle.parameter is not None))


@dataclass(frozen=True)
class Products:
    """Outputs as sums of products of the components' values, which stand side by side in a row.

    Attributes:
        outputs: The output of each term, shape (terms,).
        coefficients: Shape (terms,).
        ends: Where the factors of each term end, shape (terms,).
        factors: The columns of the values that are multiplied, one term after the other.
        count: How many outputs there are.
    """

    outputs: NDArray[np.int64]
    coefficients: NDArray[np.float64]
    ends: NDArray[np.int64]
    factors: NDArray[np.int64]
    count: int

    def values(self, parts: NDArray) -> NDArray:
        """Returns the outputs, shape (copies, rows, outputs), for values of components, (copies, rows, columns)."""
        values = np.zeros((*parts.shape[:2], self.count), parts.dtype)
        coefficients = self.coefficients.astype(parts.dtype)
        for copy, part in enumerate(parts):
            _multiply(self.outputs, coefficients, self.ends, self.factors, part, values[copy])
        return values

    def slopes(self, parts: NDArray, cotangent: NDArray) -> NDArray:
        """Returns the slopes of Σ cotangent · outputs, shape of `parts`."""
        slopes = np.zeros_like(parts)
        coefficients = self.coefficients.astype(parts.dtype)
        for copy, part in enumerate(parts):
            _differentiate(self.outputs, coefficients, self.ends, self.factors, part, cotangent[copy], slopes[copy])
        return slopes


def find_components(operations: Sequence[Operation], terms: Sequence[Term]) -> tuple[list[Component], list[Term]]:
    """Returns the groups of qubits that never meet, and the observables before the Clifford gates.

    Args:
        operations: The circuit.
        terms: The observables.
    """
    rotations, strings = absorb_cliffords(list(operations), [string for _, string, _ in terms])
    carried = [(output, string, sign * c) for (output, _, c), (sign, string) in zip(terms, strings, strict=True)]
    groups: list[int] = []
    for rotation in rotations:
        group = rotation.x_mask | rotation.z_mask
        for other in [other for other in groups if other & group]:
            groups.remove(other)
            group |= other
        groups.append(group)
    components = []
    for group in groups:
        inside = [_name_qubits(each) for each in rotations if (each.x_mask | each.z_mask) & group]
        local = dict.fromkeys((x & group, z & group) for _, (x, z), _ in carried)
        components.append(Component(inside, [string for string in local if any(string)]))
    return components, carried


def multiply_out(components: Sequence[Component], terms: Sequence[Term], outputs: int) -> Products:
    """Returns how the values of the components' strings, side by side, become the outputs."""
    columns: dict[Pauli, int] = {}
    for component in components:
        for string in component.strings:
            columns[string] = len(columns)
    supports = [sum({bit for x, z in part.strings for bit in _bits(x | z)}) for part in components]
    kept = []
    for output, (x, z), coefficient in terms:
        factors = [columns[x & group, z & group] for group in supports if (x | z) & group]
        idle = ~sum(supports)
        if not x & idle:  # ⟨Z⟩ is 1 where nothing acts, ⟨X⟩ and ⟨Y⟩ are 0
            kept.append((output, coefficient, factors))
    return Products(
        outputs=np.array([output for output, _, _ in kept], np.int64),
        coefficients=np.array([coefficient for _, coefficient, _ in kept], np.float64),
        ends=np.cumsum([len(factors) for _, _, factors in kept], dtype=np.int64),
        factors=np.array([column for _, _, factors in kept for column in factors], np.int64),
        count=outputs,
    )


def _bits(mask: int) -> list[int]:
    return [1 << qubit for qubit in range(mask.bit_length()) if mask >> qubit & 1]


def _name_qubits(rotation: Operation) -> Operation:
    mask = rotation.x_mask | rotation.z_mask
    return replace(rotation, qubits=tuple(bit.bit_length() - 1 for bit in _bits(mask)))


@compiled
def _multiply(outputs, coefficients, ends, factors, parts, values):
    for row in range(parts.shape[0]):
        first = 0
        for term in range(outputs.shape[0]):
            product = coefficients[term]
            for place in range(first, ends[term]):
                product *= parts[row, factors[place]]
            values[row, outputs[term]] += product
            first = ends[term]


@compiled
def _differentiate(outputs, coefficients, ends, factors, parts, cotangent, slopes):
    before = np.empty(parts.shape[1] + 1, parts.dtype)
    for row in range(parts.shape[0]):
        first = 0
        for term in range(outputs.shape[0]):
            last = ends[term]
            before[0] = coefficients[term] * cotangent[row, outputs[term]]
            for place in range(first, last):
                before[place - first + 1] = before[place - first] * parts[row, factors[place]]
            behind = parts.dtype.type(1)
            for place in range(last - 1, first - 1, -1):
                slopes[row, factors[place]] += before[place - first] * behind
                behind *= parts[row, factors[place]]
            first = last
