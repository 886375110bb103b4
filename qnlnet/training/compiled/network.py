"""Reads the layers of a `QNLNet` into the tables that the compiled training loop runs."""

import re
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit
from torch import nn

from qnlnet.backends import ExactEstimatorQNN
from qnlnet.circuits import ClosedForm
from qnlnet.errors import ArgumentError
from qnlnet.models.dropout import SeededDropout
from qnlnet.models.qnl_net.network import QNLNet
from qnlnet.models.qnl_net.nonlocal_block import NonLocalFeatures
from qnlnet.models.qnl_net.substitutes import ProductOfSines, Unit
from qnlnet.simulator.kernels import Program
from qnlnet.simulator.program import compile_program
from qnlnet.training.compiled import substitutes
from qnlnet.training.compiled.layers import KERNEL_SIZE

_KNOWN_ORDER = re.compile("((CRP)+D?F)?L(RL)*")


class Middle(NamedTuple):
    """The quantum layer, or what stands in for it.

    Attributes:
        inputs: How many features come in.
        weights: How many weights it has.
        offset: Where they lie.
        outputs: How many values it hands to the head.
        kind: Which of `substitutes` it is.
        trained: Whether its weights are trained.
    """

    inputs: int
    weights: int
    offset: int
    outputs: int
    kind: int
    trained: bool


class Head(NamedTuple):
    """The last linear layer: inputs, outputs, and where its weights lie; the biases follow them."""

    inputs: int
    outputs: int
    offset: int


class Network(NamedTuple):
    """The shape of a model, and where its parameters lie in one flat vector in the order of `model.parameters()`.

    Attributes:
        convolutions: shape (blocks, 5), int64: input channels, height and width, filters, offset of the weights.
        linears: shape (layers, 4), int64: inputs, outputs, offset of the weights (the biases follow them), and
            whether a ReLU follows.
        layer: The quantum layer, or what stands in for it. The head follows its weights.
        head: The last linear layer.
        program: The compiled circuit; an empty one where there is none.
        factors: shape (factors, 2), int64: those of a closed form.
        sign: Of a closed form.
    """

    convolutions: NDArray[np.int64]
    linears: NDArray[np.int64]
    layer: Middle
    head: Head
    program: Program
    factors: NDArray[np.int64]
    sign: int


def read_network(model: QNLNet, input_shape: tuple[int, ...]) -> Network:
    """Reads a model whose reducer consists of Conv–ReLU–MaxPool blocks, dropout and Linear–ReLU layers.

    Args:
        model: The model; its quantum layer must run on `backend=exact`, or be one of `models.substitutes` or a linear
            layer in its place.
        input_shape: Shape of one model input, without the batch.

    Raises:
        ArgumentError: The model contains something that the compiled loop does not know.
    """
    letters = "".join(_letter(layer) for layer in model.reducer)
    if not _KNOWN_ORDER.fullmatch(letters):
        raise ArgumentError(
            "The compiled training loop knows reducers of 5×5 convolutions without padding, each followed by ReLU and "
            "2×2 max pooling, then channel dropout, then linear layers with ReLU between them, but this one is "
            f"{model.reducer}. Use `TorchReplica`."
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
    if isinstance(model.quantum, nn.Linear) and _letter(model.quantum) == "L":
        outputs = model.quantum.out_features
        linears.append((model.quantum.in_features, outputs, offset, 0))
        offset += _count_parameters(model.quantum)
        middle = _Layer(substitutes.IDENTITY, outputs, 0, outputs)
    else:
        middle = _read_layer(model.quantum, linears[-1][1])
    trained = all(parameter.requires_grad for parameter in model.quantum.parameters())
    return Network(
        convolutions=np.array(convolutions, np.int64).reshape(-1, 5),
        linears=np.array(linears, np.int64).reshape(-1, 4),
        layer=Middle(middle.inputs, middle.weights, offset, middle.outputs, middle.kind, trained),
        head=Head(model.head.in_features, model.head.out_features, offset + middle.weights),
        program=middle.program or _empty_program(),
        factors=_list_factors(middle.form),
        sign=middle.form.sign if middle.form else 1,
    )


def _empty_program() -> Program:
    """Returns the program of no circuit: the compiled loop wants one of the same type in every network."""
    return compile_program(QuantumCircuit(1), [], [])


class _Layer(NamedTuple):
    kind: int
    inputs: int
    weights: int
    outputs: int
    program: Program | None = None
    form: ClosedForm | None = None


def _read_layer(layer: nn.Module, features: int) -> _Layer:
    """Reads what stands between reducer and head, which hands over so many features."""
    qnn = getattr(layer, "neural_network", None)
    if isinstance(qnn, ExactEstimatorQNN):
        if qnn.simulator.columns.expressions:
            raise ArgumentError("The compiled training loop needs angles that are affine in one input or one weight.")
        program = qnn.simulator.program
        return _Layer(substitutes.CIRCUIT, qnn.num_inputs, qnn.num_weights, len(qnn.observables), program)
    weights = _count_parameters(layer)
    match layer:
        case nn.Identity():
            return _Layer(substitutes.IDENTITY, features, 0, features)
        case Unit(function=torch.tanh):
            return _Layer(substitutes.LINEAR_TANH, features, weights, 1)
        case Unit(function=torch.sin):
            return _Layer(substitutes.SINE, features, weights, 1)
        case ProductOfSines():
            return _Layer(substitutes.CLOSED_FORM, features, weights, 1, form=layer.form)
        case NonLocalFeatures():
            return _Layer(substitutes.NONLOCAL, features, weights, features)
    raise ArgumentError("The compiled training loop needs backend=exact; use `TorchReplica` for the others.")


def _list_factors(form: ClosedForm | None) -> NDArray[np.int64]:
    factors: list[tuple[int, int]] = []
    if form is not None:
        factors += [(substitutes.SINE_OF_WEIGHT, index) for index in form.sine_weights]
        factors += [(substitutes.COSINE_OF_INPUT, index) for index in form.cosine_inputs]
        factors += [(substitutes.SINE_OF_INPUT, index) for index in form.sine_inputs]
    return np.array(factors, np.int64).reshape(-1, 2)


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
        case SeededDropout():
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
