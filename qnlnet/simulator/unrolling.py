"""From any gate that Qiskit can take apart to the gates that the simulator knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from qiskit.circuit import Barrier, Instruction, QuantumCircuit
from qiskit.circuit.quantumcircuitdata import CircuitInstruction
from qiskit.exceptions import QiskitError
from qiskit.transpiler import StagedPassManager, generate_preset_pass_manager

from qnlnet.errors import UnsupportedCircuitError

SUPPORTED_GATES = (
    *("h", "cx", "cz", "x", "y", "z", "s", "t"),
    *("p", "rx", "ry", "rz", "rxx", "ryy", "rzz", "swap"),
)


@dataclass(frozen=True)
class GateOnQubits:
    """A gate and the numbers of the qubits that it acts on."""

    operation: Instruction
    qubits: tuple[int, ...]

    @property
    def name(self) -> str:
        """Qiskit's name of the gate."""
        return str(self.operation.name)

    @property
    def is_standard(self) -> bool:
        """Whether it is one of Qiskit's standard gates: a gate of a person's own may be named like one."""
        qubits = QuantumCircuit(len(self.qubits)).qubits
        return bool(CircuitInstruction(self.operation, qubits).is_standard_gate())


def unroll(gate: GateOnQubits) -> Iterator[GateOnQubits]:
    """Yields what a gate is made of: standard gates that are in `SUPPORTED_GATES`; nothing for a barrier.

    Standard gates are translated by Qiskit's transpiler, others taken apart by their definition. What comes out is
    equal to the gate up to a global phase.

    Raises:
        UnsupportedCircuitError: The gate is no unitary, or has no definition.
    """
    if isinstance(gate.operation, Barrier):
        return
    standard = gate.is_standard
    if standard and gate.name in SUPPORTED_GATES:
        yield gate
        return
    parts = _translate(gate.operation) if standard else gate.operation.definition
    if parts is None or parts.clbits:
        raise UnsupportedCircuitError(
            f"The exact simulator does not know the instruction `{gate.name}`, and Qiskit cannot translate it into the "
            f"standard gates that it knows: {', '.join(SUPPORTED_GATES)}. "
            "Take it out of the circuit, or choose the backend statevector or aer."
        )
    for part in parts.data:
        qubits = tuple(gate.qubits[parts.find_bit(qubit).index] for qubit in part.qubits)
        yield from unroll(GateOnQubits(part.operation, qubits))


def _translate(operation: Instruction) -> QuantumCircuit | None:
    """Returns a standard gate as a circuit of supported ones; None where Qiskit knows no way."""
    circuit = QuantumCircuit(operation.num_qubits)
    circuit.append(operation, range(operation.num_qubits))
    try:
        return _translator().run(circuit)
    except QiskitError:
        return None


@cache
def _translator() -> StagedPassManager:
    return generate_preset_pass_manager(0, basis_gates=list(SUPPORTED_GATES))
