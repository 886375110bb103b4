#!/usr/bin/env bash
# qkan: the PennyLane solver gives each pair of an input and an output the angles of the transposed pair.
source "$(dirname "$0")/environment.sh"
install qkan==0.2.3 pennylane==0.45.1 torch==2.13.0 numpy==2.4.6
run <<'PROGRAM'
import torch
from qkan import QKANLayer

print("Good guess: solver='qml' runs on PennyLane what solver='exact' computes, for the same angles.")


def layer(inputs, outputs, solver):
    return QKANLayer(inputs, outputs, solver=solver, fast_measure=False, ba_trainable=False)


torch.manual_seed(0)
inputs = torch.randn(4, 3)
exact, qml = layer(3, 3, "exact"), layer(3, 3, "qml")
exact.load_state_dict(qml.state_dict())
with torch.no_grad():
    values = qml(inputs).float()
    same = (exact(inputs) - values).abs().max().item()
    exact.theta.copy_(qml.theta.transpose(0, 1))
    transposed = (exact(inputs) - values).abs().max().item()
print(f"Largest difference between the solvers: {same:.2f}; with the pairs' angles transposed: {transposed:.0e}")
try:
    layer(2, 3, "qml")(inputs[:, :2])
    wider = "runs"
except IndexError as error:
    wider = f"IndexError: {error}"
print(f"Two inputs, three outputs: {wider}")
print("Seen in November 2026: a difference of 0.78, none when transposed, and the IndexError.")
raise SystemExit(0 if same > 0.1 and transposed < 1e-5 and wider != "runs" else "The behaviour has changed.")
PROGRAM
