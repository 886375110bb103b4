"""Exact simulation of parametrised circuits: differentiable values, states, and what can reach the outputs."""

from qnlnet.simulator.analysis import Reach, analyse, analyse_circuit, is_constant
from qnlnet.simulator.batches import Amplitudes, BatchSimulator, Probabilities
from qnlnet.simulator.engine import ExactSimulator
from qnlnet.simulator.gates import SUPPORTED_GATES
from qnlnet.simulator.gram import gram
from qnlnet.simulator.overlaps import overlaps
from qnlnet.simulator.projected import bloch_vectors, gaussians
from qnlnet.simulator.states import StateSimulator

__all__ = [
    "SUPPORTED_GATES",
    "Amplitudes",
    "BatchSimulator",
    "ExactSimulator",
    "Probabilities",
    "Reach",
    "StateSimulator",
    "analyse",
    "analyse_circuit",
    "bloch_vectors",
    "gaussians",
    "gram",
    "is_constant",
    "overlaps",
]
