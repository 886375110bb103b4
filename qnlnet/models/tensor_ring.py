"""States as rings of tensors, cut to a rank: how a circuit whose gates act on neighbours in a ring was computed.

Source: Peddireddy, Bansal, Jacob, Aggarwal 2022, arXiv 2201.08878, and their code. Qubit k has a tensor with the axes
left, right and bit; its right axis is the left one of qubit k + 1, and the last qubit meets the first. A gate on two
neighbours joins their tensors, and a singular value decomposition parts them again, of whose values the largest stay.
This is no trained part of any model; those compute states exactly.

The authors' code keeps the right singular vectors of values that are zero, which are arbitrary. They change nothing
where they arise, but later decompositions see them, so that a cut may drop what belongs to the state: their ring is
wrong at some ranks that would do, and differently so with another library of linear algebra. `clean` sets them to zero.
"""

from functools import reduce

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qnlnet.errors import argument_error, check_at_least

_NULL = 1e-12  # of a singular value, as a share of the largest

Complex = NDArray[np.complex128]


class TensorRing:
    """The state |0…0⟩ of some qubits as a ring of tensors, on which gates can act.

    Args:
        num_qubits: Qubits, at least 1.
        rank: Length of the axes between neighbours, at least 1.
        clean: Whether singular vectors of values that are zero become zero; the authors' code keeps them.

    Attributes:
        tensors: One for each qubit, complex128, shape (rank, rank, 2): left, right and bit.

    Example:
        >>> from qiskit.circuit import QuantumCircuit
        >>> circuit = QuantumCircuit(40)
        >>> _ = circuit.h(0)
        >>> for qubit in range(39):
        ...     _ = circuit.cx(qubit, qubit + 1)
        >>> ring = TensorRing.run(circuit, rank=2)
        >>> round(ring.probability("1" * 40), 6), round(ring.norm, 6)
        (0.5, 1.0)
    """

    def __init__(self, num_qubits: int, rank: int, *, clean: bool = True) -> None:
        check_at_least("num_qubits", num_qubits, 1)
        check_at_least("rank", rank, 1)
        self.num_qubits = num_qubits
        self.rank = rank
        self.clean = clean
        zero = np.zeros((rank, rank, 2), np.complex128)
        zero[0, 0, 0] = 1
        self.tensors = [zero.copy() for _ in range(num_qubits)]

    @classmethod
    def run(cls, circuit: QuantumCircuit, rank: int, *, clean: bool = True) -> "TensorRing":
        """Returns the state that a circuit makes of |0…0⟩.

        Args:
            circuit: Gates with numbers as angles, on one qubit or on two that are neighbours in the ring.
            rank: As for the class.
            clean: As for the class.

        Raises:
            ArgumentError: Gates act on other qubits, or have parameters without a number.
        """
        if circuit.parameters:
            names = ", ".join(parameter.name for parameter in circuit.parameters)
            raise argument_error("circuit", "have numbers in place of all parameters", names)
        ring = cls(circuit.num_qubits, rank, clean=clean)
        for gate in circuit.data:
            ring.apply(gate.operation.to_matrix(), *(circuit.find_bit(qubit).index for qubit in gate.qubits))
        return ring

    def apply(self, matrix: Complex, *qubits: int) -> None:
        """Lets a gate act.

        Args:
            matrix: Its unitary as Qiskit has it: bit k of an index is that of the k-th of `qubits`.
            qubits: One, or two neighbours.

        Raises:
            ArgumentError: There are more qubits, or they are no neighbours.
        """
        if len(qubits) == 1:
            self.tensors[qubits[0]] = np.einsum("ab,lrb->lra", matrix, self.tensors[qubits[0]])
            return
        if len(qubits) == 2:
            gate = np.reshape(matrix, (2, 2, 2, 2))  # of the second qubit and the first, after and before
            for pair, matched in ((qubits, gate.transpose(1, 0, 3, 2)), (qubits[::-1], gate)):
                if pair[1] == (pair[0] + 1) % self.num_qubits:
                    self._apply_to_neighbours(matched, *pair)
                    return
        raise argument_error("qubits", f"be one, or two neighbours in a ring of {self.num_qubits}", list(qubits))

    def _apply_to_neighbours(self, gate: Complex, first: int, second: int) -> None:
        pair = np.einsum("abcd,lmc,mrd->larb", gate, self.tensors[first], self.tensors[second])
        left, values, right = np.linalg.svd(pair.reshape(2 * self.rank, 2 * self.rank))
        left, values, right = left[:, : self.rank], values[: self.rank], right[: self.rank]
        if self.clean:
            is_null = values <= _NULL * values[0]
            values, right = np.where(is_null, 0, values), np.where(is_null[:, np.newaxis], 0, right)
        self.tensors[first] = (left * values).reshape(self.rank, 2, self.rank).transpose(0, 2, 1)
        self.tensors[second] = right.reshape(self.rank, self.rank, 2)

    @property
    def norm(self) -> float:
        """⟨ψ|ψ⟩, the total probability; 1 unless something was cut, after which it is less or more."""
        squares = (np.einsum("lrs,LRs->lLrR", tensor, tensor.conj()) for tensor in self.tensors)
        matrices = (square.reshape(self.rank**2, self.rank**2) for square in squares)
        return float(np.trace(reduce(np.matmul, matrices)).real)

    def amplitude(self, bits: str) -> complex:
        """Returns ⟨bits|ψ⟩, not divided by the norm; the first bit is that of qubit 0."""
        if len(bits) != self.num_qubits or not set(bits) <= {"0", "1"}:
            raise argument_error("bits", f"be {self.num_qubits} of 0 and 1", bits)
        matrices = (tensor[:, :, int(bit)] for tensor, bit in zip(self.tensors, bits, strict=True))
        return complex(np.trace(reduce(np.matmul, matrices)))

    def probability(self, bits: str) -> float:
        """Returns |⟨bits|ψ⟩|² divided by the norm; the authors do not divide."""
        return abs(self.amplitude(bits)) ** 2 / self.norm
