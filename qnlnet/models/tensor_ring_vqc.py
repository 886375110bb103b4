"""The variational circuit of Peddireddy et al. as a family: a few features, and a basis state for each class.

Sources: Peddireddy, Bansal, Jacob, Aggarwal 2022, arXiv 2201.08878, and their code (repository
upriyam-purdue/Tensor-Ring-Circuits), which has the gates and three classes but no images. They compute the circuit as a
ring of tensors that is cut to a rank, which `qnlnet.models.tensor_ring` does, too; here it is computed exactly. The
autoencoder is ours: nothing but its kinds of layers is published. Qubit 0 is the first bit of a basis state.
"""

from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from torch import nn

from qnlnet.circuits import Circuit, append_angles, project_on
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.tensor_ring_vqc import TensorRingVQCConfig
from qnlnet.models.autoencoder import AutoencoderCode
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, PrincipalComponents
from qnlnet.models.streams import Streams

_GATES = ("rx", "ry", "rz")


def build_circuit(num_qubits: int, depth: int, classes: int) -> Circuit:
    """Returns RX by each input, and layers of a ring of CNOTs, k → k + 1, and RX, RY, RZ on each qubit.

    Args:
        num_qubits: Qubits, at least 1, and 2 for three classes.
        depth: Layers.
        classes: Two, with P(0…0) and P(1…1) as outputs; or three, with P(0…010) between them.

    Returns:
        The circuit; its weights are those of all RX, layer by layer, then those of all RY, then of all RZ.
    """
    inputs = ParameterVector("x", num_qubits)
    circuit = QuantumCircuit(num_qubits, name=f"Tensor-ring VQC of {depth}")
    append_angles(circuit, list(inputs), "rx")
    weights: dict[str, list[Parameter]] = {gate: [] for gate in _GATES}
    for layer in range(1, depth + 1):
        for qubit in range(num_qubits if num_qubits > 1 else 0):
            circuit.cx(qubit, (qubit + 1) % num_qubits)
        for gate in _GATES:
            own = [Parameter(f"{gate}_q{qubit}_layer{layer}") for qubit in range(num_qubits)]
            for qubit, weight in enumerate(own):
                getattr(circuit, gate)(weight, qubit)
            weights[gate] += own
    ordered = [weight for gate in _GATES for weight in weights[gate]]
    outcomes = [sum(bit << qubit for qubit, bit in enumerate(bits)) for bits in choose_states(num_qubits, classes)]
    observables = [project_on(outcome, num_qubits, range(num_qubits)) for outcome in outcomes]
    return Circuit(circuit, tuple(inputs), tuple(ordered), tuple(observables))


def choose_states(num_qubits: int, classes: int) -> list[list[int]]:
    """Returns the bits of the basis state of each class, qubit by qubit."""
    zeros, ones = [0] * num_qubits, [1] * num_qubits
    between = [int(qubit == num_qubits - 2) for qubit in range(num_qubits)]
    return [zeros, ones] if classes == 2 else [zeros, between, ones]


def build(config: RunConfig, streams: Streams) -> nn.Module:
    """Builds the circuit, with weights from N(0, 1) as the authors' code draws them, or its twin."""
    model, classes = settings_of(config, TensorRingVQCConfig), len(config.data.classes)
    if not model.runs_circuit:
        return nn.Linear(model.num_qubits, classes)
    layer = streams.quantum_layer(build_circuit(model.num_qubits, model.depth, classes))
    nn.init.normal_(layer.weight)
    return layer


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit, unless something stands in its place."""
    model = settings_of(config, TensorRingVQCConfig)
    if not model.runs_circuit:
        return ()
    return (build_circuit(model.num_qubits, model.depth, len(config.data.classes)),)


def _choose_features(config: RunConfig) -> FeatureSpec:
    model = settings_of(config, TensorRingVQCConfig)
    if model.features == "pca":
        return PrincipalComponents(model.num_qubits, "train_split")
    return AutoencoderCode(model.num_qubits, model.autoencoder_epochs)


FAMILY = Family(_choose_features, build, list_circuits)
