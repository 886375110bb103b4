"""The compiled training loop of one replica: an epoch of steps, and the evaluation of a split."""

import numpy as np

from qnlnet.simulator.kernels import ONE_LANE, run_block
from qnlnet.training.compiled.layers import (
    KERNEL_SIZE,
    adam,
    compiled,
    convolve,
    convolve_backward,
    inlined,
    linear,
    linear_backward,
    pool_and_rectify,
)
from qnlnet.training.compiled.losses import answer_of, loss_of
from qnlnet.training.compiled.substitutes import (
    CIRCUIT,
    CLOSED_FORM,
    IDENTITY,
    NONLOCAL,
    run_closed_form,
    run_identity,
    run_nonlocal,
    run_unit,
)
from qnlnet.training.compiled.workspace import MARGIN, row_length


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
        pooled_width = (width - MARGIN) // 2
        stop = start + filters * ((height - MARGIN) // 2) * pooled_width
        weights, bias = _filters(block, parameters)
        convolved = work.convolved[: filters * row_length(height, width)].reshape(filters, -1)
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

    inputs, weights, offset = network.layer.inputs, network.layer.weights, network.layer.offset
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
    kind = network.layer.kind
    if kind == CIRCUIT:
        run_block(network.program, work.row, work.values, work.jacobian, want_jacobian, work.scratch, ONE_LANE)
    elif kind == IDENTITY:
        run_identity(work.row[0], work.values[0], work.jacobian[0])
    elif kind == CLOSED_FORM:
        run_closed_form(
            network.sign, network.factors, network.layer.inputs, work.row[0], work.values[0], work.jacobian[0]
        )
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
    inputs, weights, offset = network.layer.inputs, network.layer.weights, network.layer.offset
    stop = work.units.shape[0]
    work.unit_slope[stop - inputs :] = 0
    for i in range(matrix.shape[1]):
        slope = work.value_slope[i]
        if network.layer.trained:
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
        start = stop - filters * ((height - MARGIN) // 2) * ((width - MARGIN) // 2)
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
            work.spread[: row_length(height, width) + 2 * MARGIN],
            grad_weights,
            grad_bias,
            grad_signal.reshape(channels, -1),
            not first,
        )
        stop = start


@compiled
def train_epoch(network, inputs, labels, training, state, gradient, steps_done, work):
    """Trains one replica for one epoch.

    Args:
        network: The model's shape.
        inputs: float32, shape (count, values of one input).
        labels: int64, shape (count,).
        training: What to see, in which order, and how to learn from it.
        state: Parameters, first and second moments of Adam, float32, shape (3, parameters); updated in place.
        gradient: float32, shape (parameters,), zero before and after.
        steps_done: Steps of Adam before this epoch.
        work: Working space.

    Returns:
        The sum of the losses and the number of right answers, both as the steps saw them.
    """
    total, correct, step = 0.0, 0, steps_done
    parameters, order, masks = state[0], training.order, training.masks
    for start in range(0, order.shape[0], training.batch_size):
        stop = min(start + training.batch_size, order.shape[0])
        for position in range(start, stop):
            image, label = inputs[order[position]], labels[order[position]]
            _forward(network, parameters, image, masks[position], work, True)
            total += loss_of(work.scores, label, training.loss_kind, work.score_slope)
            correct += answer_of(work.scores) == label
            work.score_slope[:] /= np.float32(stop - start)
            _backward(network, parameters, image, masks[position], work, gradient)
        step += 1
        adam(parameters, gradient, state[1], state[2], step, training.rate)
    return total, correct


@compiled
def score_inputs(network, parameters, inputs, work, scores):
    """Writes the head's output for each input, without dropout, into `scores`, float32, shape (count, outputs)."""
    no_mask = np.empty(0, np.float32)
    for position in range(inputs.shape[0]):
        _forward(network, parameters, inputs[position], no_mask, work, False)
        scores[position] = work.scores
