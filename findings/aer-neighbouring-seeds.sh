#!/usr/bin/env bash
# qiskit-aer: runs with neighbouring seeds share all shots but one, so repeats over seeds 0, 1, 2, … hardly differ.
source "$(dirname "$0")/environment.sh"
install qiskit==2.6.2 qiskit-aer==0.18.2 numpy==2.4.6
run <<'PROGRAM'
import numpy as np
from qiskit.circuit import QuantumCircuit
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel, depolarizing_error

SHOTS, REPEATS = 1000, 40
noise = NoiseModel()
noise.add_all_qubit_quantum_error(depolarizing_error(0.1, 2), ["cx"])
circuit = QuantumCircuit(2)
circuit.ry(1.0, 0)
circuit.cx(0, 1)
circuit.measure_all()


def shots(method, seed):
    simulator = AerSimulator(method=method, noise_model=noise)
    return simulator.run(circuit, shots=SHOTS, memory=True, seed_simulator=seed).result().get_memory()


def spread(method, step):
    """Standard deviation over seeds of the fraction of ones on qubit 0."""
    return np.std([np.mean([bits[-1] == "1" for bits in shots(method, step * k)]) for k in range(REPEATS)])


print("Good guess: seeds 0, 1, 2, … give independent samples, as they do with numpy's generators.")
first, second = shots("statevector", 7), shots("statevector", 8)
shared = first[1:] == second[:-1]
print(f"Method statevector with noise: shots 1 … {SHOTS - 1} of seed 7 are shots 0 … {SHOTS - 2} of seed 8: {shared}")
probability = np.mean([bits[-1] == "1" for bits in shots("density_matrix", 7)])
expected = np.sqrt(probability * (1 - probability) / SHOTS)
near, far, other = spread("statevector", 1), spread("statevector", SHOTS), spread("density_matrix", 1)
print(f"Spread of a probability over {REPEATS} seeds, by the shots {expected:.4f}:")
print(f"  statevector, seeds 0, 1, 2, …: {near:.4f}; seeds 0, {SHOTS}, {2 * SHOTS}, …: {far:.4f}")
print(f"  density_matrix, seeds 0, 1, 2, …: {other:.4f}")
print("Seen in November 2026: error bars over neighbouring seeds are several times too small, where shots are run one by one.")
as_seen = shared and near < expected / 2 and far > expected / 2 and other > expected / 2
raise SystemExit(0 if as_seen else "The behaviour has changed.")
PROGRAM
