"""What all benchmarks run: circuits of any size, and values for their parameters."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import qnlnet
from qnlnet.circuits import Circuit


@dataclass(frozen=True)
class Case:
    """A circuit with ansatz 0, read out on its last qubit, and a number of rows."""

    num_qubits: int
    r: int
    D: int
    batch: int

    def __str__(self) -> str:
        return f"{self.num_qubits} qubits, r = {self.r}, D = {self.D}, batch {self.batch}"

    def build(self) -> Circuit:
        """Builds the circuit as an experiment would."""
        shape = {"num_qubits": self.num_qubits, "readout_qubit": self.num_qubits - 1, "r": self.r, "D": self.D}
        config = qnlnet.load_config("reducer=pca", *(f"{key}={value}" for key, value in shape.items()))
        return qnlnet.circuit_from_config(config)

    def draw(self, qnl: Circuit) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Draws inputs, shape (batch, inputs), and weights, shape (weights,), in radians."""
        random = np.random.default_rng(0)
        inputs = random.uniform(-3, 3, (self.batch, len(qnl.input_params)))
        return inputs, random.uniform(-3, 3, len(qnl.weight_params))
