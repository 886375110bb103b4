"""What runs a circuit: one EstimatorQNN, several ways to evaluate it."""

from qnlnet.backends.build import build_qnn, build_quantum_layer
from qnlnet.backends.exact import ExactEstimatorQNN
from qnlnet.backends.one_pass import OnePassTorchConnector
from qnlnet.backends.resumable import Resumable

__all__ = ["ExactEstimatorQNN", "OnePassTorchConnector", "Resumable", "build_qnn", "build_quantum_layer"]
