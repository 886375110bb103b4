"""Circuit cutting: one wire of a circuit is cut, and expectation values are put together from the two pieces.

Whatever state ρ is on the wire, ρ = ½ Σ_P Tr(Pρ) P over the Paulis P = I, X, Y, Z, and each P = Σ_s s |P, s⟩⟨P, s| over
its eigenstates. So, with A of the qubits before the cut and B of those behind it,

    ⟨A ⊗ B⟩ = ½ Σ_P ⟨A ⊗ P⟩ · Σ_s s ⟨B⟩_{P,s},

where ⟨A ⊗ P⟩ is of the piece before, with P on the wire's end, and ⟨B⟩_{P,s} of the piece behind, whose wire begins in
|P, s⟩; of I both eigenvalues are 1 (Peng, Harrow, Ozols, Wu 2020, arXiv 1904.00102). It is an identity: cutting changes
which circuits run, and how many measurements it takes, but not what they give.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qiskit.circuit import CircuitInstruction, Gate, QuantumCircuit
from qiskit.quantum_info import Pauli, SparsePauliOp, Statevector

from qnlnet.errors import argument_error

# The gates that prepare the eigenstates of each Pauli from |0⟩, with their eigenvalues.
EIGENSTATES: Mapping[str, tuple[tuple[int, tuple[str, ...]], ...]] = {
    "I": ((1, ()), (1, ("x",))),
    "X": ((1, ("h",)), (-1, ("x", "h"))),
    "Y": ((1, ("h", "s")), (-1, ("x", "h", "s"))),
    "Z": ((1, ()), (-1, ("x",))),
}


@dataclass(frozen=True)
class WireCut:
    """A circuit in two pieces; see `cut_wire`.

    Attributes:
        upstream: The piece that ends in the cut wire.
        downstream: The piece that begins with it.
        upstream_qubits: Which qubit of the whole circuit each qubit of `upstream` is.
        downstream_qubits: The same of `downstream`.
        wire: The qubit of the whole circuit that is cut: it is in both.
    """

    upstream: QuantumCircuit
    downstream: QuantumCircuit
    upstream_qubits: tuple[int, ...]
    downstream_qubits: tuple[int, ...]
    wire: int

    @property
    def num_circuits(self) -> tuple[int, int]:
        """How many circuits an observable A ⊗ B takes: 4 before the cut, one for each P, and 8 behind it.

        Of the 8 preparations 6 differ, as I and Z share theirs, and so do their measurements.
        """
        return len(EIGENSTATES), sum(map(len, EIGENSTATES.values()))

    @property
    def sampling_overhead(self) -> int:
        """How many times the measurements of the whole circuit the same precision takes: (8 · ½)² = 16."""
        return (self.num_circuits[1] // 2) ** 2

    def preparations(self, pauli: str) -> Iterator[tuple[int, QuantumCircuit]]:
        """Yields each eigenvalue s of a Pauli with the downstream piece that begins in its eigenstate |P, s⟩."""
        place = self.downstream_qubits.index(self.wire)
        for sign, gates in EIGENSTATES[pauli]:
            prepared = QuantumCircuit(self.downstream.num_qubits)
            for gate in gates:
                getattr(prepared, gate)(place)
            yield sign, prepared.compose(self.downstream)

    def terms(self, observable: str | Pauli) -> dict[str, tuple[float, float]]:
        """Returns ⟨A ⊗ P⟩ upstream and Σ_s s⟨B⟩ downstream for each P; half the sum of their products is ⟨A ⊗ B⟩.

        Args:
            observable: A ⊗ B as a Pauli string of the whole circuit, its last letter for qubit 0, without a sign. On
                the cut wire it is of the end, behind the cut.

        Raises:
            ArgumentError: Parameters have no values.
        """
        if names := sorted({one.name for piece in (self.upstream, self.downstream) for one in piece.parameters}):
            raise argument_error("circuit", "have values for all parameters", ", ".join(names), "Assign them first.")
        letters = str(observable)[::-1]
        before = {place: letters[qubit] for place, qubit in enumerate(self.upstream_qubits) if qubit != self.wire}
        behind = {place: letters[qubit] for place, qubit in enumerate(self.downstream_qubits)}
        end = self.upstream_qubits.index(self.wire)
        state = Statevector(self.upstream)
        return {
            pauli: (
                _expect(state, {**before, end: pauli}),
                sum(sign * _expect(Statevector(piece), behind) for sign, piece in self.preparations(pauli)),
            )
            for pauli in EIGENSTATES
        }

    def expectation(self, observable: SparsePauliOp) -> float:
        """Returns the expectation value that the whole circuit has, computed from the pieces.

        Args:
            observable: Of all qubits of the whole circuit, with real coefficients.

        Raises:
            ArgumentError: It is of another number of qubits, or not real; or parameters have no values.
        """
        qubits = len({*self.upstream_qubits, *self.downstream_qubits})
        if observable.num_qubits != qubits:
            raise argument_error("observable", f"be of all {qubits} qubits", observable.num_qubits)
        if abs(observable.coeffs.imag).max() > 0:
            raise argument_error("observable", "have real coefficients", observable.coeffs.tolist())
        return sum(coefficient.real * join_terms(self.terms(label)) for label, coefficient in observable.to_list())


def join_terms(terms: Mapping[str, tuple[float, float]]) -> float:
    """Returns ½ Σ_P of what the two pieces give for P, the value of the whole circuit."""
    return sum(before * behind for before, behind in terms.values()) / 2


def cut_wire(circuit: QuantumCircuit, qubit: int, place: int) -> WireCut:
    """Cuts the wire of a qubit before one of the circuit's instructions, so that the circuit falls apart.

    Args:
        circuit: Gates only; barriers are left out. Whatever is connected with neither end of the wire goes upstream.
        qubit: Whose wire is cut.
        place: Position in `circuit.data`: what stands there or later sees the wire behind the cut.

    Raises:
        ArgumentError: There is no such qubit or place, something is no gate, or both ends of the wire hang together by
            other wires.

    Example:
        >>> circuit = QuantumCircuit(3)
        >>> _ = circuit.ry(0.3, 0), circuit.cx(0, 1), circuit.ry(0.5, 1), circuit.cx(1, 2)
        >>> cut = cut_wire(circuit, qubit=1, place=2)
        >>> cut.upstream_qubits, cut.downstream_qubits, cut.num_circuits
        ((0, 1), (1, 2), (4, 8))
        >>> observable = SparsePauliOp("ZIZ")
        >>> whole = Statevector(circuit).expectation_value(observable).real
        >>> bool(abs(cut.expectation(observable) - whole) < 1e-12)
        True
    """
    qubits = circuit.num_qubits
    if not 0 <= qubit < qubits:
        raise argument_error("qubit", f"be from 0 to {qubits - 1}", qubit)
    if not 0 <= place <= len(circuit.data):
        raise argument_error("place", f"be from 0 to {len(circuit.data)}, the number of instructions", place)
    behind = qubits  # the wire behind the cut, as one qubit more
    gates: list[tuple[CircuitInstruction, tuple[int, ...]]] = []
    for number, instruction in enumerate(circuit.data):
        _check_is_gate(instruction)
        if instruction.operation.name != "barrier":
            wires = [circuit.find_bit(bit).index for bit in instruction.qubits]
            gates.append((instruction, tuple(behind if w == qubit and number >= place else w for w in wires)))
    downstream = _connected(behind, [wires for _, wires in gates])
    if qubit in downstream:
        advice = "Other wires connect what is before the cut with what is behind it."
        raise argument_error("place", "part the circuit", place, advice)
    first = [wire for wire in range(qubits) if wire not in downstream]
    second = sorted(downstream, key=lambda wire: qubit if wire == behind else wire)
    return WireCut(
        _piece(gates, first),
        _piece(gates, second),
        tuple(first),
        tuple(qubit if wire == behind else wire for wire in second),
        qubit,
    )


def _check_is_gate(instruction: CircuitInstruction) -> None:
    operation = instruction.operation
    if operation.name != "barrier" and not isinstance(operation, Gate):
        advice = "`decompose` takes composed instructions apart."
        raise argument_error("circuit", "have gates only", operation.name, advice)


def _connected(start: int, groups: Sequence[tuple[int, ...]]) -> set[int]:
    """Returns the wires that gates connect with one, directly or by others, and that one."""
    found = {start}
    while grown := {wire for group in groups if found & {*group} for wire in group} - found:
        found |= grown
    return found


def _piece(gates: Sequence[tuple[CircuitInstruction, tuple[int, ...]]], wires: Sequence[int]) -> QuantumCircuit:
    """Returns the gates on some wires as a circuit of their own, in their order."""
    place = {wire: number for number, wire in enumerate(wires)}
    piece = QuantumCircuit(len(wires))
    for instruction, own in gates:
        if {*own} <= place.keys():
            piece.append(instruction.operation, [place[wire] for wire in own])
    return piece


def _expect(state: Statevector, letters: Mapping[int, str]) -> float:
    """Returns the expectation value of a Pauli string, given by the letters of its qubits."""
    label = "".join(letters[qubit] for qubit in reversed(range(len(letters))))
    return float(state.expectation_value(Pauli(label)).real)
