"""Circuits of a readout qubit that meets each data qubit by itself: what they give is a product over the data qubits.

The readout qubit begins in |−⟩ by X and H, and ends in H before it is measured. Between, it meets data qubit i by
rotations P ⊗ P of one Pauli P for all, by π·t_i in total. These commute, so that with v_i, the expectation value of P
in the state of data qubit i before,

    ⟨Z⟩ = −Re ∏_i [cos(π t_i) + i sin(π t_i) v_i].

What is ⊗ X on the readout qubit, which |−⟩ is an eigenstate of, only turns the data qubits, and can come first.
"""

import math
from collections.abc import Sequence

import torch
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp
from torch import Tensor


def begin_readout(circuit: QuantumCircuit) -> None:
    """Turns the last qubit to |−⟩."""
    circuit.x(circuit.num_qubits - 1)
    circuit.h(circuit.num_qubits - 1)


def append_meetings(circuit: QuantumCircuit, gate: str, name: str | None = None) -> list[Parameter]:
    """Appends a rotation of each data qubit with the last qubit, by π times its weight, and returns the weights.

    Args:
        circuit: What it is appended to.
        gate: ``rxx``, ``ryy`` or ``rzz``.
        name: What the weights are called, ``name_q0`` and so on; None: as the gate.
    """
    readout = circuit.num_qubits - 1
    weights = [Parameter(f"{name or gate}_q{qubit}") for qubit in range(readout)]
    for qubit, weight in enumerate(weights):
        getattr(circuit, gate)(math.pi * weight, qubit, readout)
    return weights


def end_readout(circuit: QuantumCircuit) -> Sequence[SparsePauliOp]:
    """Turns the last qubit back and returns Z on it, as the only observable."""
    readout = circuit.num_qubits - 1
    circuit.h(readout)
    return (SparsePauliOp.from_sparse_list([("Z", [readout], 1.0)], circuit.num_qubits),)


def product_readout(turns: Tensor, values: Tensor) -> Tensor:
    """Returns ⟨Z⟩ of the readout qubit, shape (…, 1).

    Args:
        turns: t_i, in half turns, shape (…, data qubits).
        values: v_i, in [−1, 1], of that shape.
    """
    angles = math.pi * turns
    factors = torch.complex(torch.cos(angles).expand_as(values), torch.sin(angles) * values)
    return -factors.prod(dim=-1, keepdim=True).real
