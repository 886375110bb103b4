"""fastqml in torch: real and imaginary parts, layers fused into Kronecker products.

Up to six qubits its gates run on the basis states, which gives the weights' unitary, and its dense product takes the
rows through that; it is several times as fast as its gates on the rows, and what the library has `apply_dense` for.
Above, its gates run one by one: a fused layer would be a matrix of 2^n × 2^n.
"""

import torch
from fastqml import register_ops
from fastqml import torch_sim_real as gates
from torch import Tensor

from benchmarks.contestants.torch_call import call_in_torch, weights_of
from benchmarks.workloads import Call, Workload

_FEW_QUBITS = 6
_ROTATIONS = {"rx": gates.apply_rx, "ry": gates.apply_ry, "rz": gates.apply_rz}
State = tuple[Tensor, Tensor]


def build(workload: Workload) -> Call:
    """Builds forward and backward pass."""
    n = workload.num_qubits
    read_out = torch.from_numpy(workload.read_out())
    shape = (-1, *[2] * n)

    def encode(rows: Tensor) -> Tensor:
        state = torch.zeros(len(rows), 2**n, dtype=rows.dtype)
        state[:, 0] = 1
        re, im = state.reshape(shape), torch.zeros_like(state).reshape(shape)
        for wire in range(n):
            re, im = gates.apply_ry(re, im, rows[:, wire], wire, n)
        return re.reshape(len(rows), -1)

    def run(re: Tensor, weights: Tensor) -> State:
        re, im = re.reshape(shape), torch.zeros_like(re).reshape(shape)
        for gate in workload.gates:
            if gate.weight < 0:
                re, im = gates.apply_cnot(re, im, *gate.wires, n)
            else:
                re, im = _ROTATIONS[gate.name](re, im, weights[gate.weight], *gate.wires, n)
        return re.reshape(-1, 2**n), im.reshape(-1, 2**n)

    def forward(rows: Tensor, weights: Tensor) -> Tensor:
        state = rows if workload.takes_amplitudes else encode(rows)
        if n <= _FEW_QUBITS:
            columns = run(torch.eye(2**n, dtype=rows.dtype), weights)
            re, im = register_ops.apply_dense(state, torch.zeros_like(state), columns[0].T, columns[1].T)
        else:
            re, im = run(state, weights)
        return (re**2 + im**2) @ read_out

    return call_in_torch(workload, forward, weights_of(workload))
