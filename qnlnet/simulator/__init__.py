"""Exact, differentiable simulation of parametrised circuits by the adjoint method, and what can reach their outputs."""

from qnlnet.simulator.analysis import Reach, analyse, analyse_circuit, is_constant
from qnlnet.simulator.engine import ExactSimulator
from qnlnet.simulator.gates import SUPPORTED_GATES

__all__ = ["SUPPORTED_GATES", "ExactSimulator", "Reach", "analyse", "analyse_circuit", "is_constant"]
