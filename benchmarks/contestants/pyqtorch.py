"""PyQTorch: a batch of states through a circuit, differentiated by torch's autograd."""

from typing import Any

import pyqtorch as pyq
import torch
from torch import Tensor

from benchmarks.contestants.torch_call import call_in_torch, weights_of
from benchmarks.workloads import Call, Workload

_OPERATIONS = {"rx": pyq.RX, "ry": pyq.RY, "rz": pyq.RZ}


def build(workload: Workload) -> Call:
    """Builds forward and backward pass; all ⟨Z⟩ come from the state."""
    n, kind = workload.num_qubits, torch.complex64 if workload.dtype == "float32" else torch.complex128
    encoding = [] if workload.takes_amplitudes else [pyq.RY(wire, f"x{wire}") for wire in range(n)]
    gates = [
        pyq.CNOT(gate.wires[0], gate.wires[1])
        if gate.weight < 0
        else _OPERATIONS[gate.name](gate.wires[0], f"w{gate.weight}")
        for gate in workload.gates
    ]
    circuit: Any = pyq.QuantumCircuit(n, [*encoding, *gates]).to(dtype=kind)
    read_out = torch.from_numpy(workload.read_out()).T.contiguous()

    def forward(rows: Tensor, weights: Tensor) -> Tensor:
        values = {f"w{number}": weight.reshape(1) for number, weight in enumerate(weights)}
        if workload.takes_amplitudes:
            state = rows.T.reshape(*[2] * n, len(rows)).to(kind)
        else:
            state = pyq.zero_state(n, dtype=kind)
            values |= {f"x{wire}": rows[:, wire] for wire in range(n)}
        final = circuit.run(state, values).reshape(2**n, len(rows))
        return (read_out @ (final.real**2 + final.imag**2)).T

    return call_in_torch(workload, forward, weights_of(workload))
