"""Devices, which take a second to load, and runners on a service that is made up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from runtime.fake_service import FakeService

from qnlnet.circuits import Circuit
from qnlnet.config import RuntimeConfig
from qnlnet.runtime import Device, JobRunner, estimate_cost, transpile_for_device
from qnlnet.runtime.devices import load_local_device

BuildCircuit = Callable[..., Circuit]
Build = Callable[..., JobRunner]

CONFIG = RuntimeConfig(name="ibm_fake", shots=1000, resilience_level=0)


@pytest.fixture(scope="session")
def manila() -> Device:
    """Five qubits in a row."""
    return load_local_device("fake-manila", 4)[0]


@pytest.fixture(scope="session")
def fez() -> Device:
    """The four best qubits of a Heron processor."""
    return load_local_device("fake-fez", 4)[0]


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def build(build_circuit: BuildCircuit, manila: Device, service: FakeService, tmp_path: Path) -> Build:
    """Returns what a new process would build on the same folder."""

    def build(qnl: Circuit | None = None, seed: int = 0, say: Any = lambda _: None, **options: Any) -> JobRunner:
        device = Device("ibm_fake", manila.target, manila.qubits)
        config = CONFIG.model_copy(update=options)
        circuit = transpile_for_device(qnl or build_circuit("0"), device, config)
        return JobRunner(circuit, device, config, service, seed=seed, directory=tmp_path / "qpu", say=say)

    return build


@pytest.fixture
def cost(build_circuit: BuildCircuit, manila: Device) -> float:
    """QPU seconds of one job of five rows."""
    device = Device("ibm_fake", manila.target, manila.qubits)
    circuit = transpile_for_device(build_circuit("0"), device, CONFIG)
    return estimate_cost(device, circuit.circuit, CONFIG, 5).upper_seconds
