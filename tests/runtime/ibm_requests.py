"""What the tests of the client of IBM Quantum ask for."""

import numpy as np
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.config import RuntimeConfig
from qnlnet.runtime import JobRequest, build_pub

ANGLES = np.array([[0.0], [1.0], [3.0]])
SHOTS = 4096


def build_request(tag: str = "tag", batch: str | None = None) -> JobRequest:
    """Returns a job that measures cos θ on the second of five qubits; RX(θ) is written in the gates of the device."""
    circuit = QuantumCircuit(5)
    angle = Parameter("θ")
    circuit.rz(np.pi / 2, 1)
    circuit.sx(1)
    circuit.rz(angle + np.pi, 1)
    circuit.sx(1)
    circuit.rz(np.pi / 2, 1)
    pub = build_pub(circuit, SparsePauliOp("IIIZI"), ("θ",), ANGLES)
    config = RuntimeConfig(name="ibm_manila", shots=SHOTS, resilience_level=0)
    return JobRequest("ibm_manila", pub, config, tag, batch=batch, max_seconds=77)
