"""Gates of few qubits as matrices that torch differentiates: the first qubit has the most significant bit."""

from functools import cache, reduce

import torch
from torch import Tensor

from qnlnet.models.qcnn.circuit import gray_code_words

_PAULIS = {
    "I": [[1, 0], [0, 1]],
    "X": [[0, 1], [1, 0]],
    "Y": [[0, -1j], [1j, 0]],
    "Z": [[1, 0], [0, -1]],
}
_EXCHANGES = ("XX", "YY", "ZZ")


@cache
def _stack_words(words: tuple[str, ...]) -> Tensor:
    """Returns the matrices of Pauli words, shape (words, 2^n, 2^n)."""
    letters = {letter: torch.tensor(rows, dtype=torch.complex128) for letter, rows in _PAULIS.items()}
    return torch.stack([reduce(torch.kron, [letters[letter] for letter in word]) for word in words])


def rotate(angles: Tensor, words: tuple[str, ...]) -> Tensor:
    """Returns exp(−i θ P / 2) for each word, shape (words, 2^n, 2^n), for angles of shape (words,)."""
    paulis = _stack_words(words)
    half = angles[:, None, None] / 2
    return half.cos() * torch.eye(paulis.shape[-1]) - 1j * half.sin() * paulis


def rotate_in_turn(angles: Tensor, letters: int) -> Tensor:
    """Returns the product of the rotations by all Pauli words in the order of the Gray code, the first one first."""
    gates = rotate(angles, gray_code_words(letters))
    while len(gates) > 1:  # products of neighbours, which are as many calls as a number has bits
        left_over = gates[len(gates) // 2 * 2 :]
        gates = torch.cat([gates[1::2] @ gates[: len(gates) // 2 * 2 : 2], left_over])
    return gates[0]


def u3(angles: Tensor) -> Tensor:
    """Returns U3(θ, φ, λ) as Qiskit has it, shape (2, 2)."""
    theta, phi, lam = angles
    cos, sin = (theta / 2).cos(), (theta / 2).sin()
    up, down = torch.exp(1j * phi), torch.exp(1j * lam)
    return torch.stack([torch.stack([cos + 0j, -down * sin]), torch.stack([up * sin, up * down * cos])])


def convolve(angles: Tensor) -> Tensor:
    """Returns XX, YY and ZZ of two qubits, then a U3 of each, shape (4, 4), for nine angles."""
    xx, yy, zz = rotate(angles[:3], _EXCHANGES)
    return torch.kron(u3(angles[3:6]), u3(angles[6:9])) @ zz @ yy @ xx


def pool(turn: Tensor) -> Tensor:
    """Returns a gate of the first qubit that acts where the second is 1, shape (4, 4)."""
    off, on = torch.diag(torch.tensor([1.0, 0.0])), torch.diag(torch.tensor([0.0, 1.0]))
    return torch.kron(torch.eye(2, dtype=turn.dtype), off.to(turn.dtype)) + torch.kron(turn, on.to(turn.dtype))


def place(gate: Tensor, first: int, qubits: int) -> Tensor:
    """Returns a gate of neighbours as one of all qubits, shape (2^qubits, 2^qubits).

    Args:
        gate: Its matrix.
        first: The first of its qubits.
        qubits: How many there are.
    """
    own = gate.shape[0].bit_length() - 1
    before, behind = (torch.eye(2**count, dtype=gate.dtype) for count in (first, qubits - own - first))
    return torch.kron(torch.kron(before, gate), behind)
