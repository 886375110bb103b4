"""PennyLane's default.qubit in torch: all rows broadcast through one circuit, without PennyLane's torch wrapper."""

import torch
from torch import Tensor

from benchmarks.contestants.pennylane_circuit import build_qnode
from benchmarks.contestants.torch_call import call_in_torch, weights_of
from benchmarks.workloads import Call, Workload


def build(workload: Workload) -> Call:
    """Builds forward and backward pass."""
    circuit, read_out = build_qnode(workload, "torch"), torch.from_numpy(workload.read_out())

    def forward(rows: Tensor, weights: Tensor) -> Tensor:
        return circuit(rows, weights).to(rows.dtype) @ read_out

    return call_in_torch(workload, forward, weights_of(workload))
