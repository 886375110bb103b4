"""What runs a circuit: one EstimatorQNN, several ways to evaluate it."""

from qnlnet.backends.build import build_qnn
from qnlnet.backends.exact import ExactEstimatorQNN
from qnlnet.backends.layer import QuantumLayer, build_quantum_layer
from qnlnet.backends.resumable import Resumable, find_streams

__all__ = ["ExactEstimatorQNN", "QuantumLayer", "Resumable", "build_qnn", "build_quantum_layer", "find_streams"]
