"""What runs a circuit: one EstimatorQNN, several ways to evaluate it."""

from qnlnet.backends.build import build_qnn, build_quantum_layer
from qnlnet.backends.exact import ExactEstimatorQNN

__all__ = ["ExactEstimatorQNN", "build_qnn", "build_quantum_layer"]
