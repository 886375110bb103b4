"""The compiled training loop of one replica: an epoch of steps, and the evaluation of a split."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qnlnet.models.reducers import KERNEL_SIZE
from qnlnet.simulator.kernels import ONE_LANE, Scratch, allocate_scratch, run_block
from qnlnet.training.layers import (
    adam,
    compiled,
    convolve,
    convolve_backward,
    inlined,
    linear,
    linear_backward,
    pool_and_rectify,
)
from qnlnet.training.losses import answer_of, loss_of
from qnlnet.training.network import Network
from qnlnet.training.substitutes import (
    CIRCUIT,
    CLOSED_FORM,
    IDENTITY,
    NONLOCAL,
    run_closed_form,
    run_identity,
    run_nonlocal,
    run_unit,
)

_MARGIN = KERNEL_SIZE - 1  # pixels that a convolution without padding loses


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
        length = max(length, _length(height, width))
        convolved = max(convolved, filters * _length(height, width))
        pooled += filters * ((height - _MARGIN) // 2) * ((width - _MARGIN) // 2)
    units = network.linears[0, 0] + network.linears[:, 1].sum()
    parameters, outputs = network.layer[:2].sum(), network.layer[3]
    return Workspace(
        convolved=np.empty(convolved, np.float32),
        spread=np.empty(length + 2 * _MARGIN, np.float32),
        pooled=np.empty(pooled, np.float32),
        pooled_slope=np.empty(pooled, np.float32),
        source=np.empty(pooled, np.int32),
        units=np.empty(units, np.float32),
        unit_slope=np.empty(units, np.float32),
        row=np.empty((1, parameters)),
        values=np.empty((1, outputs)),
        jacobian=np.empty((1, outputs, parameters)),
        value_slope=np.empty(outputs, np.float32),
        scores=np.empty(network.head[1], np.float32),
        score_slope=np.empty(network.head[1], np.float32),
        scratch=allocate_scratch(network.program, 1),
    )


@compiled
def _length(height, width):
    """Entries of one filter's output in the layout of `convolve`."""
    return (height - KERNEL_SIZE) * width + width - _MARGIN


@inlined
def _filters(block, vector):
    """Returns views of a block's weights and biases in a flat vector of parameters or gradients."""
    channels, filters, start = block[0], block[3], block[4]
    stop = start + filters * channels * KERNEL_SIZE**2
    return vector[start:stop].reshape(filters, channels, KERNEL_SIZE, KERNEL_SIZE), vector[stop : stop + filters]


@inlined
def _matrix(layer, vector):
    """Returns views of a linear layer's weights and biases in a flat vector of parameters or gradients."""
    stop = layer[2] + layer[0] * layer[1]
    return vector[layer[2] : stop].reshape(layer[1], layer[0]), vector[stop : stop + layer[1]]


@inlined
def _forward(network, parameters, image, mask, work, want_jacobian):
    """Writes the scores of one input into `work`; `mask` (shape (filters,), or empty) scales the last channels."""
    signal, start = image, 0
    for position in range(network.convolutions.shape[0]):
        block = network.convolutions[position]
        channels, height, width, filters = block[0], block[1], block[2], block[3]
        pooled_width = (width - _MARGIN) // 2
        stop = start + filters * ((height - _MARGIN) // 2) * pooled_width
        weights, bias = _filters(block, parameters)
        convolved = work.convolved[: filters * _length(height, width)].reshape(filters, -1)
        pooled = work.pooled[start:stop].reshape(filters, -1)
        block_mask = mask if position == network.convolutions.shape[0] - 1 else mask[:0]
        convolve(signal.reshape(channels, -1), weights, bias, width, block_mask, convolved)
        source = work.source[start:stop].reshape(filters, -1)
        pool_and_rectify(convolved, width, pooled_width, block_mask, pooled, source)
        signal, start = work.pooled[start:stop], stop

    start = network.linears[0, 0]
    work.units[:start] = signal
    for position in range(network.linears.shape[0]):
        inputs, outputs = network.linears[position, 0], network.linears[position, 1]
        weights, bias = _matrix(network.linears[position], parameters)
        result = work.units[start : start + outputs]
        linear(work.units[start - inputs : start], weights, bias, result)
        if network.linears[position, 3]:
            for i in range(outputs):
                result[i] = max(result[i], np.float32(0))
        start += outputs

    inputs, weights, offset = network.layer[0], network.layer[1], network.layer[2]
    for k in range(inputs):
        work.row[0, k] = work.units[start - inputs + k]
    for k in range(weights):
        work.row[0, inputs + k] = parameters[offset + k]
    _run_layer(network, work, want_jacobian)
    matrix, bias = _matrix(network.head, parameters)
    for o in range(matrix.shape[0]):
        total = np.float32(0)
        for i in range(matrix.shape[1]):
            total += matrix[o, i] * np.float32(work.values[0, i])
        work.scores[o] = total + bias[o]


@inlined
def _run_layer(network, work, want_jacobian):
    """Computes the values of the quantum layer, or of what stands in for it, and their derivatives."""
    kind = network.layer[4]
    if kind == CIRCUIT:
        run_block(network.program, work.row, work.values, work.jacobian, want_jacobian, work.scratch, ONE_LANE)
    elif kind == IDENTITY:
        run_identity(work.row[0], work.values[0], work.jacobian[0])
    elif kind == CLOSED_FORM:
        run_closed_form(network.sign, network.factors, network.layer[0], work.row[0], work.values[0], work.jacobian[0])
    elif kind == NONLOCAL:
        run_nonlocal(work.row[0], work.values[0], work.jacobian[0])
    else:
        run_unit(kind, work.row[0], work.values[0], work.jacobian[0])


@inlined
def _backward(network, parameters, image, mask, work, gradient):
    """Adds the gradient of the loss for the input of the last `_forward`; `work.score_slope` is that by the scores."""
    matrix, _ = _matrix(network.head, parameters)
    grad_matrix, grad_bias = _matrix(network.head, gradient)
    work.value_slope[:] = 0
    for o in range(matrix.shape[0]):
        slope = work.score_slope[o]
        grad_bias[o] += slope
        for i in range(matrix.shape[1]):
            grad_matrix[o, i] += slope * np.float32(work.values[0, i])
            work.value_slope[i] += slope * matrix[o, i]
    inputs, weights, offset, trained = network.layer[0], network.layer[1], network.layer[2], network.layer[5]
    stop = work.units.shape[0]
    work.unit_slope[stop - inputs :] = 0
    for i in range(matrix.shape[1]):
        slope = work.value_slope[i]
        if trained:
            for k in range(weights):
                gradient[offset + k] += slope * np.float32(work.jacobian[0, i, inputs + k])
        for k in range(inputs):
            work.unit_slope[stop - inputs + k] += slope * np.float32(work.jacobian[0, i, k])

    for position in range(network.linears.shape[0] - 1, -1, -1):
        inputs, outputs = network.linears[position, 0], network.linears[position, 1]
        weights, _ = _matrix(network.linears[position], parameters)
        grad_weights, grad_bias = _matrix(network.linears[position], gradient)
        start = stop - outputs
        values, slopes = work.units[start - inputs : start], work.unit_slope[start - inputs : start]
        linear_backward(values, weights, work.unit_slope[start:stop], grad_weights, grad_bias, slopes)
        if position > 0 and network.linears[position - 1, 3]:
            for i in range(inputs):
                if values[i] <= 0:
                    slopes[i] = 0
        stop = start

    stop = work.pooled.shape[0]
    for position in range(network.convolutions.shape[0] - 1, -1, -1):
        block = network.convolutions[position]
        channels, height, width, filters = block[0], block[1], block[2], block[3]
        start = stop - filters * ((height - _MARGIN) // 2) * ((width - _MARGIN) // 2)
        slopes = work.pooled_slope[start:stop].reshape(filters, -1)
        if position == network.convolutions.shape[0] - 1:
            work.pooled_slope[start:stop] = work.unit_slope[: stop - start]
            for o in range(mask.shape[0]):
                slopes[o] *= mask[o]
        before = start - channels * height * width
        first = position == 0
        signal = image if first else work.pooled[before:start]
        grad_signal = work.pooled_slope[:0] if first else work.pooled_slope[before:start]
        grad_signal[:] = 0
        weights, _ = _filters(block, parameters)
        grad_weights, grad_bias = _filters(block, gradient)
        convolve_backward(
            signal.reshape(channels, -1),
            weights,
            width,
            work.source[start:stop].reshape(filters, -1),
            slopes,
            work.spread[: _length(height, width) + 2 * _MARGIN],
            grad_weights,
            grad_bias,
            grad_signal.reshape(channels, -1),
            not first,
        )
        stop = start


@compiled
def train_epoch(network, inputs, labels, order, masks, state, gradient, steps_done, rate, loss_kind, batch_size, work):
    """Trains one replica for one epoch.

    Args:
        network: The model's shape.
        inputs: float32, shape (count, values of one input).
        labels: int64, shape (count,).
        order: Which inputs, in which order, int64, shape (count,).
        masks: Dropout masks in that order, float32, shape (count, filters); (count, 0) for none.
        state: Parameters, first and second moments of Adam, float32, shape (3, parameters); updated in place.
        gradient: float32, shape (parameters,), zero before and after.
        steps_done: Steps of Adam before this epoch.
        rate: Learning rate.
        loss_kind: RAW_NLL or CROSS_ENTROPY.
        batch_size: Images whose mean gradient makes one step; a last batch may be smaller.
        work: Working space.

    Returns:
        The sum of the losses and the number of right answers, both as the steps saw them.
    """
    total, correct, step = 0.0, 0, steps_done
    parameters = state[0]
    for start in range(0, order.shape[0], batch_size):
        stop = min(start + batch_size, order.shape[0])
        for position in range(start, stop):
            image, label = inputs[order[position]], labels[order[position]]
            _forward(network, parameters, image, masks[position], work, True)
            total += loss_of(work.scores, label, loss_kind, work.score_slope)
            correct += answer_of(work.scores) == label
            work.score_slope[:] /= np.float32(stop - start)
            _backward(network, parameters, image, masks[position], work, gradient)
        step += 1
        adam(parameters, gradient, state[1], state[2], step, rate)
    return total, correct


@compiled
def score_inputs(network, parameters, inputs, work, scores):
    """Writes the head's output for each input, without dropout, into `scores`, float32, shape (count, outputs)."""
    no_mask = np.empty(0, np.float32)
    for position in range(inputs.shape[0]):
        _forward(network, parameters, inputs[position], no_mask, work, False)
        scores[position] = work.scores
