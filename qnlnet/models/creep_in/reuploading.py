"""The layer in place of a linear one: a circuit that sees its inputs as a matrix, again and again.

Inputs, with zeros behind them, are the rows of a matrix M; A = (M + Mᵀ)/2. From |+…+⟩ on, exp(iA/L) and a gate
exp(i Σ_k θ_k P_k) over all Pauli words take turns, L times. Output j is the probability of j, plus a bias.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from qnlnet.backends.row_evolution import reupload
from qnlnet.models.creep_in.angles import PauliAngles


class ReuploadingLinear(nn.Module):
    """Numbers → probabilities of the first outcomes, and a bias.

    Args:
        num_qubits: n; there are up to 4^n inputs.
        outputs: How many outcomes, up to 2^n.
        repetitions: L.
        has_imaginary: See `PauliAngles`; what is called probabilities need not add up to 1 then.
    """

    def __init__(self, num_qubits: int, outputs: int, repetitions: int, *, has_imaginary: bool) -> None:
        super().__init__()
        self.num_qubits = num_qubits
        self.angles = PauliAngles((repetitions,), num_qubits, has_imaginary=has_imaginary)
        self.bias = nn.Parameter(torch.randn(outputs))

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the outputs, shape (batch, outputs), of inputs of shape (batch, up to 4^n)."""
        size = 2**self.num_qubits
        rows = functional.pad(inputs, (0, size**2 - inputs.shape[1])).unflatten(1, (size, size))
        gates = self.angles.gates()
        states = reupload(rows, gates, -1 / len(gates))[..., : len(self.bias)]  # exp(−i t A) is exp(iA/L)
        return states.square().sum(dim=1) + self.bias
