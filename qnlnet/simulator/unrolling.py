"""From any gate that Qiskit can take apart to the gates that the simulator knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from qiskit.circuit import Barrier, ControlFlowOp, Delay, Operation, QuantumCircuit, Reset
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

    operation: Operation
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
    """Yields what a gate is made of: standard gates that are in `SUPPORTED_GATES`; nothing for a barrier or a delay.

    Gates of Qiskit's library that have a definition are taken apart by it, so that an approximation which Qiskit makes
    there, as the product formula of a `PauliEvolutionGate`, is what runs, here as on a device. Standard gates, and what
    has no definition, are translated by Qiskit's transpiler. What comes out is equal to that up to a global phase.

    Raises:
        UnsupportedCircuitError: The gate is no unitary, or Qiskit cannot translate it.
    """
    operation = gate.operation
    if isinstance(operation, Barrier | Delay):
        return
    if gate.is_standard and gate.name in SUPPORTED_GATES:
        yield gate
        return
    if isinstance(operation, ControlFlowOp | Reset) or operation.num_clbits:
        raise _not_known(gate)
    definition = None if gate.is_standard else _define(operation)
    parts = _translate(operation) if definition is None else definition
    if parts is None or parts.clbits:
        raise _not_known(gate)
    for part in parts.data:
        qubits = tuple(gate.qubits[parts.find_bit(qubit).index] for qubit in part.qubits)
        yield from unroll(GateOnQubits(part.operation, qubits))


def _not_known(gate: GateOnQubits) -> UnsupportedCircuitError:
    return UnsupportedCircuitError(
        f"The exact simulator does not know the instruction `{gate.name}`, and Qiskit cannot translate it into the "
        f"standard gates that it knows: {', '.join(SUPPORTED_GATES)}. "
        "Take it out of the circuit, or choose the backend statevector or aer."
    )


def _define(operation: Operation) -> QuantumCircuit | None:
    """Returns the circuit that a gate names as its definition; None where it names none, or not for such angles."""
    try:
        return getattr(operation, "definition", None)
    except (QiskitError, TypeError):
        return None


def _translate(operation: Operation) -> QuantumCircuit | None:
    """Returns a gate as a circuit of supported ones; None where Qiskit knows no way."""
    circuit = QuantumCircuit(operation.num_qubits)
    circuit.append(operation, range(operation.num_qubits))
    try:
        translated = _translator().run(circuit)
    except (QiskitError, TypeError):
        return None
    known = all(part.name in SUPPORTED_GATES and part.is_standard_gate() for part in translated.data)
    return translated if known and translated.num_qubits == circuit.num_qubits else None


@cache
def _translator() -> StagedPassManager:
    return generate_preset_pass_manager(0, basis_gates=list(SUPPORTED_GATES))
