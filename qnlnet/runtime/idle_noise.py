"""A simulated device whose idle qubits wait: what decoupling on it is to be compared with.

Simulators know noise of waiting only where a circuit says for how long. Decoupling pads circuits with pulses and
waiting times; without it nothing is padded, and idle qubits do not decay.
"""

from collections.abc import Iterable
from typing import Any

from qiskit.transpiler import PassManager, Target
from qiskit.transpiler.passes import ALAPScheduleAnalysis, PadDelay, TimeUnitConversion


def build_waiting_estimator(mode: Any, options: dict[str, Any]) -> Any:
    """Returns the client-side estimator, which pads circuits as for decoupling, but without its pulses.

    Args:
        mode: A simulated device.
        options: Those of the estimator.
    """
    from qiskit_ibm_runtime.executor import Executor
    from qiskit_ibm_runtime.executor_estimator import Estimator
    from qiskit_ibm_runtime.executor_estimator.prepare import prepare

    class WaitingEstimator(Estimator):
        # Source: `Estimator.run`, and `apply_dynamical_decoupling` in its place.
        def run(self, pubs: Iterable[Any], *, precision: float | None = None, dry_run: bool = False) -> Any:
            backend = self.backend()
            program, executor_options = prepare(pubs, self.options, precision, add_tags=True, backend=backend)
            program._semantic_role = "estimator_v2"  # by which the answer is read
            passes = build_padding(backend.target)
            for item in program.items:
                item.circuit = passes.run(item.circuit)
            return Executor(mode=backend, options=executor_options).run(program, dry_run=dry_run)

    return WaitingEstimator(mode=mode, options=options)


def build_padding(target: Target) -> PassManager:
    """Returns what writes the waiting times into a circuit, scheduled as late as possible, as decoupling does."""
    conversion = [] if target.dt is None else [TimeUnitConversion(target=target)]
    return PassManager([*conversion, ALAPScheduleAnalysis(target=target), PadDelay(target=target)])
