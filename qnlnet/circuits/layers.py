"""Layers of gates that many published circuits are made of: angles as inputs, entangling layers, random ones.

Each function appends to a circuit and returns the new weights, in the order in which their gates stand there. Angles
are in radians. Where PennyLane has a layer of that kind, gates and order are its own; its wire k is qubit k.
"""

from collections.abc import Sequence

import numpy as np
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.circuit.parametervector import ParameterVectorElement
from qiskit.quantum_info import SparsePauliOp

from qnlnet.errors import argument_error

_ROTATIONS = ("rx", "ry", "rz")
_SHARE_OF_CNOTS = 0.3  # of the gates of a random layer; PennyLane's ratio_imprim


def append_angles(circuit: QuantumCircuit, inputs: Sequence[ParameterVectorElement], gate: str) -> None:
    """Appends one rotation per qubit, ``rx``, ``ry`` or ``rz``, by the input of that qubit."""
    for qubit, angle in enumerate(inputs):
        getattr(circuit, gate)(angle, qubit)


def append_basic_layer(circuit: QuantumCircuit, number: int, gate: str = "rx") -> list[Parameter]:
    """Appends a rotation on every qubit, then a ring of CNOTs, k → k + 1: PennyLane's BasicEntanglerLayers.

    Args:
        circuit: What it is appended to.
        number: Which layer it is, from 1; in the weights' names, such as ``rx_q0_layer1``.
        gate: ``rx``, ``ry`` or ``rz``.
    """
    weights = [Parameter(f"{gate}_q{qubit}_layer{number}") for qubit in range(circuit.num_qubits)]
    for qubit, weight in enumerate(weights):
        getattr(circuit, gate)(weight, qubit)
    qubits = circuit.num_qubits
    _append_ring(circuit, 1, qubits if qubits > 2 else qubits - 1)  # two qubits get one CNOT
    return weights


def append_strong_layer(circuit: QuantumCircuit, number: int) -> list[Parameter]:
    """Appends RZ, RY, RZ on every qubit, then CNOTs k → k + range: PennyLane's StronglyEntanglingLayers.

    The range grows from layer to layer: 1, 2, …, n − 1, and 1 again. A circuit that measures Z ends in RZ gates without
    effect.

    Args:
        circuit: What it is appended to.
        number: Which layer it is, from 1; in the weights' names, such as ``ry_q0_layer1``.
    """
    weights: list[Parameter] = []
    for qubit in range(circuit.num_qubits):
        first, turn, last = (Parameter(f"{name}_q{qubit}_layer{number}") for name in ("rz", "ry", "rz_after"))
        circuit.rz(first, qubit)
        circuit.ry(turn, qubit)
        circuit.rz(last, qubit)
        weights += [first, turn, last]
    if circuit.num_qubits > 1:
        _append_ring(circuit, (number - 1) % (circuit.num_qubits - 1) + 1, circuit.num_qubits)
    return weights


def append_random_layer(circuit: QuantumCircuit, number: int, generator: np.random.Generator) -> list[Parameter]:
    """Appends as many rotations as there are qubits, each of a random kind on a random qubit, with CNOTs between them.

    The next gate is a CNOT on two random qubits with probability 0.3; the layer ends with its last rotation. This is
    PennyLane's RandomLayers, in another generator's draws.

    Args:
        circuit: What it is appended to.
        number: Which layer it is, from 1; in the weights' names, such as ``rz1_q0_layer1`` for its first rotation.
        generator: Draws the gates.
    """
    weights: list[Parameter] = []
    qubits = circuit.num_qubits
    while len(weights) < qubits:
        if generator.random() > _SHARE_OF_CNOTS:
            gate = str(generator.choice(_ROTATIONS))
            qubit = int(generator.integers(qubits))
            weights.append(Parameter(f"{gate}{len(weights) + 1}_q{qubit}_layer{number}"))
            getattr(circuit, gate)(weights[-1], qubit)
        elif qubits > 1:
            control, target = generator.choice(qubits, 2, replace=False)
            circuit.cx(int(control), int(target))
    return weights


def measure_each(num_qubits: int, pauli: str = "Z") -> tuple[SparsePauliOp, ...]:
    """Returns the observables of one Pauli, ``X``, ``Y`` or ``Z``, on every qubit by itself, in the qubits' order."""
    return tuple(SparsePauliOp.from_sparse_list([(pauli, [qubit], 1.0)], num_qubits) for qubit in range(num_qubits))


def _append_ring(circuit: QuantumCircuit, distance: int, controls: int) -> None:
    """Appends CNOTs from each of the first `controls` qubits k to k + distance, around."""
    for control in range(controls):
        circuit.cx(control, (control + distance) % circuit.num_qubits)


def measure_outcomes(num_qubits: int, qubits: Sequence[int] | None = None) -> tuple[SparsePauliOp, ...]:
    """Returns the observables whose expectation values are the probabilities of all outcomes of measuring some qubits.

    Args:
        num_qubits: Qubits of the circuit.
        qubits: The measured ones; bit k of an outcome is the k-th of them. None measures all.

    Returns:
        The projectors |outcome⟩⟨outcome|, 2^(measured qubits) sums of as many products of Zs, in the order of the
        outcomes.

    Raises:
        ArgumentError: A qubit is not there, or twice.
    """
    measured = tuple(range(num_qubits) if qubits is None else qubits)
    if len({*measured}) < len(measured) or not {*measured} <= {*range(num_qubits)}:
        raise argument_error("qubits", f"name different qubits from 0 to {num_qubits - 1}", measured)
    return tuple(project_on(outcome, num_qubits, measured) for outcome in range(1 << len(measured)))


def project_on(outcome: int, num_qubits: int, qubits: Sequence[int]) -> SparsePauliOp:
    """Returns the observable whose expectation value is the probability of one outcome of measuring some qubits.

    Args:
        outcome: Its bit k is what the k-th of `qubits` gives.
        num_qubits: Qubits of the circuit.
        qubits: The measured ones, all different.
    """
    count = 1 << len(qubits)
    products = [[qubit for bit, qubit in enumerate(qubits) if mask >> bit & 1] for mask in range(count)]
    terms = [("Z" * len(on), on, (-1) ** (mask & outcome).bit_count() / count) for mask, on in enumerate(products)]
    return SparsePauliOp.from_sparse_list(terms, num_qubits)
