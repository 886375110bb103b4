"""Exponentials for training against those of double precision and of SciPy."""

import numpy as np
import pytest
import scipy.linalg
import torch
from torch import Tensor

from qnlnet.backends.exponentials import any_exponentials, unitaries
from qnlnet.backends.matrices import exponential, pauli_sum

ROUNDING = 1e-11


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


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
