"""Many rows through one circuit whose weights they share; see `BatchSimulator`."""

from qnlnet.simulator.batches.expressions import Gradient, Wanted
from qnlnet.simulator.batches.plan import Amplitudes
from qnlnet.simulator.batches.simulator import BatchSimulator, Probabilities

__all__ = ["Amplitudes", "BatchSimulator", "Gradient", "Probabilities", "Wanted"]
