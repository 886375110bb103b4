"""Exact, differentiable simulation of parametrised circuits by the adjoint method."""

from qnlnet.simulator.analysis import is_constant
from qnlnet.simulator.engine import ExactSimulator
from qnlnet.simulator.gates import SUPPORTED_GATES

__all__ = ["SUPPORTED_GATES", "ExactSimulator", "is_constant"]
