"""The engine's own call: NumPy in, values and gradient out."""

from benchmarks.workloads import Call, Results, Workload
from qnlnet.simulator.batches import Amplitudes, BatchSimulator


def build(workload: Workload) -> Call:
    """Builds the engine's call; amplitudes are taken as they come, since they are of length 1."""
    circuit, observables, inputs, weights = workload.build_circuit()
    given = Amplitudes(2**workload.num_qubits, normalise=False) if workload.takes_amplitudes else None
    simulator = BatchSimulator(circuit, observables, inputs, weights, amplitudes=given)

    def call() -> Results:
        values, gradient = simulator.vjp(workload.rows, workload.weights, workload.cotangent)
        return values, gradient.rows, gradient.shared

    return call
