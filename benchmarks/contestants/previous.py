"""The exact engine as it was at commit cf19cff: the full Jacobian of every row, then contracted with the cotangent.

`ExactSimulator` has its kernels to this day, as committed digits depend on them: `run_rows`, what it calls, and
`cos_sin` are the same lines.
"""

import numpy as np

from benchmarks.workloads import Call, Results, Workload
from qnlnet.simulator import ExactSimulator


def build(workload: Workload) -> Call:
    """Builds the call; every row brings its copy of the weights, as that engine wanted it."""
    circuit, observables, inputs, weights = workload.build_circuit()
    simulator, split = ExactSimulator(circuit, observables, [*inputs, *weights]), len(inputs)

    def call() -> Results:
        rows = np.hstack([workload.rows, np.broadcast_to(workload.weights, (workload.num_rows, len(weights)))])
        values, jacobian = simulator.values_and_jacobian(rows)
        gradient = np.einsum("ro,rop->rp", workload.cotangent, jacobian, optimize=True)
        return values, gradient[:, :split], gradient[:, split:].sum(axis=0)

    return call
