"""Our quantum layer in torch, as a network has it."""

import torch

from benchmarks.contestants.torch_call import call_in_torch
from benchmarks.workloads import Call, Workload
from qnlnet.backends import QuantumLayer
from qnlnet.circuits import Circuit


def build(workload: Workload) -> Call:
    """Builds forward and backward pass of the layer, which computes in the type of the workload."""
    circuit, observables, inputs, weights = workload.build_circuit()
    dtype = getattr(torch, workload.dtype)
    layer = QuantumLayer(Circuit(circuit, tuple(inputs), tuple(weights), tuple(observables)), precision=dtype).to(dtype)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(workload.weights))
    return call_in_torch(workload, lambda rows, _: layer(rows), layer.weight)
