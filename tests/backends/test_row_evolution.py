"""The evolution of rows against the one that takes any axes, and against whole exponentials."""

import pytest
import torch
from torch import Tensor

from qnlnet.backends import evolve, pauli_exponential
from qnlnet.backends.row_evolution import evolve_rows, reupload


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("size", [3, 32])
def test_values_and_gradients_are_those_of_the_general_function(size: int) -> None:
    matrices = draw(4, size, size)
    matrices = (matrices + matrices.mT) / 2
    matrices[0] = 0  # all eigenvalues are equal
    values, vectors = torch.linalg.eigh(matrices)
    states, slopes = draw(2, 4, 2, size, seed=1)
    states.requires_grad_()
    time = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    rows = evolve_rows(states, time, torch.cat([values[:, None], vectors.mT], 1))
    evolved = evolve(torch.complex(states[:, 0], states[:, 1]), time, matrices)
    general = torch.stack([evolved.real, evolved.imag], 1)
    torch.testing.assert_close(rows, general, rtol=0, atol=1e-12)
    ours, theirs = (torch.autograd.grad((way * slopes).sum(), (states, time)) for way in (rows, general))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-11)


def step_by_step(images: Tensor, gates: Tensor, time: float) -> Tensor:
    """Returns the states by whole exponentials."""
    passed = torch.linalg.matrix_exp(-1j * time * (images + images.mT) / 2)
    states = torch.full(images.shape[:2], images.shape[1] ** -0.5, dtype=gates.dtype)
    for gate in gates:
        states = torch.einsum("ij,bjk,bk->bi", gate, passed, states)
    return torch.stack([states.real, states.imag], dim=1)


def test_reuploading_is_one_exponential_behind_the_other() -> None:
    images = draw(4, 8, 8) * torch.tensor([20, 1, 1e-3, 0])[:, None, None]
    gates = draw(3, 8, 8, dtype=torch.complex128) / 3  # not unitary
    weights, found = draw(4, 2, 8), []
    for function in (reupload, step_by_step):
        arguments = images.clone().requires_grad_(), gates.clone().requires_grad_()
        states = function(*arguments, 0.3)
        found.append((states.detach(), *torch.autograd.grad((states * weights).sum(), arguments)))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-11)


def test_single_precision_is_enough_for_seven_qubits() -> None:
    images, angles = 80 / 16 * draw(2, 128, 128), draw(10, 16_383)
    exact = reupload(images, pauli_exponential(angles, 7), 0.1)
    rounded = reupload(images.float(), pauli_exponential(angles.float(), 7), 0.1)
    torch.testing.assert_close(rounded, exact.float(), rtol=0, atol=2e-5)
