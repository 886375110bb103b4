"""Reads the layers of a `QNLNet` into the tables that the compiled training loop runs."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from qnlnet.backends import ExactEstimatorQNN
from qnlnet.errors import ArgumentError
from qnlnet.models import QNLNet, SeededDropout2d
from qnlnet.models.reducers import KERNEL_SIZE
from qnlnet.simulator.kernels import Program


class Network(NamedTuple):
    """The shape of a model, and where its parameters lie in one flat vector in the order of `model.parameters()`.

    Attributes:
        convolutions: shape (blocks, 5), int64: input channels, height and width, filters, offset of the weights.
        linears: shape (layers, 3), int64: inputs, outputs, offset of the weights (the biases follow them).
        quantum: shape (3,), int64: inputs, weights, offset of the weights; the head's two parameters follow.
        program: The compiled circuit.
    """

    convolutions: NDArray[np.int64]
    linears: NDArray[np.int64]
    quantum: NDArray[np.int64]
    program: Program


def read_network(model: QNLNet, input_shape: tuple[int, ...]) -> Network:
    """Reads a model whose reducer consists of Conv–ReLU–MaxPool blocks, dropout and Linear–ReLU layers.

    Args:
        model: The model; its quantum layer must run on `backend=exact`.
        input_shape: Shape of one model input, without the batch.

    Raises:
        ArgumentError: The model contains something that the compiled loop does not know.
    """
    convolutions: list[tuple[int, ...]] = []
    linears: list[tuple[int, ...]] = []
    shape, offset = input_shape, 0
    for layer in model.reducer:
        if isinstance(layer, nn.Conv2d) and layer.kernel_size == (KERNEL_SIZE, KERNEL_SIZE) and not linears:
            convolutions.append((*shape, layer.out_channels, offset))
            shape = layer.out_channels, *((size - KERNEL_SIZE + 1) // 2 for size in shape[1:])
        elif isinstance(layer, nn.Linear):
            linears.append((layer.in_features, layer.out_features, offset))
        elif not isinstance(layer, nn.ReLU | nn.MaxPool2d | SeededDropout2d | nn.Flatten):
            raise ArgumentError(f"The compiled training loop does not know the layer {layer}; use `PlainReplica`.")
        offset += sum(parameter.numel() for parameter in layer.parameters())
    qnn = getattr(model.quantum, "neural_network", None)
    if not isinstance(qnn, ExactEstimatorQNN):
        raise ArgumentError("The compiled training loop needs backend=exact; use `PlainReplica` for the others.")
    return Network(
        convolutions=np.array(convolutions, np.int64).reshape(-1, 5),
        linears=np.array(linears, np.int64).reshape(-1, 3),
        quantum=np.array([qnn.num_inputs, qnn.num_weights, offset], np.int64),
        program=qnn.simulator.program,
    )


def flatten_parameters(model: nn.Module) -> NDArray[np.float32]:
    """Returns a copy of all parameters in one vector, in the order of `model.parameters()`."""
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach().numpy().copy()


def restore_parameters(model: nn.Module, vector: NDArray[np.float32]) -> None:
    """Writes a vector of `flatten_parameters` back into the model."""
    torch.nn.utils.vector_to_parameters(torch.from_numpy(vector.copy()), model.parameters())
