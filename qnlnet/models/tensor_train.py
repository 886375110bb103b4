"""A linear layer whose matrix is a train of small tensors."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn


class TensorTrain(nn.Module):
    """A layer without a bias: core k has the shape (rank, input mode, output mode, rank), the outer ranks are 1.

    Element ((i1, …), (j1, …)) of the matrix is the product of the matrices that the cores hold at (i, j), both indices
    row by row. The weights are drawn so that these elements have the variance 2/(inputs + outputs).

    Args:
        input_modes: Factors of the number of inputs.
        output_modes: Factors of the number of outputs, as many.
        rank: Of the bonds between cores.
        relu_cores: Whether ReLU stands behind each core, from the last one to the first: the layer is then not linear.
    """

    def __init__(self, input_modes: Sequence[int], output_modes: Sequence[int], rank: int, relu_cores: bool) -> None:
        super().__init__()
        self.input_modes = tuple(input_modes)
        self.relu_cores = relu_cores
        ranks = [1, *[rank] * (len(input_modes) - 1), 1]
        variance = 2 / (math.prod(input_modes) + math.prod(output_modes))
        deviation = (variance / math.prod(ranks)) ** (1 / (2 * len(input_modes)))
        shapes = zip(ranks, input_modes, output_modes, ranks[1:], strict=False)
        self.cores = nn.ParameterList([nn.Parameter(deviation * torch.randn(shape)) for shape in shapes])

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the outputs, shape (batch, outputs), of inputs of shape (batch, inputs)."""
        batch = len(inputs)
        values = inputs.reshape(batch, *self.input_modes, 1, 1)  # input modes, bond, output modes so far
        for core in reversed(self.cores):
            values = torch.einsum("...irj,simr->...smj", values, core).flatten(-2)
            values = torch.relu(values) if self.relu_cores else values
        return values.reshape(batch, -1)
