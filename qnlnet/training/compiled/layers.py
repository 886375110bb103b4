"""Compiled layers for one image at a time: forward, backward, Adam. Everything float32, in flat arrays.

At batch size 1 a library spends its time on calls, not on arithmetic; here a whole step is one compiled function.
The models stay written once, in torch: `network.py` reads their layers, tests compare every gradient with torch's.

Convolutions keep the row stride of their input, so that one filter tap is one shift of the whole image:
output (y, x) lies at y·W + x with the input's width W, and the columns x ≥ W − 4 hold values that nobody reads.
"""

import numpy as np

from qnlnet.compilation import cached_njit

KERNEL_SIZE = 5  # of all convolutions that the loop knows
_TAPS = KERNEL_SIZE
_MARGIN = KERNEL_SIZE - 1

# Sums may be reordered and fused, so that they vectorise; infinities and NaN keep their meaning.
_FAST = {"reassoc", "contract", "nsz"}
compiled = cached_njit(fastmath=_FAST)
inlined = cached_njit(fastmath=_FAST, forceinline=True)  # for what is short, or is handed whole structures


@compiled
def convolve(image, weights, bias, width, mask, output):
    """Cross-correlates without padding.

    Args:
        image: shape (channels, height·width).
        weights: shape (filters, channels, 5, 5).
        bias: shape (filters,).
        width: Width of the image.
        mask: shape (filters,), or empty; a filter whose entry is zero is left out, as nobody will see its output.
        output: Receives shape (filters, (height − 5)·width + width − 4).
    """
    length = output.shape[1]
    for o in range(weights.shape[0]):
        if mask.shape[0] > 0 and mask[o] == 0:
            continue
        row = output[o]
        row[:] = bias[o]
        for c in range(weights.shape[1]):
            for ky in range(_TAPS):
                shifted = image[c, ky * width : ky * width + length + _TAPS - 1]
                w0, w1, w2, w3, w4 = (
                    weights[o, c, ky, 0],
                    weights[o, c, ky, 1],
                    weights[o, c, ky, 2],
                    weights[o, c, ky, 3],
                    weights[o, c, ky, 4],
                )
                for p in range(length):
                    row[p] += (
                        w0 * shifted[p]
                        + w1 * shifted[p + 1]
                        + w2 * shifted[p + 2]
                        + w3 * shifted[p + 3]
                        + w4 * shifted[p + 4]
                    )


@compiled
def pool_and_rectify(convolved, width, pooled_width, mask, pooled, source):
    """Takes the maximum of each 2×2 window, then ReLU, then the dropout mask.

    Args:
        convolved: shape (filters, pixels), with row stride `width`.
        width: Row stride of `convolved`.
        pooled_width: Windows in a row.
        mask: Factors of the filters, shape (filters,), or empty.
        pooled: Receives shape (filters, windows).
        source: Receives where each maximum was, int32, shape (filters, windows); −1 where ReLU or the mask cut it off.
    """
    height = pooled.shape[1] // pooled_width
    for o in range(pooled.shape[0]):
        factor = mask[o] if mask.shape[0] > 0 else np.float32(1)
        if factor == 0:
            pooled[o] = 0
            source[o] = -1
            continue
        for i in range(height):
            upper = convolved[o, 2 * i * width : 2 * i * width + 2 * pooled_width]
            lower = convolved[o, (2 * i + 1) * width : (2 * i + 1) * width + 2 * pooled_width]
            for j in range(pooled_width):
                best, place = upper[2 * j], 2 * i * width + 2 * j
                # Strictly greater: torch takes the first of equal values.
                value = upper[2 * j + 1]
                place = place + 1 if value > best else place
                best = value if value > best else best
                value = lower[2 * j]
                place = (2 * i + 1) * width + 2 * j if value > best else place
                best = value if value > best else best
                value = lower[2 * j + 1]
                place = (2 * i + 1) * width + 2 * j + 1 if value > best else place
                best = value if value > best else best
                positive = best > 0
                pooled[o, i * pooled_width + j] = factor * best if positive else np.float32(0)
                source[o, i * pooled_width + j] = place if positive else -1


@compiled
def _spread_slope(slope, source, spread):
    """Puts the slope of each window where its maximum was, behind a margin of four zeros.

    Returns:
        How many windows have a maximum that ReLU and the mask let through, and the sum of their slopes.
    """
    spread[:] = 0
    count, total = 0, np.float32(0)
    for window in range(slope.shape[0]):
        if source[window] >= 0:
            spread[source[window] + _MARGIN] = slope[window]
            total += slope[window]
            count += 1
    return count, total


@compiled
def convolve_backward(image, weights, width, source, slope, spread, grad_weights, grad_bias, grad_image, want_image):
    """Adds the gradients of `convolve` followed by `pool_and_rectify`.

    At most a quarter of the places has a slope, the winners of their windows. Whole rows with zeros between them are
    quicker than visiting the winners, because they vectorise.

    Args:
        image: The convolution's input, shape (channels, height·width).
        weights: shape (filters, channels, 5, 5).
        width: Width of the image.
        source: From `pool_and_rectify`.
        slope: Gradient of the loss by the pooled output, times the mask, shape (filters, windows).
        spread: Working space, shape (output of `convolve` for one filter + 8,).
        grad_weights: Gradient is added here, shape of `weights`.
        grad_bias: Gradient is added here, shape (filters,).
        grad_image: Gradient is added here, shape of `image`, if `want_image`.
        want_image: Whether the input needs a gradient.
    """
    length = spread.shape[0] - 2 * _MARGIN
    for o in range(slope.shape[0]):
        count, total = _spread_slope(slope[o], source[o], spread)
        if count == 0:
            continue
        grad_bias[o] += total
        inner = spread[_MARGIN : _MARGIN + length]
        for c in range(image.shape[0]):
            for ky in range(_TAPS):
                shifted = image[c, ky * width : ky * width + length + _MARGIN]
                t0 = t1 = t2 = t3 = t4 = np.float32(0)
                for p in range(length):
                    g = inner[p]
                    t0 += g * shifted[p]
                    t1 += g * shifted[p + 1]
                    t2 += g * shifted[p + 2]
                    t3 += g * shifted[p + 3]
                    t4 += g * shifted[p + 4]
                taps = grad_weights[o, c, ky]
                taps[0] += t0
                taps[1] += t1
                taps[2] += t2
                taps[3] += t3
                taps[4] += t4
                if want_image:
                    row = grad_image[c, ky * width : ky * width + length + _MARGIN]
                    w0, w1, w2, w3, w4 = (
                        weights[o, c, ky, 0],
                        weights[o, c, ky, 1],
                        weights[o, c, ky, 2],
                        weights[o, c, ky, 3],
                        weights[o, c, ky, 4],
                    )
                    for p in range(length + _MARGIN):
                        row[p] += (
                            w4 * spread[p]
                            + w3 * spread[p + 1]
                            + w2 * spread[p + 2]
                            + w1 * spread[p + 3]
                            + w0 * spread[p + 4]
                        )


@compiled
def linear(inputs, weights, bias, outputs):
    """Writes weights · inputs + bias into `outputs`; weights have the shape (outputs, inputs)."""
    for i in range(weights.shape[0]):
        row, total = weights[i], np.float32(0)
        for j in range(inputs.shape[0]):
            total += row[j] * inputs[j]
        outputs[i] = total + bias[i]


@compiled
def linear_backward(inputs, weights, slope, grad_weights, grad_bias, grad_inputs):
    """Adds the gradients of `linear` for the gradient `slope` by its outputs; overwrites `grad_inputs`."""
    grad_inputs[:] = 0
    for i in range(weights.shape[0]):
        g = slope[i]
        if g == 0:  # a unit that ReLU switched off
            continue
        grad_bias[i] += g
        row, grad_row = weights[i], grad_weights[i]
        for j in range(inputs.shape[0]):
            grad_row[j] += g * inputs[j]
        for j in range(inputs.shape[0]):
            grad_inputs[j] += g * row[j]


@compiled
def adam(parameters, gradient, first_moment, second_moment, step, learning_rate):
    """Makes one step of Adam, with torch's defaults and torch's order of operations, and clears the gradient.

    Source: Kingma and Ba 2015 (arXiv 1412.6980), β = (0.9, 0.999), ε = 1e-8.
    """
    step_size = np.float32(learning_rate / (1.0 - 0.9**step))
    root_correction = np.float32(1.0 / np.sqrt(1.0 - 0.999**step))
    rate1, keep2, rate2, epsilon = np.float32(0.1), np.float32(0.999), np.float32(0.001), np.float32(1e-8)
    for p in range(parameters.shape[0]):
        g = gradient[p]
        m = first_moment[p] + rate1 * (g - first_moment[p])
        v = keep2 * second_moment[p] + rate2 * g * g
        first_moment[p], second_moment[p], gradient[p] = m, v, np.float32(0)
        parameters[p] -= step_size * m / (np.sqrt(v) * root_correction + epsilon)
