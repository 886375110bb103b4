#!/usr/bin/env bash
# qiskit-machine-learning: SamplerQNN gives each row the batch's average unless the classical register is called "meas".
source "$(dirname "$0")/environment.sh"
install qiskit==2.6.2 qiskit-machine-learning==0.9.1 numpy==2.4.6
run <<'PROGRAM'
import numpy as np
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.primitives import StatevectorSampler
from qiskit_machine_learning.neural_networks import SamplerQNN

print("Good guess: the name of a classical register changes no number, and a batch equals its rows.")
x = Parameter("x")
by_measure_all = QuantumCircuit(1)
by_measure_all.ry(x, 0)
by_measure_all.measure_all()
by_measure = QuantumCircuit(1, 1)  # its register is called "c"
by_measure.ry(x, 0)
by_measure.measure(0, 0)

batch = np.array([[0.0], [np.pi / 2], [np.pi]])
right = np.sin(batch[:, 0] / 2) ** 2
found = {}
for name, circuit in {"meas": by_measure_all, "c": by_measure}.items():
    sampler = StatevectorSampler(default_shots=20_000, seed=np.random.default_rng(1))
    network = SamplerQNN(circuit=circuit, input_params=[x], weight_params=[], sampler=sampler)
    together = network.forward(batch, [])[:, 1]
    alone = np.array([network.forward(row, [])[0, 1] for row in batch])
    found[name] = together
    print(f"Register {name!r}: P(1) in one batch {together.round(3).tolist()}, row by row {alone.round(3).tolist()}")
    assert np.abs(alone - right).max() < 0.03, alone
print(f"Right: {right.round(3).tolist()}")
averaged = np.ptp(found["c"]) == 0 and abs(found["c"][0] - right.mean()) < 0.03
print(f"Seen: no error, and the average of the batch in each row: {averaged}.")
raise SystemExit(0 if averaged and np.abs(found["meas"] - right).max() < 0.03 else "The behaviour has changed.")
PROGRAM
