#!/usr/bin/env bash
# pyqtorch: adjoint gradients are wrong behind a controlled gate whose control has a higher number than its target.
source "$(dirname "$0")/environment.sh"
install torch==2.13.0 numpy==2.4.6 pyqtorch==1.7.8
run <<'PROGRAM'
import torch
import pyqtorch as pyq
from pyqtorch import DiffMode


def value_and_slope(gate, mode):
    """<Z> on qubit 0 and its derivative by the angle of a rotation before `gate`."""
    w = torch.tensor([0.7], dtype=torch.float64, requires_grad=True)
    operations = [pyq.RY(1, 0.3), pyq.RX(2, 0.5), pyq.RY(0, 0.2), pyq.RX(0, "w"), gate, pyq.RY(0, 0.8), pyq.RX(0, 0.8)]
    value = pyq.expectation(
        pyq.QuantumCircuit(3, operations),
        pyq.zero_state(3, dtype=torch.complex128),
        {"w": w},
        observable=pyq.Observable([pyq.Z(0)]),
        diff_mode=mode,
    )
    return value.item(), torch.autograd.grad(value.sum(), w)[0].item()


print("Good guess: the adjoint method gives the slope of automatic differentiation and of parameter shifts.")
gates = {
    "CNOT(0, 1)": pyq.CNOT(0, 1),
    "CNOT(1, 0)": pyq.CNOT(1, 0),
    "CY(0, 1)": pyq.CY(0, 1),
    "CY(1, 0)": pyq.CY(1, 0),
    "CRX(0, 1)": pyq.CRX(0, 1, 0.4),
    "CRX(1, 0)": pyq.CRX(1, 0, 0.4),
    "CZ(1, 0)": pyq.CZ(1, 0),  # symmetric
}
wrong = []
for name, gate in gates.items():
    results = {mode: value_and_slope(gate, mode) for mode in (DiffMode.AD, DiffMode.GPSR, DiffMode.ADJOINT)}
    value, slope = results[DiffMode.AD]
    assert abs(results[DiffMode.GPSR][1] - slope) < 1e-6, results
    assert abs(results[DiffMode.ADJOINT][0] - value) < 1e-9, results
    if abs(results[DiffMode.ADJOINT][1] - slope) > 1e-6:
        wrong.append(name)
    print(f"{name}: value {value:+.4f}, slope {slope:+.4f}, by the adjoint method {results[DiffMode.ADJOINT][1]:+.4f}")
print(f"Seen: no error, the right value, and a wrong slope behind {', '.join(wrong)}.")
raise SystemExit(0 if wrong == ["CNOT(1, 0)", "CY(1, 0)", "CRX(1, 0)"] else "The behaviour has changed.")
PROGRAM
