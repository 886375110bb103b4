"""Waiting on a simulated device: none without decoupling, the same with pulses and without, as T1 says."""

import math

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.config import RuntimeConfig
from qnlnet.runtime import Device, JobRequest, LocalService, build_pub, load_fake_device
from qnlnet.runtime.devices import load_local_device
from qnlnet.runtime.estimators import decode_answer
from qnlnet.runtime.idle_noise import build_padding

ENTANGLERS, SHOTS = 100, 20_000


def excite(entanglers: int = ENTANGLERS) -> QuantumCircuit:
    """Qubit 0 of FakeManila becomes 1, gives that to qubit 1, and waits while qubits 1 and 2 have work."""
    circuit = QuantumCircuit(5)
    circuit.x(0)
    circuit.cx(0, 1)
    for _ in range(entanglers):
        circuit.cx(1, 2)
    return circuit


@pytest.fixture(scope="module")
def excited() -> QuantumCircuit:
    return excite()


def measure_excitation(circuit: QuantumCircuit, decoupling: str, **options: int) -> float:
    """Returns the probability to find qubit 0 in 1."""
    service = LocalService()
    usual = {"name": "fake-manila", "shots": SHOTS, "resilience_level": 0}
    config = RuntimeConfig(**{**usual, "dynamical_decoupling": decoupling, **options})
    service.device(config.name, 5)
    pub = build_pub(circuit, SparsePauliOp("IIIIZ"), (), np.zeros(()))[:2]
    job = service.submit(JobRequest(config.name, pub, config, "tag", seed=1))
    return (1 - float(decode_answer(*service.fetch(job))[0])) / 2


@pytest.mark.slow
def test_waiting_is_noisy_only_where_it_is_written_down(excited: QuantumCircuit, manila: Device) -> None:
    seconds = ENTANGLERS * manila.target["cx"][1, 2].duration
    survives = math.exp(-seconds / manila.target.qubit_properties[0].t1)
    assert survives < 0.9
    # A 1 that reads 0, or a 0 that reads 1, has at most twice the mean readout error; the pair's gate loses its error.
    lost = 2 * manila.target["measure"][0,].error + 2 * manila.target["cx"][0, 1].error
    off, waiting, pulses = (measure_excitation(excited, name) for name in ("off", "waiting", "XX"))
    shots = 5 / math.sqrt(4 * SHOTS)  # five standard errors of a probability, where they are largest
    assert off > 1 - lost - shots
    assert waiting == pytest.approx(survives, abs=lost + shots)
    assert off - pulses > 0.05
    assert off - waiting > 0.05


@pytest.mark.slow
@pytest.mark.parametrize("level", [1, 2])
def test_mitigation_goes_with_it(level: int) -> None:
    value = measure_excitation(excite(20), "waiting", resilience_level=level, shots=2_000)
    assert 0.8 < value < 1.2  # without a readout error, and with less noise than there is


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fake-london", "fake-cambridge", "fake-poughkeepsie", "fake-fez"])
def test_devices_that_do_not_say_all_durations_can_be_scheduled(name: str) -> None:
    device, _ = load_local_device(name, 4)
    circuit = QuantumCircuit(4)
    circuit.sx([0, 1, 2, 3])
    pair = next(pair for gate in ("cx", "cz") if gate in device.target.operation_names for pair in device.target[gate])
    (circuit.cz if "cz" in device.target.operation_names else circuit.cx)(*pair)
    circuit.measure_all()
    operations = build_padding(device.target).run(circuit).count_ops()
    assert operations["delay"] >= 2
    whole = load_fake_device(name).target
    if name != "fake-fez":
        assert whole["measure"][0,].duration is None
