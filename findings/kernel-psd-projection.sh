#!/usr/bin/env bash
# numpy with qiskit-machine-learning: FidelityQuantumKernel's projection changes kernels that need none.
source "$(dirname "$0")/environment.sh"
install qiskit==2.6.2 qiskit-machine-learning==0.9.1 numpy==2.4.6
run <<'PROGRAM'
import numpy as np
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit_machine_learning.kernels import FidelityQuantumKernel

print("Good guess: the projection to the closest positive semidefinite matrix, on by default, leaves such a matrix alone.")
x = ParameterVector("x", 2)
circuit = QuantumCircuit(2)
circuit.rx(x[0], 0)
circuit.rx(x[1], 1)
# Binary features on the axis: each fidelity is exactly 0 or 1, whatever the shots, and eigenvalues are repeated.
groups = ["0112001", "01000101", "232332", "100011", "101010", "0211020"]
states = {"0": [0, 0], "1": [0, np.pi], "2": [np.pi, 0], "3": [np.pi, np.pi]}
largest = 0.0
for group in groups:
    points = np.array([states[letter] for letter in group])
    plain, projected = (
        FidelityQuantumKernel(feature_map=circuit, enforce_psd=enforce).evaluate(points) for enforce in (False, True)
    )
    right = np.array([[float(one == other) for other in group] for one in group])
    assert np.array_equal(plain, right) and np.linalg.eigvalsh(plain).min() > -1e-9
    change = np.abs(projected - plain).max()
    largest = max(largest, change)
    print(f"States {group}: valid kernel; projected, an entry changes by {change:.3f}; fidelities up to {projected.max():.3f}")
values, vectors = np.linalg.eigh(right)
ours = np.abs(vectors @ np.diag(np.maximum(values, 0)) @ vectors.T - right).max()
print(f"The same projection by eigenvectors of a symmetric matrix (eigh): changes by {ours:.0e}")
print("Seen in November 2026: no error, and fidelities above 1, from eigenvectors of a general matrix (eig) taken as orthogonal.")
raise SystemExit(0 if largest > 0.05 and ours < 1e-9 else "The behaviour has changed.")
PROGRAM
