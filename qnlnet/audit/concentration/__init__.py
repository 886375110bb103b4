"""Concentration of kernels: how their off-diagonal entries crowd together as qubits are added."""
