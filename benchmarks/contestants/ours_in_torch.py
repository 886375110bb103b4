"""Our quantum layer in torch, as a network has it."""

import torch

from benchmarks.contestants.torch_call import call_in_torch
from benchmarks.workloads import Call, Workload
from qnlnet.backends import build_quantum_layer
from qnlnet.circuits import Circuit


def build(workload: Workload) -> Call:
    """Builds forward and backward pass of the layer; the weights' type decides on that of the results."""
    circuit, observables, inputs, weights = workload.build_circuit()
    layer = build_quantum_layer(Circuit(circuit, tuple(inputs), tuple(weights), tuple(observables)))
    layer = layer.to(getattr(torch, workload.dtype))
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(workload.weights))
    return call_in_torch(workload, lambda rows, _: layer(rows), layer.weight)
