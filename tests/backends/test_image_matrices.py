"""Circuits that see images as matrices, for training, against exponentials of torch and SciPy."""

import numpy as np
import pytest
import scipy.linalg
import torch
from torch import Tensor

from qnlnet.backends.image_matrices import any_exponentials, reupload, unitaries
from qnlnet.backends.matrices import exponential, pauli_sum

ROUNDING = 1e-11


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def step_by_step(images: Tensor, gates: Tensor, time: float) -> Tensor:
    """Returns the states by whole exponentials."""
    passed = torch.linalg.matrix_exp(1j * time * (images + images.mT) / 2)
    states = torch.full(images.shape[:2], images.shape[1] ** -0.5, dtype=gates.dtype)
    for gate in gates:
        states = torch.einsum("ij,bjk,bk->bi", gate, passed, states)
    return states


def test_reuploading_is_one_exponential_behind_the_other() -> None:
    images = draw(4, 8, 8) * torch.tensor([20, 1, 1e-3, 0])[:, None, None]
    gates = draw(3, 8, 8, dtype=torch.complex128) / 3  # not unitary
    weights, found = draw(4, 8, dtype=torch.complex128), []
    for function in (reupload, step_by_step):
        arguments = images.clone().requires_grad_(), gates.clone().requires_grad_()
        states = function(*arguments, 0.3)
        found.append((states.detach(), *torch.autograd.grad((states * weights).real.sum(), arguments)))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=ROUNDING)


def test_single_precision_is_enough_for_seven_qubits() -> None:
    images, gates = 80 / 16 * draw(2, 128, 128), unitaries(pauli_sum(draw(10, 16_383), 7))
    exact = reupload(images, gates, 0.1)
    rounded = reupload(images.float(), unitaries(pauli_sum(draw(10, 16_383).float(), 7)), 0.1)
    torch.testing.assert_close(rounded, exact.to(rounded.dtype), rtol=0, atol=2e-5)


@pytest.mark.parametrize("is_degenerate", [False, True])
def test_unitaries_are_those_of_double_precision(is_degenerate: bool) -> None:
    generators = torch.ones(3, 8, 8, dtype=torch.complex128) if is_degenerate else pauli_sum(draw(3, 63), 3)
    weights, found = draw(3, 8, 8, seed=1, dtype=torch.complex128), []
    for function in (unitaries, exponential):
        own = generators.clone().requires_grad_()
        values = function(own)
        found.append((values.detach(), *torch.autograd.grad((values * weights).real.sum(), own)))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("scale", [0.0, 1e-3, 1.0, 5.0])
def test_exponentials_of_any_matrices_are_those_of_scipy(scale: float) -> None:
    matrices, weights = scale * draw(3, 8, 8, dtype=torch.complex128), draw(3, 8, 8, seed=1, dtype=torch.complex128)
    matrices.requires_grad_()
    values = any_exponentials(matrices)
    (slopes,) = torch.autograd.grad((values * weights.conj()).real.sum(), matrices)
    for matrix, weight, value, slope in zip(matrices.detach(), weights, values.detach(), slopes, strict=True):
        expected = scipy.linalg.expm(matrix.numpy())
        np.testing.assert_allclose(value, expected, rtol=0, atol=1e-12 * np.abs(expected).max())
        # The adjoint of the derivative at X is the derivative at X†.
        expected = scipy.linalg.expm_frechet(matrix.numpy().conj().T, weight.numpy(), compute_expm=False)
        np.testing.assert_allclose(slope, expected, rtol=0, atol=1e-12 * np.abs(expected).max())
