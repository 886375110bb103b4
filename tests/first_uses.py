"""Compiles the kernels that most tests use, before several processes would: `python tests/first_uses.py PART`."""

import sys
import tempfile
from functools import partial

import numpy as np
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.config import load_config
from qnlnet.runs import train_cells
from qnlnet.simulator import BatchSimulator


def train() -> None:
    """Trains two models in the compiled loop, which also runs the simulator of single rows."""
    with tempfile.TemporaryDirectory() as folder:
        for reducer in ("pca", "cnn"):
            settings = ("data=digits", f"reducer={reducer}", "seeds=1", "train.epochs=1")
            train_cells([load_config(*settings, f"output_dir={folder}/{reducer}")])


def run_batches(dtype: str) -> None:
    """Runs a state, and then a Fourier series, for each row, in one precision."""
    for turns in (4, 1):
        x, rows = ParameterVector("x", 3), np.ones((1, 3), dtype)
        circuit = QuantumCircuit(3)
        for _ in range(turns):
            for qubit in range(3):
                circuit.ry(x[qubit], qubit)
                circuit.cx(qubit, (qubit + 1) % 3)
        observable = [SparsePauliOp("ZII")]
        BatchSimulator(circuit, observable, list(x)).vjp(rows, [], np.ones((1, 1), dtype))


PARTS = {
    "training": train,
    "float64": partial(run_batches, "float64"),
    "float32": partial(run_batches, "float32"),
}

if __name__ == "__main__":
    PARTS[sys.argv[1]]()
