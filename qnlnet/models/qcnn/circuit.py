"""The circuit: two rounds of convolution and pooling, 10 qubits to 5 to 3, then rotations by all Pauli words of three.

Source: the authors' code of arXiv 2407.14055 (repository peiyong-addwater/HamEmbedding). There the pooled qubits are
measured, and U3 acts on a neighbour where one reads 1. A controlled U3 gives the same probabilities. Wire 0 has the
most significant bit of an amplitude's index; in Qiskit that is the last qubit.
"""

from collections.abc import Sequence
from itertools import count, pairwise

from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.circuit.library import PauliEvolutionGate
from qiskit.quantum_info import SparsePauliOp

from qnlnet.circuits import Circuit, measure_outcomes
from qnlnet.config.model.qcnn import NUM_QUBITS

ROUNDS = ((0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (0, 2, 4, 6, 8))  # wires at the beginning of each
KEPT = (0, 4, 8)
BEFORE, SHARED = 6, 12  # weights of two U3 that only the first round has, and of a round but for these
_LETTERS = "IXYZ"


def gray_code_words(letters: int) -> tuple[str, ...]:
    """Returns all Pauli words but the identity in the order of a Gray code, in which neighbours differ in one letter.

    Example:
        >>> gray_code_words(2)[:7]
        ('XI', 'YI', 'ZI', 'ZX', 'IX', 'XX', 'YX')
    """
    words = []
    for number in range(1, 4**letters):
        digits = [number // 4**place % 4 for place in range(letters + 1)]
        changed = [(own - above) % 4 for own, above in pairwise(digits)]
        words.append("".join(_LETTERS[digit] for digit in changed))
    return tuple(words)


def build_circuit() -> Circuit:
    """Returns amplitudes → 93 weights → the probabilities of the outcomes of wires 0, 4 and 8, the first one first.

    Weights of a round, shared by all its pairs: two U3 (of the first round only), XX, YY, ZZ, two U3, and the U3 of
    pooling; then the angles of the rotations. The authors' code has 99: six of the second round stand nowhere.
    """
    circuit = QuantumCircuit(NUM_QUBITS, name="QCNN")
    weights: list[Parameter] = []
    for number, wires in enumerate(ROUNDS, start=1):
        names = count(0 if number == 1 else BEFORE)
        before, own = (
            [Parameter(f"w{next(names)}_round{number}") for _ in range(size)]
            for size in (BEFORE if number == 1 else 0, SHARED)
        )
        _append_round(circuit, wires, before, own)
        weights += [*before, *own]
    for word in gray_code_words(len(KEPT)):
        angle = Parameter(f"r{word.lower()}")
        gate = PauliEvolutionGate(SparsePauliOp(word[::-1]), time=angle / 2)
        circuit.append(gate, KEPT)
        weights.append(angle)
    last = NUM_QUBITS - 1
    observables = measure_outcomes(NUM_QUBITS, [last - wire for wire in KEPT[::-1]])
    return Circuit(circuit.reverse_bits(), (), tuple(weights), observables, takes_amplitudes=True)


def _append_round(
    circuit: QuantumCircuit, wires: Sequence[int], before: Sequence[Parameter], own: Sequence[Parameter]
) -> None:
    """Appends convolutions of neighbours, those of even places first, and pools the wires of odd places."""
    for first in (0, 1):
        for pair in zip(wires[first::2], wires[first + 1 :: 2], strict=False):
            if before and not first:
                circuit.u(*before[:3], pair[0])
                circuit.u(*before[3:], pair[1])
            circuit.rxx(own[0], *pair)
            circuit.ryy(own[1], *pair)
            circuit.rzz(own[2], *pair)
            circuit.u(*own[3:6], pair[0])
            circuit.u(*own[6:9], pair[1])
    for kept, pooled in zip(wires[::2], wires[1::2], strict=False):
        circuit.cu(*own[9:], 0, pooled, kept)
