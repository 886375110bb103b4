"""What hybrid networks ask of a circuit, as three workloads: many rows, shared weights, one gradient of a weighted sum.

A row is one circuit on one input. Wire 0 is the most significant bit of an amplitude's index; in Qiskit, where that is
the last qubit, wire w is qubit n − 1 − w. Every contestant builds its own circuit from the same list of gates.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

Array = NDArray[Any]
Results = tuple[Array, Array, Array]
FLOATS = ("float32", "float64")


class Gate(NamedTuple):
    """A rotation by one of the weights, or a CNOT.

    Attributes:
        name: ``rx``, ``ry``, ``rz`` or ``cx``.
        wires: Where it acts; a CNOT's control first.
        weight: Index of the weight that is the angle in radians, −1 for a CNOT.
    """

    name: str
    wires: tuple[int, ...]
    weight: int = -1


@dataclass(frozen=True)
class Workload:
    """A circuit on many rows: ⟨Z⟩ of every wire, and the gradient of their sum weighted with a cotangent.

    Attributes:
        name: What it is called.
        num_qubits: Wires.
        num_rows: Rows of a call.
        layers: Layers of gates whose angles the rows share.
        takes_amplitudes: Whether a row is a real state, shape (2^wires,), and not an angle of RY for each wire.
        dtype: ``float32`` or ``float64``: the type of rows, weights, cotangents and results.
    """

    name: str
    num_qubits: int
    num_rows: int
    layers: int
    takes_amplitudes: bool = False
    dtype: str = "float64"

    def __str__(self) -> str:
        return f"{self.name}, {self.dtype}"

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """The gates behind the encoding, in order.

        A layer is RX, RY, RZ on each wire and a ring of CNOTs q → q + 1; where rows are amplitudes it is one of
        PennyLane's strongly entangling layers: RZ, RY, RZ, and CNOTs q → q + r with r = 1, 2, … in turn.
        """
        n, names = self.num_qubits, ("rz", "ry", "rz") if self.takes_amplitudes else ("rx", "ry", "rz")
        gates = []
        for layer in range(self.layers):
            first = 3 * n * layer
            gates += [Gate(name, (q,), first + 3 * q + k) for q in range(n) for k, name in enumerate(names)]
            reach = layer % (n - 1) + 1 if self.takes_amplitudes else 1
            gates += [Gate("cx", (q, (q + reach) % n)) for q in range(n)]
        return tuple(gates)

    @property
    def num_weights(self) -> int:
        """How many weights there are."""
        return 3 * self.num_qubits * self.layers

    @cached_property
    def _numbers(self) -> Results:
        random, n = np.random.default_rng(0), self.num_qubits
        if self.takes_amplitudes:
            rows = random.normal(size=(self.num_rows, 1 << n))
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        else:
            rows = random.uniform(-math.pi, math.pi, (self.num_rows, n))
        weights = random.uniform(-math.pi, math.pi, self.num_weights)
        cotangent = random.normal(size=(self.num_rows, n))
        return rows.astype(self.dtype), weights.astype(self.dtype), cotangent.astype(self.dtype)

    @property
    def rows(self) -> Array:
        """Angles in radians, shape (rows, wires), uniform in [−π, π]; or unit vectors, shape (rows, 2^wires)."""
        return self._numbers[0]

    @property
    def weights(self) -> Array:
        """Angles in radians, shape (weights,), uniform in [−π, π]."""
        return self._numbers[1]

    @property
    def cotangent(self) -> Array:
        """The weights of the outputs, shape (rows, wires), of a standard normal distribution."""
        return self._numbers[2]

    def build_circuit(self) -> tuple[QuantumCircuit, list[SparsePauliOp], list[Parameter], list[Parameter]]:
        """Returns Qiskit's circuit, the observable of each wire, the rows' parameters and the weights."""
        n = self.num_qubits
        inputs = [] if self.takes_amplitudes else list(ParameterVector("x", n))
        weights = list(ParameterVector("w", self.num_weights))
        circuit = QuantumCircuit(n)
        for wire, parameter in enumerate(inputs):
            circuit.ry(parameter, n - 1 - wire)
        for gate in self.gates:
            qubits = [n - 1 - wire for wire in gate.wires]
            getattr(circuit, gate.name)(*(() if gate.weight < 0 else (weights[gate.weight],)), *qubits)
        observables = [SparsePauliOp.from_sparse_list([("Z", [n - 1 - w], 1.0)], n) for w in range(n)]
        return circuit, observables, inputs, weights

    def read_out(self) -> Array:
        """Returns (−1)^(bit of the wire), shape (2^wires, wires), which takes probabilities to ⟨Z⟩."""
        n = self.num_qubits
        bits = np.arange(1 << n)[:, np.newaxis] >> np.arange(n - 1, -1, -1) & 1
        return (1 - 2 * bits).astype(self.dtype)

    def scales(self) -> tuple[float, float, float]:
        """Returns how large values and gradients can be, as far as rounding is concerned.

        A value is at most 1. A gradient by a row is a sum of cotangents, one for each wire; that by a weight is a sum
        of as many for every row, of random signs.
        """
        by_row = float(np.abs(self.cotangent).sum(axis=1).max())
        return 1.0, by_row, by_row * math.sqrt(self.num_rows)


W1 = Workload("W1, quanvolution", 4, 12_544, 2)
W2 = Workload("W2, pointwise convolution", 4, 8_192, 2, takes_amplitudes=True)
W3 = Workload("W3, wide", 12, 64, 1)
W3_TWO_LAYERS = Workload("W3 with two layers", 12, 64, 2)
WORKLOADS = (W1, W2, W3, W3_TWO_LAYERS)

Call = Callable[[], Results]


def in_every_precision() -> list[Workload]:
    """Returns each workload in float32 and in float64."""
    return [replace(workload, dtype=dtype) for workload in WORKLOADS for dtype in FLOATS]
