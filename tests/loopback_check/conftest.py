"""A service, a client of it, and a circuit whose expectation values are known."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from loopback import LoopbackService
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp
from qiskit.transpiler import generate_preset_pass_manager
from qiskit_ibm_runtime import QiskitRuntimeService
from qiskit_ibm_runtime.executor_estimator import Estimator

SHOTS = 4096
ANGLES = np.array([0.0, 1.0, np.pi])
DEVICES = {"ibm_manila": "FakeManilaV2", "ibm_quito": "FakeQuitoV2"}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackService]:
    with LoopbackService(DEVICES, noise_free=True) as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        yield service


@pytest.fixture
def client(service: LoopbackService) -> QiskitRuntimeService:
    return QiskitRuntimeService()


@pytest.fixture
def submit(client: QiskitRuntimeService) -> Callable[..., Any]:
    """Returns a function that submits the circuit to ibm_manila, with 4,096 shots and three angles: 0, 1 and π."""

    def run(kind: type = Estimator, tags: tuple[str, ...] = (), mode: Any = None) -> Any:
        backend = client.backend("ibm_manila")
        options = {"default_shots": SHOTS, "environment": {"job_tags": list(tags)}}
        return kind(mode=mode or backend, options=options).run([build_pub(backend)])

    return run


def build_pub(backend: Any) -> tuple[QuantumCircuit, list[list[SparsePauliOp]], np.ndarray]:
    """A chain of CX gates behind a rotation by θ: ⟨Z⟩ of the first qubit is cos θ, ⟨ZZ⟩ of the ends is 1."""
    circuit = QuantumCircuit(4)
    circuit.ry(Parameter("θ"), 0)
    for qubit in range(3):
        circuit.cx(qubit, qubit + 1)
    circuit = generate_preset_pass_manager(1, backend=backend, seed_transpiler=0).run(circuit)
    observables = [[SparsePauliOp(pauli).apply_layout(circuit.layout)] for pauli in ("IIIZ", "ZIIZ")]
    return circuit, observables, ANGLES[:, None]
