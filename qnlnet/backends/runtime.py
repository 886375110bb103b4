"""`backend=runtime`: an EstimatorQNN on an IBM Quantum computer, or on a simulated device in its place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qnlnet.backends.one_pass import OnePassQNN
from qnlnet.circuits import Circuit
from qnlnet.config import RuntimeConfig
from qnlnet.runtime import JobRunner, LocalService, RemoteService, Service, transpile_for_device
from qnlnet.runtime.runner import DIRECTORY
from qnlnet.seeding import integer_seed


class RuntimeEstimatorQNN(OnePassQNN):
    """An EstimatorQNN whose values are measured on a device.

    A forward pass is one job with one PUB, a training step as well: its values and the shifts of all angles of all rows
    are broadcast in one PUB, 2·angles + 1 executions for each row.

    Args:
        runner: Runs the jobs.
        qnl: The circuit.
    """

    def __init__(self, runner: JobRunner, qnl: Circuit) -> None:
        super().__init__(
            circuit=qnl.circuit,
            observables=qnl.observable,
            input_params=qnl.input_params,
            weight_params=qnl.weight_params,
            input_gradients=True,
            default_precision=0.0,
        )
        self.runner = runner

    def values(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.runner.run(self.runner.gatewise.spread(rows))[:, None]

    def values_and_jacobian(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        gatewise = self.runner.gatewise
        measured = self.runner.run(np.concatenate([gatewise.spread(rows)[:, None], gatewise.shift(rows)], axis=1))
        jacobian = gatewise.differentiate(measured[:, 1:], rows.shape[1])
        return measured[:, :1], jacobian[:, None, :]

    def stream_state(self) -> dict[str, Any]:
        """Returns which jobs were run so far."""
        return self.runner.stream_state()

    def restore_stream_state(self, state: Mapping[str, Any]) -> None:
        """Continues from what `stream_state` returned."""
        self.runner.restore_stream_state(state)


def build_runtime_qnn(
    qnl: Circuit, config: RuntimeConfig, seed: int, directory: Path = DIRECTORY
) -> RuntimeEstimatorQNN:
    """Builds the EstimatorQNN of `backend=runtime`.

    Args:
        qnl: The circuit and its observable.
        config: The device, the options, and the budget.
        seed: Seed of the shots on a simulated device.
        directory: Where the jobs are kept.

    Raises:
        ArgumentError: There is no such device, or an option does not fit it.
        ServiceError: IBM Quantum cannot be asked.
    """
    service: Service = LocalService() if config.is_local else RemoteService()
    device = service.device(config.name, qnl.circuit.num_qubits)
    circuit = transpile_for_device(qnl, device, config)
    options: dict[str, Any] = {"seed": integer_seed(seed, "shots") % 2**31, "directory": directory}
    return RuntimeEstimatorQNN(JobRunner(circuit, device, config, service, **options), qnl)
