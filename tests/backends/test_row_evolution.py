"""The evolution of rows against the one that takes any axes."""

import pytest
import torch

from qnlnet.backends import evolve
from qnlnet.backends.row_evolution import evolve_rows


@pytest.mark.parametrize("size", [3, 32])
def test_values_and_gradients_are_those_of_the_general_function(size: int) -> None:
    generator = torch.Generator().manual_seed(0)
    matrices = torch.rand(4, size, size, dtype=torch.float64, generator=generator)
    matrices = (matrices + matrices.mT) / 2
    matrices[0] = 0  # all eigenvalues are equal
    values, vectors = torch.linalg.eigh(matrices)
    states, slopes = torch.randn(2, 4, 2, size, dtype=torch.float64, generator=generator)
    states.requires_grad_()
    time = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    rows = evolve_rows(states, time, torch.cat([values[:, None], vectors], 1))
    evolved = evolve(torch.complex(states[:, 0], states[:, 1]), time, matrices)
    general = torch.stack([evolved.real, evolved.imag], 1)
    torch.testing.assert_close(rows, general, rtol=0, atol=1e-12)
    ours, theirs = (torch.autograd.grad((way * slopes).sum(), (states, time)) for way in (rows, general))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-11)
