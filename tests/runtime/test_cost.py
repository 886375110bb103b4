"""QPU seconds by hand."""

from collections.abc import Callable

import pytest
from qiskit.transpiler import Target

from qnlnet.circuits import Circuit
from qnlnet.config import RuntimeConfig
from qnlnet.runtime import Cost, Device, DeviceCircuit, estimate_cost, transpile_for_device
from qnlnet.runtime.cost import circuit_seconds

BuildCircuit = Callable[..., Circuit]

PLAIN = RuntimeConfig(name="fake-manila", shots=1000, resilience_level=0)


@pytest.fixture
def circuit(build_circuit: BuildCircuit, manila: Device) -> DeviceCircuit:
    return transpile_for_device(build_circuit("0"), manila, PLAIN)


def longest_path(circuit: DeviceCircuit, target: Target) -> float:
    """The time of the slowest chain of gates, added up by hand."""
    ends = [0.0] * target.num_qubits
    for instruction in circuit.circuit.data:
        place = tuple(circuit.circuit.find_bit(qubit).index for qubit in instruction.qubits)
        duration = target[instruction.operation.name][place].duration or 0.0
        end = max(ends[qubit] for qubit in place) + duration
        for qubit in place:
            ends[qubit] = end
    return max(ends)


def test_seconds_of_a_circuit(manila: Device, circuit: DeviceCircuit) -> None:
    by_hand = longest_path(circuit, manila.target)
    assert 1e-7 < by_hand < 1e-4
    assert circuit_seconds(manila, circuit.circuit) == pytest.approx(by_hand, rel=1e-9)


def test_seconds_where_the_device_does_not_tell(build_circuit: BuildCircuit) -> None:
    device = Device("aer", Target.from_configuration(["rz", "sx", "x", "cz"], num_qubits=4), (0, 1, 2, 3))
    circuit = transpile_for_device(build_circuit("0"), device, PLAIN)
    assert circuit_seconds(device, circuit.circuit) == 2e-6


def test_seconds_of_a_job(manila: Device, circuit: DeviceCircuit) -> None:
    cost = estimate_cost(manila, circuit.circuit, PLAIN, rows=200)
    length = longest_path(circuit, manila.target)
    assert cost.executions == 200_000
    assert cost.seconds == pytest.approx(2 + 200_000 * (250e-6 + length), rel=1e-9)
    assert cost.rule_of_thumb_seconds == pytest.approx(2 + 200_000 * 0.00035)
    assert cost.upper_seconds == max(cost.seconds, cost.rule_of_thumb_seconds)


def test_the_pause_is_the_device_s_own(manila: Device, circuit: DeviceCircuit) -> None:
    slow = Device("ibm_slow", manila.target, manila.qubits, rep_delay_seconds=1e-3)
    cost = estimate_cost(slow, circuit.circuit, PLAIN, rows=1)
    assert cost.seconds == pytest.approx(2 + 1000 * (1e-3 + longest_path(circuit, manila.target)), rel=1e-9)
    assert cost.upper_seconds == cost.seconds > cost.rule_of_thumb_seconds


def test_readout_mitigation_costs_one_more_row(manila: Device, circuit: DeviceCircuit) -> None:
    config = PLAIN.model_copy(update={"resilience_level": 1, "shots": 1024})
    assert estimate_cost(manila, circuit.circuit, config, rows=200).executions == 201 * 1024


def test_extrapolation_runs_three_times_as_much_and_three_times_as_long(manila: Device, circuit: DeviceCircuit) -> None:
    config = PLAIN.model_copy(update={"resilience_level": 2, "shots": 1024})
    cost = estimate_cost(manila, circuit.circuit, config, rows=200)
    assert cost.executions == (3 * 200 + 1) * 1024
    # The noise is amplified 1, 3 and 5 times by repeating gates, 3 times in the mean.
    assert cost.seconds == pytest.approx(2 + cost.executions * (250e-6 + 3 * longest_path(circuit, manila.target)))


def test_costs_add_up() -> None:
    total = Cost(10, 2.5, 3.0) + Cost(5, 4.0, 1.0)
    assert total == Cost(15, 6.5, 4.0)
    assert total.upper_seconds == 6.5
