"""What the compiled loop works on: how one epoch trains, and the working space for one image."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qnlnet.simulator.kernels import Scratch, allocate_scratch
from qnlnet.training.compiled.layers import KERNEL_SIZE, compiled
from qnlnet.training.compiled.network import Network

MARGIN = KERNEL_SIZE - 1  # pixels that a convolution without padding loses


class Training(NamedTuple):
    """How one epoch trains.

    Attributes:
        order: Which inputs, in which order, int64, shape (count,).
        masks: Dropout masks in that order, float32, shape (count, filters); (count, 0) for none.
        rate: Learning rate.
        loss_kind: RAW_NLL or CROSS_ENTROPY.
        batch_size: Images whose mean gradient makes one step; a last batch may be smaller.
    """

    order: NDArray[np.int64]
    masks: NDArray[np.float32]
    rate: float
    loss_kind: int
    batch_size: int


class Workspace(NamedTuple):
    """Working space for one image.

    Attributes:
        convolved: Output of one convolution, float32.
        spread: Slopes of one filter's output, float32; see `convolve_backward`.
        pooled: Outputs of all blocks behind each other, float32; the last one after dropout.
        pooled_slope: Gradients by `pooled`, float32.
        source: Winners of the pooling windows, int32, laid out like `pooled`.
        units: Input of the first linear layer, then the outputs of all linear layers, float32.
        unit_slope: Gradients by `units`, float32.
        row: Inputs and weights of the layer, float64, shape (1, parameters).
        values: Expectation values, float64, shape (1, outputs).
        jacobian: Their derivatives, float64, shape (1, outputs, parameters).
        value_slope: Gradients by `values`, float32, shape (outputs,).
        scores: Output of the head, float32: y, or one score per class.
        score_slope: Gradients by `scores`, float32.
        scratch: Working space of the circuit.
    """

    convolved: NDArray[np.float32]
    spread: NDArray[np.float32]
    pooled: NDArray[np.float32]
    pooled_slope: NDArray[np.float32]
    source: NDArray[np.int32]
    units: NDArray[np.float32]
    unit_slope: NDArray[np.float32]
    row: NDArray[np.float64]
    values: NDArray[np.float64]
    jacobian: NDArray[np.float64]
    value_slope: NDArray[np.float32]
    scores: NDArray[np.float32]
    score_slope: NDArray[np.float32]
    scratch: Scratch


def allocate_workspace(network: Network) -> Workspace:
    """Allocates the working space of one replica."""
    convolved = length = pooled = 0
    for _, height, width, filters, _ in network.convolutions:
        length = max(length, row_length(height, width))
        convolved = max(convolved, filters * row_length(height, width))
        pooled += filters * ((height - MARGIN) // 2) * ((width - MARGIN) // 2)
    units = network.linears[0, 0] + network.linears[:, 1].sum()
    parameters, outputs = network.layer.inputs + network.layer.weights, network.layer.outputs
    return Workspace(
        convolved=np.empty(convolved, np.float32),
        spread=np.empty(length + 2 * MARGIN, np.float32),
        pooled=np.empty(pooled, np.float32),
        pooled_slope=np.empty(pooled, np.float32),
        source=np.empty(pooled, np.int32),
        units=np.empty(units, np.float32),
        unit_slope=np.empty(units, np.float32),
        row=np.empty((1, parameters)),
        values=np.empty((1, outputs)),
        jacobian=np.empty((1, outputs, parameters)),
        value_slope=np.empty(outputs, np.float32),
        scores=np.empty(network.head.outputs, np.float32),
        score_slope=np.empty(network.head.outputs, np.float32),
        scratch=allocate_scratch(network.program, 1),
    )


@compiled
def row_length(height: int, width: int) -> int:
    """Entries of one filter's output in the layout of `convolve`."""
    return (height - KERNEL_SIZE) * width + width - MARGIN
