"""The angles of exp(i Σ θ_k P_k) over all Pauli words, real or, as in the authors' code, complex."""

import torch
from torch import Tensor, nn

from qnlnet.backends.exponentials import any_exponentials, unitaries
from qnlnet.backends.matrices import pauli_sum
from qnlnet.models.formula_layer import CircuitWeights


class PauliAngles(CircuitWeights):
    """The angles of gates exp(i Σ θ_k P_k), with first values from N(0, 1).

    Args:
        shape: Of the gates.
        num_qubits: Letters of each word P_k; there are 4^n − 1 of them, all but the identity.
        has_imaginary: Whether θ have imaginary parts, too, zero at first: an optimizer then moves them as it moves the
            real parts of complex parameters, and gates do not stay unitary.
    """

    def __init__(self, shape: tuple[int, ...], num_qubits: int, *, has_imaginary: bool) -> None:
        super().__init__()
        self.num_qubits = num_qubits
        self.weight = nn.Parameter(torch.randn(*shape, 4**num_qubits - 1))
        self.imaginary = nn.Parameter(torch.zeros_like(self.weight)) if has_imaginary else None

    def gates(self) -> Tensor:
        """Returns the gates, complex, shape (…, 2^n, 2^n)."""
        generators = pauli_sum(self.weight, self.num_qubits)
        if self.imaginary is not None:
            return any_exponentials(1j * generators - pauli_sum(self.imaginary, self.num_qubits))
        return unitaries(generators)
