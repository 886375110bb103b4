#!/usr/bin/env bash
# qiskit-machine-learning with torch: gradients through TorchConnector that are wrong without an error.
source "$(dirname "$0")/environment.sh"
install qiskit==2.6.2 qiskit-machine-learning==0.9.1 torch==2.13.0 numpy==2.4.6
run <<'PROGRAM'
import torch
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.primitives import StatevectorEstimator
from qiskit.quantum_info import SparsePauliOp
from qiskit_machine_learning.connectors import TorchConnector
from qiskit_machine_learning.gradients import ParamShiftEstimatorGradient
from qiskit_machine_learning.neural_networks import EstimatorQNN

x, w = Parameter("x"), Parameter("w")
circuit = QuantumCircuit(1)
circuit.ry(x, 0)
circuit.rx(w, 0)
estimator = StatevectorEstimator()
network = EstimatorQNN(
    circuit=circuit,
    observables=[SparsePauliOp("Z"), SparsePauliOp("X"), SparsePauliOp("Y")],  # cos x cos w, sin x, −cos x sin w
    input_params=[x],
    weight_params=[w],
    input_gradients=True,
    estimator=estimator,
    gradient=ParamShiftEstimatorGradient(estimator),
    default_precision=0.0,
)
layer = TorchConnector(network, initial_weights=[0.4])


def formula(x, w=torch.tensor(0.4)):
    return torch.cat([torch.cos(x) * torch.cos(w), torch.sin(x), -torch.cos(x) * torch.sin(w)], dim=-1)


print("Good guess: a layer has the derivatives of its function, for every batch, or raises.")
failures = 0

batch = torch.linspace(-1, 1, 6).reshape(2, 3, 1)
upstream = torch.arange(1.0, 19.0).reshape(2, 3, 3)
slopes = []
for function in (layer, formula):
    inputs = batch.clone().requires_grad_()
    (function(inputs) * upstream).sum().backward()
    slopes.append(inputs.grad.flatten())
error = (slopes[0] - slopes[1]).abs().max().item()
print(f"Batch of shape (2, 3, 1), three outputs: input gradients {[round(v, 2) for v in slopes[0].tolist()]},")
print(f"  right: {[round(v, 2) for v in slopes[1].tolist()]}")
failures += error > 0.1

try:
    layer(torch.zeros(2, 2, 1, requires_grad=True)).sum().backward()
except RuntimeError as exception:
    print(f"Batch of shape (2, 2, 1): {type(exception).__name__} in backward")
    failures += 1

point = torch.tensor([0.3])
ours, right = (torch.autograd.functional.hessian(lambda v, f=f: f(v)[0], point).item() for f in (layer, formula))
print(f"Second derivative: {ours:+.4f}, right: {right:+.4f}")
failures += ours == 0 and right < -0.5

layer.weight = torch.nn.Parameter(torch.tensor([1.4]))
state = {name: round(value.item(), 2) for name, value in layer.state_dict().items()}
value, right = layer(point)[0].item(), formula(point, torch.tensor(1.4))[0].item()
print(f"After layer.weight = Parameter([1.4]): value {value:+.4f}, right: {right:+.4f}, state_dict {state}")
failures += abs(value - right) > 0.1 and len(set(state.values())) == 2

print("Seen: gradients summed over another axis, or an error that names none of this; a Hessian of 0; a weight without effect.")
raise SystemExit(0 if failures == 4 else "The behaviour has changed.")
PROGRAM
