"""Matrix exponentials in torch: gradients of any order against differences, and against the NumPy functions."""

import threading

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from qnlnet.backends.eigenbases import Eigenbases
from qnlnet.backends.matrices import evolve, exponential, pauli_exponential, pauli_sum
from qnlnet.errors import ArgumentError
from qnlnet.simulator import pauli_exponential as by_numpy

EVOLUTIONS = [
    ((3, 4), (3,), (3, 4, 4)),
    ((4,), (1,), (4, 4)),
    ((3, 4), (1,), (4, 4)),
    ((3, 4), (3,), (4, 4)),
    ((4,), (3,), (3, 4, 4)),
    ((2, 3, 4), (3,), (1, 4, 4)),
]


def draw(*shape: int, dtype: torch.dtype = torch.float64, grad: bool = True) -> Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(shape, dtype=dtype, generator=generator).requires_grad_(grad)


def symmetric(matrices: Tensor) -> Tensor:
    return (matrices + matrices.mH) / 2


def test_numbers_are_those_of_the_numpy_functions() -> None:
    angles, weights = draw(2, 15), draw(2, 4, 4, dtype=torch.complex128, grad=False)
    unitary = pauli_exponential(angles, 2)
    (weights.conj() * unitary).real.sum().backward()
    ours, gradient = by_numpy.pauli_exponential_vjp(angles.detach().numpy(), weights.numpy(), 2)
    np.testing.assert_allclose(unitary.detach(), ours, rtol=0, atol=1e-13)
    np.testing.assert_allclose(angles.grad, gradient, rtol=0, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_derivatives_of_pauli_exponentials(scale: float) -> None:
    angles = (scale * draw(15, grad=False)).requires_grad_()
    assert gradcheck(lambda a: pauli_exponential(a, 2), angles, check_batched_grad=True)
    assert gradgradcheck(lambda a: pauli_exponential(a, 2), angles)
    some = draw(2, 3)
    assert gradcheck(lambda a: pauli_exponential(a, 2, ["XX", "ZI", "YX"]), some)
    assert gradgradcheck(lambda a: pauli_exponential(a, 2, ["XX", "ZI", "YX"]), some)


def test_third_derivatives_of_a_rotation() -> None:
    angle = torch.tensor([0.3], dtype=torch.float64, requires_grad=True)
    value: Tensor = pauli_exponential(angle, 1, ["X"])[0, 0].real  # cos θ
    for expected in (-np.sin(0.3), -np.cos(0.3), np.sin(0.3), np.cos(0.3)):
        (value,) = torch.autograd.grad(value.sum(), angle, create_graph=True)
        assert value.item() == pytest.approx(expected, abs=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_derivatives_of_exponentials(dtype: torch.dtype, scale: float) -> None:
    matrices = (scale * draw(2, 3, 3, dtype=dtype, grad=False)).requires_grad_()
    assert gradcheck(lambda m: exponential(symmetric(m)), matrices)
    assert gradgradcheck(lambda m: exponential(symmetric(m)), matrices)


@pytest.mark.slow
@pytest.mark.parametrize(("states", "times", "matrices"), EVOLUTIONS)
def test_derivatives_of_evolution(states: tuple[int, ...], times: tuple[int, ...], matrices: tuple[int, ...]) -> None:
    given = (draw(*states, dtype=torch.complex128), draw(*times), draw(*matrices))
    expected = torch.linalg.matrix_exp(-1j * given[1][..., None, None] * symmetric(given[2])) @ given[0][..., None]
    ours = evolve(given[0], given[1], symmetric(given[2]))
    torch.testing.assert_close(ours, expected[..., 0], rtol=0, atol=1e-12)
    assert gradcheck(lambda s, t, m: evolve(s, t, symmetric(m)), given)
    assert gradgradcheck(lambda s, t, m: evolve(s, t, symmetric(m)), given)


@pytest.mark.parametrize("matrix", [torch.zeros(4, 4), torch.eye(4), torch.ones(4, 4)])
def test_derivatives_of_evolution_with_equal_eigenvalues(matrix: Tensor) -> None:
    given = (draw(4), torch.tensor(0.7, dtype=torch.float64, requires_grad=True), matrix.double().requires_grad_())
    assert gradcheck(lambda s, t, m: evolve(s, t, symmetric(m)), given)
    assert gradgradcheck(lambda s, t, m: evolve(s, t, symmetric(m)), given)


def test_both_ways_to_the_gradient_agree() -> None:
    angles = draw(15)
    loss = (pauli_exponential(angles, 2)[0].abs() ** 4).sum()
    (by_eigenvectors,) = torch.autograd.grad(loss, angles, retain_graph=True)
    (by_blocks,) = torch.autograd.grad(loss, angles, create_graph=True)
    torch.testing.assert_close(by_eigenvectors, by_blocks, rtol=0, atol=1e-13)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning")  # torch's own, on its first jvp
def test_transforms_of_torch_func() -> None:
    def loss(angles: Tensor) -> Tensor:
        return (pauli_exponential(angles, 1)[0].abs() ** 3).sum() + pauli_exponential(angles, 1).real[0, 1]

    angles = draw(3, grad=False)
    hessian = torch.func.jacrev(torch.func.grad(loss))(angles)
    torch.testing.assert_close(hessian, torch.autograd.functional.hessian(loss, angles), rtol=0, atol=1e-12)
    several = draw(5, 3, grad=False)
    each = torch.func.vmap(lambda a: pauli_exponential(a, 1))(several)
    torch.testing.assert_close(each, pauli_exponential(several, 1), rtol=0, atol=1e-14)
    with pytest.raises(NotImplementedError, match="jvp"):  # torch's own words: there is no forward mode
        torch.func.jvp(loss, (angles,), (angles,))
    with pytest.raises(RuntimeError, match="vmap"):
        torch.func.vmap(lambda s: evolve(s, torch.ones(()), torch.eye(3)))(several)


def test_precision_and_type_are_those_of_the_arguments() -> None:
    angles = draw(3, dtype=torch.float32)
    unitary = pauli_exponential(angles, 1)
    unitary.real.sum().backward()
    assert (unitary.dtype, angles.grad.dtype, pauli_sum(angles, 1).dtype) == (
        torch.complex64,
        torch.float32,
        torch.complex64,
    )
    state, time, matrix = draw(4, dtype=torch.float32), draw(1, dtype=torch.float32), torch.eye(4, requires_grad=True)
    evolved = evolve(state, time, matrix)
    evolved.real.sum().backward()
    assert (evolved.dtype, state.grad.dtype, time.grad.dtype, matrix.grad.dtype) == (
        torch.complex64,
        *3 * [matrix.dtype],
    )
    assert (state.grad.shape, time.grad.shape, matrix.grad.shape) == ((4,), (1,), (4, 4))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: pauli_sum(torch.zeros(3, dtype=torch.complex64), 1),
            "`angles` must be real .* make no unitary matrix",
        ),
        (lambda: pauli_sum(torch.zeros(4), 1), r"`angles` must have the shape \(…, 3\), but is \(4,\)"),
        (lambda: pauli_exponential(torch.full((3,), torch.nan), 1), "must be finite"),
        (lambda: exponential(torch.tensor([[0.0, 1.0], [0.0, 0.0]])), "must equal their conjugate transpose"),
        (lambda: evolve(torch.ones(2), torch.ones(()), torch.eye(2) + 0j), "`matrices` must be real numbers"),
        (lambda: evolve(torch.ones(2), torch.ones(()) + 0j, torch.eye(2)), "`times` must be real numbers"),
        (
            lambda: evolve(torch.ones(2), torch.ones(()), torch.eye(2), Eigenbases().of(torch.eye(4))),
            r"`basis` must have vectors of the shape \(2, 2\), but is \(4, 4\)",
        ),
    ],
)
def test_mistakes_are_refused(call: object, sentence: str) -> None:
    with pytest.raises(ArgumentError, match=sentence):
        call()


def test_a_basis_is_found_once_for_a_tensor_that_stays() -> None:
    bases, matrix = Eigenbases(), symmetric(draw(3, 4, 4, grad=False))
    first = bases.of(matrix)
    assert bases.of(matrix) is first
    state, time = draw(3, 4), draw(1)
    torch.testing.assert_close(evolve(state, time, matrix, first), evolve(state, time, matrix), rtol=0, atol=0)
    assert bases.of(matrix.clone()) is not first
    matrix.add_(torch.eye(4))
    np.testing.assert_allclose(bases.of(matrix).values, first.values + 1, rtol=0, atol=1e-13)


def test_an_optimiser_s_step_makes_a_basis_stale() -> None:
    bases, weight = Eigenbases(), torch.eye(4).requires_grad_()
    before, optimizer = bases.of(weight), torch.optim.SGD([weight], lr=0.1)
    weight.sum().backward()
    optimizer.step()
    assert bases.of(weight) is not before


def test_bases_take_no_more_room_than_they_may() -> None:
    bases = Eigenbases(most_bytes=2 * 8 * (4 * 4 + 4))
    first, second, third = (float(k) * torch.eye(4) for k in range(3))
    kept = bases.of(first)
    bases.of(second)
    assert bases.of(first) is kept  # used again, so that the second goes
    bases.of(third)
    assert len(bases) == 2
    assert bases.of(first) is kept
    bases.of(torch.eye(64))  # too large by itself
    assert len(bases) == 0


def test_bases_of_tensors_that_are_gone_go() -> None:
    bases = Eigenbases()
    for _ in range(5):
        bases.of(torch.eye(4))
    assert len(bases) == 1


def test_bases_of_inference_tensors_are_not_kept() -> None:
    bases = Eigenbases()
    with torch.inference_mode():
        matrix = torch.eye(4)
        assert bases.of(matrix) is not bases.of(matrix)
    assert len(bases) == 0


def test_threads_share_bases() -> None:
    bases, matrices = Eigenbases(), [float(k) * torch.eye(8) for k in range(4)]
    wrong: list[int] = []

    def look() -> None:
        for _ in range(50):
            wrong.extend(k for k, matrix in enumerate(matrices) if bases.of(matrix).values[0] != k)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(bases) == 4
