"""What runs a circuit: one EstimatorQNN, several ways to evaluate it; and matrix exponentials as torch functions."""

from qnlnet.backends.build import build_qnn
from qnlnet.backends.eigenbases import Eigenbases
from qnlnet.backends.exact import ExactEstimatorQNN
from qnlnet.backends.layer import QuantumLayer, build_quantum_layer
from qnlnet.backends.matrices import evolve, exponential, pauli_exponential, pauli_sum
from qnlnet.backends.resumable import Resumable, find_streams

__all__ = [
    "Eigenbases",
    "ExactEstimatorQNN",
    "QuantumLayer",
    "Resumable",
    "build_qnn",
    "build_quantum_layer",
    "evolve",
    "exponential",
    "find_streams",
    "pauli_exponential",
    "pauli_sum",
]
