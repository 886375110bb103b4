"""The circuit of QNL-Net: an encoder repeated r times, an ansatz repeated D times, Pauli Zs read out.

Source: slides of arXiv 2407.18906 and the authors' code. Qubit k is Qiskit's qubit k (little-endian in labels).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.circuit.parametervector import ParameterVectorElement
from qiskit.quantum_info import SparsePauliOp

from qnlnet.circuits.ansatz import Ansatz, resolve_ansatz
from qnlnet.config import AnsatzConfig, RunConfig
from qnlnet.errors import argument_error, check_at_least


@dataclass(frozen=True)
class QNLCircuit:
    """A circuit with its ordered parameters and its observables.

    Attributes:
        circuit: The unbound circuit.
        input_params: ``x[0]``, ``x[1]``, …, one per qubit and upload; qubit k of n is rotated by 2·x[k], and by
            2·x[n + k] in the second upload, if there is one.
        weight_params: The trainable parameters in the order in which their gates stand in the circuit.
        observables: What is measured, each on all qubits of the circuit.
    """

    circuit: QuantumCircuit
    input_params: tuple[ParameterVectorElement, ...]
    weight_params: tuple[Parameter, ...]
    observables: tuple[SparsePauliOp, ...]

    @property
    def observable(self) -> SparsePauliOp:
        """The only observable.

        Raises:
            ArgumentError: There are several.
        """
        if len(self.observables) > 1:
            raise argument_error("readout_qubits", "name one qubit here", len(self.observables))
        return self.observables[0]

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the inputs for readers, in order, such as ``x0``."""
        return tuple(f"x{index}" for index in range(len(self.input_params)))

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
    readout_qubit: int | Sequence[int] | None = None,
    reupload: bool = False,
) -> QNLCircuit:
    """Builds the circuit of one QNL-Net.

    With `reupload` the encoder stands before each repetition of the ansatz instead of before the first, and takes
    inputs of its own there (Pérez-Salinas et al. 2020, arXiv 1907.02085: their layers see the data through weights of
    their own, which here the reducer has).

    Args:
        ansatz: The gates of one repetition of the variational part.
        feature_map_reps: r, how often the encoder H, P(2x) is applied; at least 1.
        ansatz_reps: D, how often the ansatz is applied, each time with weights of its own; at least 1.
        num_qubits: Qubits, which is also the number of inputs; at least 2.
        readout_qubit: The qubit whose Pauli Z is the output, or several; None takes the last, as the released code
            does.
        reupload: Whether the inputs are encoded again before each repetition of the ansatz.

    Raises:
        ArgumentError: An argument is out of range, or the ansatz is not defined for `num_qubits`.
    """
    check_at_least("feature_map_reps", feature_map_reps, 1)
    check_at_least("ansatz_reps", ansatz_reps, 1)
    check_at_least("num_qubits", num_qubits, 2)
    last = num_qubits - 1
    readout = last if readout_qubit is None else readout_qubit
    readouts = [readout] if isinstance(readout, int) else list(readout)
    if not readouts or any(not 0 <= qubit < num_qubits for qubit in readouts):
        raise argument_error("readout_qubit", f"be between 0 and {last}", readout_qubit)

    inputs = ParameterVector("x", num_qubits * (ansatz_reps if reupload else 1))
    circuit = QuantumCircuit(num_qubits, name=f"QNL-Net ansatz {ansatz.name}")
    resolved = resolve_ansatz(ansatz, num_qubits)
    weights: list[Parameter] = []
    for repetition in range(1, ansatz_reps + 1):
        if reupload or repetition == 1:
            start = (repetition - 1) * num_qubits
            _append_encoder(circuit, inputs[start : start + num_qubits], feature_map_reps)
        weights += _append_ansatz(circuit, resolved, repetition)
    observables = (SparsePauliOp.from_sparse_list([("Z", [qubit], 1.0)], num_qubits) for qubit in readouts)
    return QNLCircuit(circuit, tuple(inputs), tuple(weights), tuple(observables))


def _append_encoder(circuit: QuantumCircuit, inputs: Sequence[ParameterVectorElement], reps: int) -> None:
    for _ in range(reps):
        for qubit, value in enumerate(inputs):
            circuit.h(qubit)
            circuit.p(2 * value, qubit)


def circuit_from_config(config: RunConfig) -> QNLCircuit:
    """Builds the circuit that a configuration describes."""
    return build_qnl_circuit(
        config.ansatz,
        feature_map_reps=config.feature_map_reps,
        ansatz_reps=config.ansatz_reps,
        num_qubits=config.num_qubits,
        readout_qubit=config.readouts,
        reupload=config.circuit == "reuploading",
    )


def _append_ansatz(circuit: QuantumCircuit, ansatz: Ansatz, repetition: int) -> list[Parameter]:
    """Appends one repetition to `circuit` and returns its weights in order.

    A weight is named after its gate, qubits and repetition: ``ry_q1_rep1``, ``crz_q0_q1_rep1``, ``rz_q0_rep1_closing``;
    where that gate comes again the name ends in ``_2``, ``_3``, ….
    """
    names: Counter[str] = Counter()
    weights: list[Parameter] = []

    def weight(gate: str, qubits: tuple[int, ...], suffix: str = "") -> Parameter:
        name = "_".join([gate, *(f"q{qubit}" for qubit in qubits), f"rep{repetition}{suffix}"])
        names[name] += 1
        weights.append(Parameter(name if names[name] == 1 else f"{name}_{names[name]}"))
        return weights[-1]

    for rotation in ansatz.rotations:
        getattr(circuit, rotation.gate)(weight(rotation.gate, (rotation.qubit,)), rotation.qubit)
    for entangler in ansatz.entangling:
        angles = [weight(entangler.gate, entangler.qubits)] if entangler.turns else []
        getattr(circuit, entangler.gate)(*angles, *entangler.qubits)
    for rotation in ansatz.closing_rotations:
        getattr(circuit, rotation.gate)(weight(rotation.gate, (rotation.qubit,), "_closing"), rotation.qubit)
    return weights
