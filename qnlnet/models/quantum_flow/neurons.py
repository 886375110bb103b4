"""Neurons that give a probability, by formulas; `circuits` has the circuits that these hold for.

Weights are signs b_i of real numbers, +1 for 0. A gradient goes through the sign as if it were the number itself.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from qnlnet.models.formula_layer import CircuitWeights

# Inputs, shape (batch, inputs), and weights in [−1, 1], shape (neurons, inputs) → values, shape (batch, neurons).
Neuron = Callable[[Tensor, Tensor], Tensor]


def measure_overlaps(amplitudes: Tensor, weights: Tensor) -> Tensor:
    """Returns (Σ b_i v_i)²/n: the U-layer, overlaps of a state of n real amplitudes v with one of signs."""
    return (amplitudes @ weights.T).square() / amplitudes.shape[-1]


def combine_bits(probabilities: Tensor, weights: Tensor) -> Tensor:
    """Returns the mean of (Σ b_i s_i/n)² over independent signs s_i that are + with probability p_i: the P-layer.

    With e_i = 2 p_i − 1 it is (n + (Σ b_i e_i)² − Σ (b_i e_i)²)/n². The weights stay in the last sum, where signs have
    no effect on the value: gradients pass there.
    """
    count = probabilities.shape[-1]
    means = 2 * probabilities - 1
    return (count + (means @ weights.T).square() - means.square() @ weights.square().T) / count**2


def square_means(inputs: Tensor, weights: Tensor) -> Tensor:
    """Returns (Σ b_i x_i/n)²: the authors' classical network."""
    return (inputs @ weights.T / inputs.shape[-1]).square()


class Neurons(nn.Module):
    """Neurons of one kind, which all see the same inputs.

    Weights are drawn from U[−a, a] with a² = 1.5/(inputs + neurons), as the authors draw them; where the numbers
    themselves count, with a = 1: the same signs, and values that are not all alike.

    Args:
        inputs: How many each has.
        count: How many there are.
        neuron: What they do.
        are_signs: Whether signs of the weights stand for them; else they are cut off at −1 and 1, beyond which a
            gradient still reaches them, so that they can come back.
    """

    def __init__(self, inputs: int, count: int, neuron: Neuron, *, are_signs: bool = True) -> None:
        super().__init__()
        bound = math.sqrt(1.5 / (inputs + count)) if are_signs else 1.0
        self.weight = nn.Parameter(torch.empty(count, inputs).uniform_(-bound, bound))
        self.are_signs = are_signs
        self._neuron = neuron

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the values of the neurons, shape (batch, neurons), for inputs of shape (batch, inputs)."""
        weight = self.weight.detach()
        values = torch.where(weight >= 0, 1.0, -1.0).to(weight) if self.are_signs else weight.clamp(-1, 1)
        return self._neuron(inputs, values + (self.weight - weight))  # what is added is 0, and has the gradient


class CircuitNeurons(Neurons, CircuitWeights):
    """Neurons that have a circuit each, of which the signs are the weights."""
