"""QuantumFlow's neurons and its normalisation against numbers of other programs, all signs of inputs, and circuits."""

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from qnlnet import QuantumLayer
from qnlnet.errors import ArgumentError
from qnlnet.models.quantum_flow.circuits import build_bits_circuit, build_overlap_circuit
from qnlnet.models.quantum_flow.family import Amplitudes
from qnlnet.models.quantum_flow.neurons import Neurons, combine_bits, measure_overlaps
from qnlnet.models.quantum_flow.normalisation import BatchAdjustment, IndividualAdjustment

GOLDEN = json.loads((Path(__file__).parent / "golden_quantum_flow.json").read_text(encoding="utf-8"))


def numbers(values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def agree(ours: Tensor, theirs: object) -> None:
    torch.testing.assert_close(ours.detach(), numbers(theirs), rtol=0, atol=1e-10)


def draw_signs(count: int, seed: int = 0) -> Tensor:
    return torch.where(torch.rand(count, generator=torch.Generator().manual_seed(seed)) < 0.5, -1, 1)


def draw(*shape: int) -> Tensor:
    return torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_a_neuron_of_bits_is_that_of_another_program() -> None:
    bits = GOLDEN["bits"]
    agree(combine_bits(numbers([bits["probabilities"]]), numbers([bits["signs"]]))[0, 0], bits["value"])


@pytest.mark.parametrize("inputs", [2, 3, 16])
def test_a_neuron_of_bits_is_the_mean_over_all_signs(inputs: int) -> None:
    probabilities, signs = draw(inputs), draw_signs(inputs).double()
    outcomes = 2 * (torch.arange(2**inputs)[:, None] >> torch.arange(inputs) & 1).double() - 1
    likelihoods = torch.where(outcomes > 0, probabilities, 1 - probabilities).prod(dim=1)
    mean = (likelihoods * (outcomes @ signs / inputs).square()).sum()
    agree(combine_bits(probabilities[None], signs[None])[0, 0], mean.item())


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("qubits", [1, 2, 4])
def test_a_neuron_of_overlaps_is_what_its_circuit_gives(qubits: int, seed: int) -> None:
    amplitudes, signs = Amplitudes()(draw(3, 2**qubits)), draw_signs(2**qubits, seed)
    circuit = QuantumLayer(build_overlap_circuit(signs.tolist())).double()
    agree(measure_overlaps(amplitudes, signs[None].double()), circuit(amplitudes).tolist())


@pytest.mark.slow
@pytest.mark.parametrize("inputs", [2, 4, 8])  # 16 are 20 qubits and 1,871 gates: equal, too, but for a minute
def test_a_neuron_of_bits_is_what_its_circuit_gives(inputs: int) -> None:
    probabilities, signs = draw(2, inputs), draw_signs(inputs)
    circuit = QuantumLayer(build_bits_circuit(signs.tolist())).double()
    angles = 2 * probabilities.sqrt().asin()  # of RY: |1⟩ has these probabilities
    agree(combine_bits(probabilities, signs[None].double()), circuit(angles).tolist())


@pytest.mark.parametrize("count", [1, 6])
def test_circuits_are_of_a_power_of_two(count: int) -> None:
    for build in (build_overlap_circuit, build_bits_circuit):
        with pytest.raises(ArgumentError, match="must be a power of two of them, two or more, but is"):
            build([1] * count)


def test_normalisation_is_that_of_another_program() -> None:
    expected = GOLDEN["normalisation"]
    by_batch, by_image = BatchAdjustment(2).double(), IndividualAdjustment([1, 1]).double()
    values = by_batch(numbers(expected["input"]))
    agree(values, expected["by_batch"])
    agree(by_image(values), expected["by_image"])
    agree(by_batch.factor, expected["batch_factor"])
    agree(by_image.factor, expected["image_factor"])
    both = nn.Sequential(by_batch, by_image).eval()
    agree(both(numbers(expected["input"])), expected["evaluated"])


def test_an_angle_below_zero_leaves_values_and_never_moves() -> None:
    by_image = IndividualAdjustment([1, -1]).double()
    values = numbers(GOLDEN["normalisation"]["by_batch"])[:, :1].expand(-1, 2)
    halved, left = by_image(values).unbind(dim=1)
    torch.testing.assert_close(2 * halved, left)
    (gradient,) = torch.autograd.grad(by_image(values).square().sum(), by_image.angle)
    assert gradient[0] != 0
    assert gradient[1] == 0


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_values_that_are_all_the_same_become_a_half(value: float) -> None:
    values = torch.full((3, 1), value, requires_grad=True)
    moved = BatchAdjustment(1)(values)
    assert moved.tolist() == [[0.5]] * 3
    (gradient,) = torch.autograd.grad(moved.sum(), values)
    assert gradient.isfinite().all()


def test_the_flags_of_the_last_batch_hold_at_test_time() -> None:
    adjust = BatchAdjustment(1).double()
    adjust(numbers([[0.9]]))
    adjust(numbers([[0.2]]))  # ½ of 0.8 up
    factor = 0.1 * (0.9 * 0.5 / 0.9) + 0.9 * (0.3 / 0.8)
    agree(adjust.eval()(numbers([[0.9]])), [[0.9 + factor * 0.1]])


def test_an_image_without_light_is_the_first_amplitude() -> None:
    images = torch.zeros(2, 4, requires_grad=True)
    amplitudes = Amplitudes()(images + torch.tensor([[0.0], [1.0]]))
    assert amplitudes.tolist() == [[1, 0, 0, 0], [0.5] * 4]
    (gradient,) = torch.autograd.grad(amplitudes.sum(), images)
    assert gradient.isfinite().all()


def test_weights_are_signs_and_zero_is_one() -> None:
    neurons = Neurons(4, 1, lambda inputs, weights: weights)
    with torch.no_grad():
        neurons.weight.copy_(torch.tensor([[0.0, -0.3, 7.0, -7.0]]))
    values = neurons(torch.ones(1, 4))
    assert values.tolist() == [[1, -1, 1, -1]]
    values.sum().backward()
    assert neurons.weight.grad is not None
    assert neurons.weight.grad.tolist() == [[1, 1, 1, 1]]


def test_real_weights_end_at_one_and_can_come_back() -> None:
    neurons = Neurons(4, 1, lambda inputs, weights: weights, are_signs=False)
    with torch.no_grad():
        neurons.weight.copy_(torch.tensor([[0.0, -0.5, 7.0, -7.0]]))
    values = neurons(torch.ones(1, 4))
    assert values.tolist() == [[0, -0.5, 1, -1]]
    values.sum().backward()
    assert neurons.weight.grad is not None
    assert neurons.weight.grad.tolist() == [[1, 1, 1, 1]]
