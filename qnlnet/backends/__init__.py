"""What runs a circuit: one EstimatorQNN, several ways to evaluate it."""

from qnlnet.backends.build import build_qnn, build_quantum_layer
from qnlnet.backends.exact import ExactEstimatorQNN
from qnlnet.backends.layer import ExactTorchConnector

__all__ = ["ExactEstimatorQNN", "ExactTorchConnector", "build_qnn", "build_quantum_layer"]
