#!/usr/bin/env bash
# qiskit-machine-learning: trainers answer with the loss of the weights before where a step is small; SPSA stands still.
source "$(dirname "$0")/environment.sh"
install qiskit==2.6.2 qiskit-machine-learning==0.9.1 numpy==2.4.6
run <<'PROGRAM'
import numpy as np
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.primitives import StatevectorEstimator
from qiskit.quantum_info import SparsePauliOp
from qiskit_machine_learning.algorithms import NeuralNetworkRegressor
from qiskit_machine_learning.neural_networks import EstimatorQNN
from qiskit_machine_learning.optimizers import SPSA

print("Good guess: an optimizer sees the loss of the weights that it asks for, also behind a NeuralNetworkRegressor.")
x, w = Parameter("x"), Parameter("w")
circuit = QuantumCircuit(1)
circuit.ry(x, 0)
circuit.ry(w, 0)
inputs, targets, start = np.array([[0.1], [0.4]]), np.array([-1.0, -1.0]), np.array([0.5])


def loss(weights):  # what the regressor minimises: the network's output is cos(x + w)
    return float(np.mean((np.cos(inputs[:, 0] + weights[0]) - targets) ** 2))


moved = {}
for perturbation in (1e-6, 1e-2):
    network = EstimatorQNN(
        circuit=circuit,
        observables=SparsePauliOp("Z"),
        input_params=[x],
        weight_params=[w],
        estimator=StatevectorEstimator(),
        default_precision=0.0,
    )
    optimizer = SPSA(maxiter=50, learning_rate=0.1, perturbation=perturbation)
    regressor = NeuralNetworkRegressor(network, optimizer=optimizer, initial_point=start)
    trained = regressor.fit(inputs, targets).weights
    alone = optimizer.minimize(loss, start).x
    moved[perturbation] = (trained - start).item(), (alone - start).item()
    print(f"Perturbation {perturbation}: the weight moves by {moved[perturbation][0]:+.4f} in the regressor,", end=" ")
    print(f"by {moved[perturbation][1]:+.4f} with the same optimizer on the same loss")
print("Seen in November 2026: no error, and no step at all: weights within numpy.isclose of the last ones get the last ones' loss.")
still = moved[1e-6][0] == 0 and moved[1e-6][1] > 1 and abs(moved[1e-2][0] - moved[1e-2][1]) < 1e-6
raise SystemExit(0 if still else "The behaviour has changed.")
PROGRAM
