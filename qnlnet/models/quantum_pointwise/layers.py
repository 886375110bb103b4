"""What stands at every pixel: circuits that take its channels as amplitudes, and what can take their place.

A circuit gives exactly x̂ᵀ Re(U†Z_iU) x̂ for channels x̂ = x/‖x‖: quadratic forms, even and blind to the norm.
"""

import math

import torch
from qiskit.circuit import Parameter, QuantumCircuit
from torch import Tensor, nn
from torch.nn.functional import pad

from qnlnet.backends import QuantumLayer
from qnlnet.circuits import Circuit, append_strong_layer, measure_each


def build_circuit(num_qubits: int, layers: int) -> Circuit:
    """Returns amplitudes → strongly entangling layers → ⟨Z⟩ of each qubit, in the order of PennyLane's wires.

    Channel b of a pixel is the amplitude of b, whose most significant bit is wire 0. In Qiskit that is the last qubit;
    weights and outputs keep the numbers of the wires.

    Args:
        num_qubits: n: 2^n amplitudes, n outputs.
        layers: L: 3 n L weights. The last n of the third kind, RZ before the last CNOTs, cannot reach an output.
    """
    circuit = QuantumCircuit(num_qubits, name="Quantum pointwise")
    weights: list[Parameter] = []
    for layer in range(1, layers + 1):
        weights += append_strong_layer(circuit, layer)
    return Circuit(circuit.reverse_bits(), (), tuple(weights), measure_each(num_qubits)[::-1], takes_amplitudes=True)


class QuantumPointwise(nn.Module):
    """Kernels at every pixel: channels → amplitudes → a map for each qubit of each kernel.

    Args:
        kernels: A layer with a copy for each kernel, amplitudes → outputs.
    """

    def __init__(self, kernels: QuantumLayer) -> None:
        super().__init__()
        self.kernels = kernels

    def forward(self, maps: Tensor) -> Tensor:
        """Returns maps of numbers in [−1, 1], shape (batch, kernels · qubits, height, width), kernel by kernel.

        Where all channels of a pixel are 0 the outputs are.

        Args:
            maps: Shape (batch, channels, height, width). Channels that lack to a power of two count as 0.
        """
        missing = self.kernels.num_inputs - maps.shape[1]
        pixels = maps.movedim(1, -1)
        values = self.kernels((pad(pixels, (0, missing)) if missing else pixels).unsqueeze(-2))
        return values.flatten(-2).movedim(-1, 1).contiguous()  # what follows is slower on a view


class NormalisedConvolution(nn.Module):
    """A 1 × 1 convolution of channels that are divided by their norm.

    Args:
        channels: Of the input.
        maps: Of the output.
    """

    def __init__(self, channels: int, maps: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels, maps, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """Returns maps, shape (batch, maps, height, width), of maps of shape (batch, channels, height, width)."""
        values: Tensor = self.convolution(normalise(maps))
        return values


class QuadraticForms(nn.Module):
    """Free symmetric quadratic forms x̂ᵀ M x̂ of normalised channels, what circuits give without their unitarity.

    Args:
        channels: Of the input, C.
        maps: Of the output; each has C (C + 1)/2 weights, the matrix M on and above its diagonal, row by row.
    """

    places: Tensor

    def __init__(self, channels: int, maps: int) -> None:
        super().__init__()
        rows, columns = torch.triu_indices(channels, channels)
        places = torch.empty(channels, channels, dtype=torch.long)
        places[rows, columns] = places[columns, rows] = torch.arange(len(rows))
        self.register_buffer("places", places, persistent=False)
        # ‖M‖² is C in the mean, as that of an observable Z.
        self.weight = nn.Parameter(torch.empty(maps, len(rows)).normal_(0, 1 / math.sqrt(channels)))

    def forward(self, maps: Tensor) -> Tensor:
        """Returns maps, shape (batch, maps, height, width), of maps of shape (batch, channels, height, width)."""
        units = normalise(maps).flatten(2).transpose(1, 2)
        matrices = self.weight[:, self.places]
        products = units @ matrices.permute(1, 0, 2).flatten(1)
        values = (products.unflatten(-1, matrices.shape[:2]) * units.unsqueeze(-2)).sum(dim=-1)
        return values.transpose(1, 2).unflatten(-1, maps.shape[2:])


def normalise(maps: Tensor) -> Tensor:
    """Returns maps, shape (batch, channels, …), with channels of norm 1; zeros stay zeros, with slopes of zero."""
    squares = maps.square().sum(dim=1, keepdim=True)
    return maps * torch.where(squares > 0, squares, 1).rsqrt() * (squares > 0)
