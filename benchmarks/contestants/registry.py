"""Which contestant runs which workload. A library is imported when its first call is built."""

import importlib
from dataclasses import dataclass
from typing import cast

from benchmarks.workloads import FLOATS, W1, W2, W3, W3_TWO_LAYERS, Call, Workload
from qnlnet.evidence.benchmarks import names

_ALL = tuple(workload.name for workload in (W1, W2, W3, W3_TWO_LAYERS))
_ANGLES = tuple(workload.name for workload in (W1, W3, W3_TWO_LAYERS))


@dataclass(frozen=True)
class Contestant:
    """A way to compute a workload.

    Attributes:
        module: Where its `build` is, below this package.
        workloads: Names of the workloads that it can do.
        dtypes: The types that it computes in.
        function: Name of the function that builds its call.
    """

    module: str
    workloads: tuple[str, ...] = _ALL
    dtypes: tuple[str, ...] = FLOATS
    function: str = "build"

    def takes(self, workload: Workload) -> bool:
        """Returns whether it can do a workload."""
        return workload.name in self.workloads and workload.dtype in self.dtypes

    def build(self, workload: Workload) -> Call:
        """Returns a call without arguments that gives values, gradient by rows, gradient by weights."""
        module = importlib.import_module(f"benchmarks.contestants.{self.module}")
        return cast(Call, getattr(module, self.function)(workload))


CONTESTANTS: dict[str, Contestant] = {
    names.VJP_OURS: Contestant("ours"),
    # The layer divides amplitudes by their norm, so that its gradient by them is another one than the others'.
    names.VJP_LAYER: Contestant("ours_in_torch", _ANGLES),
    names.VJP_JAX: Contestant("jax_by_hand"),
    names.VJP_JAX_FACTORS: Contestant("jax_by_hand", (W3.name,), function="build_factors"),
    names.VJP_TENSORCIRCUIT: Contestant("tensorcircuit"),
    names.VJP_PENNYLANE_JAX: Contestant("pennylane_in_jax"),
    names.VJP_PENNYLANE_TORCH: Contestant("pennylane_in_torch"),
    names.VJP_PYQTORCH: Contestant("pyqtorch"),
    names.VJP_FASTQML: Contestant("fastqml"),
    names.VJP_PREVIOUS: Contestant("previous", _ANGLES, ("float64",)),
}


def contestants_for(workload: Workload) -> dict[str, Contestant]:
    """Returns those that can do a workload, ours first."""
    return {name: contestant for name, contestant in CONTESTANTS.items() if contestant.takes(workload)}
