"""The circuit of QNL-Net: an encoder repeated r times, an ansatz repeated D times, one Pauli Z read out.

Source: slides of arXiv 2407.18906 and the authors' code. Qubit k is Qiskit's qubit k (little-endian in labels).
"""

from dataclasses import dataclass

from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.circuit.parametervector import ParameterVectorElement
from qiskit.quantum_info import SparsePauliOp

from qnlnet.circuits.ansatz import Ansatz, Rotation, resolve_ansatz
from qnlnet.config import AnsatzConfig, RunConfig
from qnlnet.errors import argument_error, check_at_least


@dataclass(frozen=True)
class QNLCircuit:
    """A circuit with its ordered parameters and its observable.

    Attributes:
        circuit: The unbound circuit.
        input_params: One parameter per qubit, ``x[0]``, ``x[1]``, …; qubit k is rotated by 2·x[k].
        weight_params: The trainable parameters in the order in which their gates stand in the circuit.
        observable: What is measured, on all qubits of the circuit.
    """

    circuit: QuantumCircuit
    input_params: tuple[ParameterVectorElement, ...]
    weight_params: tuple[Parameter, ...]
    observable: SparsePauliOp

    @property
    def weight_names(self) -> tuple[str, ...]:
        """The names of the weights in order, such as ``ry_q1_rep1``: checkpoints store them."""
        return tuple(parameter.name for parameter in self.weight_params)


def build_qnl_circuit(
    ansatz: AnsatzConfig,
    *,
    feature_map_reps: int = 1,
    ansatz_reps: int = 1,
    num_qubits: int = 4,
    readout_qubit: int | None = None,
) -> QNLCircuit:
    """Builds the circuit of one QNL-Net.

    Args:
        ansatz: The gates of one repetition of the variational part.
        feature_map_reps: r, how often the encoder H, P(2x) is applied; at least 1.
        ansatz_reps: D, how often the ansatz is applied, each time with weights of its own; at least 1.
        num_qubits: Qubits, which is also the number of inputs; at least 2.
        readout_qubit: The qubit whose Pauli Z is the output; None takes the last, as the released code does.

    Raises:
        ArgumentError: An argument is out of range, or the ansatz is not defined for `num_qubits`.
    """
    check_at_least("feature_map_reps", feature_map_reps, 1)
    check_at_least("ansatz_reps", ansatz_reps, 1)
    check_at_least("num_qubits", num_qubits, 2)
    readout = num_qubits - 1 if readout_qubit is None else readout_qubit
    if not 0 <= readout < num_qubits:
        raise argument_error("readout_qubit", f"be between 0 and {num_qubits - 1}", readout)

    inputs = ParameterVector("x", num_qubits)
    circuit = QuantumCircuit(num_qubits, name=f"QNL-Net ansatz {ansatz.name}")
    for _ in range(feature_map_reps):
        for qubit in range(num_qubits):
            circuit.h(qubit)
            circuit.p(2 * inputs[qubit], qubit)
    resolved = resolve_ansatz(ansatz, num_qubits)
    weights: list[Parameter] = []
    for repetition in range(1, ansatz_reps + 1):
        weights += _append_ansatz(circuit, resolved, repetition)
    observable = SparsePauliOp.from_sparse_list([("Z", [readout], 1.0)], num_qubits=num_qubits)
    return QNLCircuit(circuit, tuple(inputs), tuple(weights), observable)


def circuit_from_config(config: RunConfig) -> QNLCircuit:
    """Builds the circuit that a configuration describes."""
    return build_qnl_circuit(
        config.ansatz,
        feature_map_reps=config.feature_map_reps,
        ansatz_reps=config.ansatz_reps,
        num_qubits=config.num_qubits,
        readout_qubit=config.readout_qubit,
    )


def _append_ansatz(circuit: QuantumCircuit, ansatz: Ansatz, repetition: int) -> list[Parameter]:
    """Appends one repetition to `circuit` and returns its weights in order."""
    weights = [_append_rotation(circuit, rotation, f"rep{repetition}") for rotation in ansatz.rotations]
    for control, target in ansatz.entangling:
        circuit.cx(control, target)
    weights += [
        _append_rotation(circuit, rotation, f"rep{repetition}_closing") for rotation in ansatz.closing_rotations
    ]
    return weights


def _append_rotation(circuit: QuantumCircuit, rotation: Rotation, suffix: str) -> Parameter:
    weight = Parameter(f"{rotation.gate}_q{rotation.qubit}_{suffix}")
    getattr(circuit, rotation.gate)(weight, rotation.qubit)
    return weight
