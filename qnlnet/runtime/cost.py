"""What a job costs in QPU seconds."""

from dataclasses import dataclass

from qiskit.circuit import QuantumCircuit

from qnlnet.config import RuntimeConfig
from qnlnet.runtime.devices import Device
from qnlnet.runtime.estimators import count_executions

_SECONDS_PER_JOB = 2.0
_RULE_OF_THUMB = 0.00035  # seconds per execution, IBM's own advice
_TYPICAL_CIRCUIT_SECONDS = 2e-6  # where the device does not say how long its gates take
_AMPLIFIED = {0: 1.0, 1: 1.0, 2: 3.0}  # mean length of the circuits with the noise amplified 1, 3 and 5 times


@dataclass(frozen=True)
class Cost:
    """An estimate.

    Attributes:
        executions: How often a circuit is executed.
        seconds: QPU seconds: 2 for each job, and for each execution the device's pause and the circuit.
        rule_of_thumb_seconds: QPU seconds by IBM's rule of thumb, 2 for each job and 0.00035 for each execution.
    """

    executions: int
    seconds: float
    rule_of_thumb_seconds: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.executions + other.executions,
            self.seconds + other.seconds,
            self.rule_of_thumb_seconds + other.rule_of_thumb_seconds,
        )

    @property
    def upper_seconds(self) -> float:
        """The larger of the two estimates: what a budget is held against."""
        return max(self.seconds, self.rule_of_thumb_seconds)


def estimate_cost(device: Device, circuit: QuantumCircuit, config: RuntimeConfig, rows: int) -> Cost:
    """Estimates one job that runs `circuit` with `rows` parameter sets."""
    executions = count_executions(config, rows)
    length = circuit_seconds(device, circuit) * _AMPLIFIED[config.resilience_level]
    return Cost(
        executions,
        _SECONDS_PER_JOB + executions * (device.rep_delay_seconds + length),
        _SECONDS_PER_JOB + executions * _RULE_OF_THUMB,
    )


def circuit_seconds(device: Device, circuit: QuantumCircuit) -> float:
    """Returns how long one execution of the gates takes, without measurement and pause."""
    try:
        return circuit.estimate_duration(device.target)
    except Exception:  # noqa: BLE001 - Qiskit raises bare exceptions where a target has no durations
        return _TYPICAL_CIRCUIT_SECONDS
