"""Reads the layers of a `QNLNet` into the tables that the compiled training loop runs."""

import re
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit
from torch import nn

from qnlnet.backends import ExactEstimatorQNN
from qnlnet.errors import ArgumentError
from qnlnet.models import QNLNet, SeededDropout2d
from qnlnet.models.reducers import KERNEL_SIZE
from qnlnet.simulator.kernels import Program
from qnlnet.simulator.program import compile_program

_KNOWN_ORDER = re.compile("((CRP)+D?F)?L(RL)*")


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
        model: The model; its quantum layer must run on `backend=exact`, or be a linear layer with one output in its
            place.
        input_shape: Shape of one model input, without the batch.

    Raises:
        ArgumentError: The model contains something that the compiled loop does not know.
    """
    letters = "".join(_letter(layer) for layer in model.reducer)
    if not _KNOWN_ORDER.fullmatch(letters):
        raise ArgumentError(
            "The compiled training loop knows reducers of 5×5 convolutions without padding, each followed by ReLU and "
            "2×2 max pooling, then channel dropout, then linear layers with ReLU between them, but this one is "
            f"{model.reducer}. Use `PlainReplica`."
        )
    convolutions: list[tuple[int, ...]] = []
    linears: list[tuple[int, ...]] = []
    shape, offset = input_shape, 0
    last = len(model.reducer) - 1
    for position, layer in enumerate(model.reducer):
        if isinstance(layer, nn.Conv2d):
            convolutions.append((*shape, layer.out_channels, offset))
            shape = layer.out_channels, *((size - KERNEL_SIZE + 1) // 2 for size in shape[1:])
        elif isinstance(layer, nn.Linear):
            linears.append((layer.in_features, layer.out_features, offset, int(position < last)))
        offset += _count_parameters(layer)
    qnn = getattr(model.quantum, "neural_network", None)
    if isinstance(qnn, ExactEstimatorQNN):
        num_inputs, num_weights, program = qnn.num_inputs, qnn.num_weights, qnn.simulator.program
    elif isinstance(model.quantum, nn.Linear) and _letter(model.quantum) == "L" and model.quantum.out_features == 1:
        linears.append((model.quantum.in_features, model.quantum.out_features, offset, 0))
        offset += _count_parameters(model.quantum)
        num_inputs, num_weights, program = 0, 0, compile_program(QuantumCircuit(1), [], [])
    else:
        raise ArgumentError("The compiled training loop needs backend=exact; use `PlainReplica` for the others.")
    return Network(
        convolutions=np.array(convolutions, np.int64).reshape(-1, 5),
        linears=np.array(linears, np.int64).reshape(-1, 4),
        quantum=np.array([num_inputs, num_weights, offset], np.int64),
        program=program,
    )


def _count_parameters(layer: nn.Module) -> int:
    return sum(parameter.numel() for parameter in layer.parameters())


def _letter(layer: nn.Module) -> str:
    """Returns one letter for a layer that the compiled loop knows as it is configured, else a question mark."""
    match layer:
        case nn.Conv2d(kernel_size=(5, 5), stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
            return "C" if layer.bias is not None else "?"
        case nn.MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False):
            return "P"
        case nn.Linear():
            return "L" if layer.bias is not None else "?"
        case nn.ReLU():
            return "R"
        case SeededDropout2d():
            return "D"
        case nn.Flatten():
            return "F"
    return "?"


def flatten_parameters(model: nn.Module) -> NDArray[np.float32]:
    """Returns a copy of all parameters in one vector, in the order of `model.parameters()`."""
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach().numpy().copy()


def restore_parameters(model: nn.Module, vector: NDArray[np.float32]) -> None:
    """Writes a vector of `flatten_parameters` back into the model."""
    torch.nn.utils.vector_to_parameters(torch.from_numpy(vector.copy()), model.parameters())
