"""What is measured at the end of a plan: expectation values of Pauli sums, or probabilities of outcomes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from qnlnet.simulator.clifford import carry_forward
from qnlnet.simulator.gates import Operation
from qnlnet.simulator.program import Term


@dataclass(frozen=True)
class Readout(ABC):
    """What the outputs are.

    Attributes:
        terms: The Pauli strings that they depend on, each with a number and a coefficient.
    """

    terms: tuple[Term, ...]

    @property
    @abstractmethod
    def count(self) -> int:
        """How many outputs there are."""

    @abstractmethod
    def diagonals(self, num_qubits: int) -> NDArray[np.float64]:
        """Returns the diagonals of the outputs as operators, shape (count, 2^qubits)."""

    @property
    def is_diagonal(self) -> bool:
        """Whether no string has an X or a Y."""
        return not any(x for _, (x, _), _ in self.terms)

    def on(self, terms: Sequence[Term]) -> Self:
        """Returns the same of other terms."""
        return replace(self, terms=tuple(terms))

    def carry(self, cliffords: Sequence[Operation]) -> Self:
        """Returns what stands in its place before some Clifford gates."""
        carried = [(number, carry_forward(cliffords, string), c) for number, string, c in self.terms]
        return self.on([(number, string, sign * c) for number, (sign, string), c in carried])


@dataclass(frozen=True)
class Expectations(Readout):
    """Expectation values of real sums of Pauli strings; the number of a term is that of its output.

    Attributes:
        outputs: How many.
    """

    outputs: int

    @property
    def count(self) -> int:
        return self.outputs

    def diagonals(self, num_qubits: int) -> NDArray[np.float64]:
        diagonals = np.zeros((self.outputs, 1 << num_qubits))
        for output, (_, z), coefficient in self.terms:
            diagonals[output] += coefficient * (1 - 2.0 * _parities(z, num_qubits))
        return diagonals


@dataclass(frozen=True)
class Outcomes(Readout):
    """Probabilities of what a measurement gives; term k is bit k of the outcome, Z or what stands in its place.

    Attributes:
        outcomes: Whose probabilities are the outputs.
    """

    outcomes: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.outcomes)

    def diagonals(self, num_qubits: int) -> NDArray[np.float64]:
        found = np.zeros(1 << num_qubits, np.int64)
        for bit, (_, z), sign in self.terms:
            found |= (_parities(z, num_qubits) ^ (sign < 0)) << bit
        return np.equal(np.array(self.outcomes, np.int64)[:, np.newaxis], found).astype(np.float64)


def _parities(z: int, num_qubits: int) -> NDArray[np.int64]:
    """Returns 1 for the indices with an odd number of ones under the mask `z`, else 0; shape (2^qubits,)."""
    return np.bitwise_count(np.arange(1 << num_qubits) & z).astype(np.int64) % 2
