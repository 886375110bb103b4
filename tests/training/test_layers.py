"""The compiled layers against torch in double precision.

A sum of n products in float32, in any order, is off by at most (n + 1) · 2⁻²⁴ times the sum of their absolute values
(to first order); that sum comes from the same layer, evaluated on absolute values.
"""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.nn.grad import conv2d_input, conv2d_weight

from qnlnet.training.compiled.layers import adam, convolve, convolve_backward, linear, linear_backward, pool_and_rectify

ROUNDING = 2.0**-24
# input channels, filters, height, width: the four convolutions of the paper, and odd ones
CONVOLUTIONS = [(1, 2, 28, 28), (2, 16, 12, 12), (3, 6, 32, 32), (6, 12, 14, 14), (2, 3, 9, 16), (1, 1, 6, 6)]
Array = NDArray[np.float32]


def draw(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype(np.float32)


def double(array: Array) -> Tensor:
    return torch.from_numpy(array).double()


def check(result: Array, expected: Tensor, absolute: Tensor, terms: int) -> None:
    error = (double(result) - expected).abs()
    assert torch.all(error <= (terms + 1) * ROUNDING * absolute)


NO_MASK = np.empty(0, np.float32)


def run_convolve(image: Array, weights: Array, bias: Array, mask: Array = NO_MASK) -> Array:
    """Returns the output with the row stride of the image, shape (filters, …)."""
    _, height, width = image.shape
    output = np.full((len(weights), (height - 5) * width + width - 4), np.nan, np.float32)
    convolve(image.reshape(len(image), -1), weights, bias, width, mask, output)
    return output


def unstride(output: Array, height: int, width: int) -> Array:
    """Returns the valid part of an output of `convolve`, shape (filters, height − 4, width − 4)."""
    padded = np.concatenate([output, np.zeros((len(output), 4), np.float32)], axis=1)
    return padded.reshape(len(output), height - 4, width)[:, :, : width - 4]


@pytest.mark.parametrize(("channels", "filters", "height", "width"), CONVOLUTIONS)
def test_convolution_agrees_with_torch(channels: int, filters: int, height: int, width: int) -> None:
    image, weights, bias = draw(channels, height, width), draw(filters, channels, 5, 5), draw(filters)
    result = unstride(run_convolve(image, weights, bias), height, width)
    expected = functional.conv2d(double(image), double(weights), double(bias))
    absolute = functional.conv2d(double(image).abs(), double(weights).abs(), double(bias).abs())
    check(result, expected, absolute, terms=25 * channels + 1)


def run_pool(
    convolved: Array, width: int, pooled_width: int, windows: int, mask: Array = NO_MASK
) -> tuple[Array, NDArray[np.int32]]:
    pooled = np.full((len(convolved), windows), np.nan, np.float32)
    source = np.full((len(convolved), windows), -2, np.int32)
    pool_and_rectify(convolved, width, pooled_width, mask, pooled, source)
    return pooled, source


@pytest.mark.parametrize(("channels", "filters", "height", "width"), CONVOLUTIONS)
def test_pooling_agrees_with_torch_to_the_bit(channels: int, filters: int, height: int, width: int) -> None:
    convolved = run_convolve(draw(channels, height, width), draw(filters, channels, 5, 5), draw(filters))
    pooled_height, pooled_width = (height - 4) // 2, (width - 4) // 2
    pooled, source = run_pool(convolved, width, pooled_width, pooled_height * pooled_width)
    expected = functional.max_pool2d(functional.relu(torch.from_numpy(unstride(convolved, height, width).copy())), 2)
    np.testing.assert_array_equal(pooled.reshape(expected.shape), expected)
    for row, places, values in zip(convolved, source, pooled, strict=True):
        np.testing.assert_array_equal(values[places >= 0], row[places[places >= 0]])
        np.testing.assert_array_equal(values[places < 0], 0)
    assert (source == -1).any() or filters < 3  # without a unit that ReLU cuts off this would prove little


def test_filters_that_the_mask_takes_are_neither_computed_nor_differentiated() -> None:
    image, weights, bias = draw(2, 12, 12), draw(4, 2, 5, 5), draw(4)
    mask = np.array([2, 0, 0, 2], np.float32)
    weights[1] = np.nan  # whatever lies there
    convolved = run_convolve(image, weights, bias, mask)
    assert np.isnan(convolved[1:3]).all()
    pooled, source = run_pool(convolved, width=12, pooled_width=4, windows=16, mask=mask)
    unmasked, places = run_pool(convolved[[0, 3]], width=12, pooled_width=4, windows=16)
    np.testing.assert_array_equal(pooled, np.stack([2 * unmasked[0], *np.zeros((2, 16)), 2 * unmasked[1]]))
    np.testing.assert_array_equal(source[[0, 3]], places)
    assert (source[1:3] == -1).all()
    grad_weights, grad_bias = np.zeros_like(weights), np.zeros_like(bias)
    convolve_backward(
        *(image.reshape(2, -1), weights, 12, source, mask[:, np.newaxis] * draw(4, 16), np.empty(100, np.float32)),
        *(grad_weights, grad_bias, np.zeros((2, 144), np.float32), True),
    )
    assert not grad_weights[1:3].any()
    assert not grad_bias[1:3].any()
    assert grad_weights[[0, 3]].all()


def test_pooling_takes_the_first_of_equal_values_as_torch_does() -> None:
    values = np.array([[3, 3, 0, 1, 2, 2], [3, 1, 1, 1, 2, 2]], np.float32)
    _, source = run_pool(values.reshape(1, -1), width=6, pooled_width=3, windows=3)
    _, expected = functional.max_pool2d(torch.from_numpy(values)[None], 2, return_indices=True)
    assert source.ravel().tolist() == expected.ravel().tolist() == [0, 3, 4]


def test_rectification_cuts_off_zero_and_below() -> None:
    values = np.array([[-1, -2, 0, -1], [-3, -4, -1, 0]], np.float32)
    pooled, source = run_pool(values.reshape(1, -1), width=4, pooled_width=2, windows=2)
    assert pooled.tolist() == [[0, 0]]
    assert source.tolist() == [[-1, -1]]


@pytest.mark.parametrize("want_image", [True, False])
@pytest.mark.parametrize(("channels", "filters", "height", "width"), CONVOLUTIONS)
def test_gradients_of_a_convolution_agree_with_torch(
    channels: int, filters: int, height: int, width: int, want_image: bool
) -> None:
    image, weights, bias = draw(channels, height, width), draw(filters, channels, 5, 5), draw(filters)
    pooled_height, pooled_width = (height - 4) // 2, (width - 4) // 2
    slope = draw(filters, pooled_height * pooled_width, seed=1)
    _, source = run_pool(run_convolve(image, weights, bias), width, pooled_width, pooled_height * pooled_width)
    # Gradients are added to what is there.
    start_weights, start_bias = draw(*weights.shape, seed=2), draw(filters, seed=2)
    start_image = draw(*image.shape, seed=2)
    grad_weights, grad_bias, grad_image = start_weights.copy(), start_bias.copy(), start_image.copy()
    spread = np.full((height - 5) * width + width + 4, np.nan, np.float32)
    convolve_backward(
        *(image.reshape(channels, -1), weights, width, source, slope, spread),
        *(grad_weights, grad_bias, grad_image.reshape(channels, -1), want_image),
    )

    convolved = functional.conv2d(double(image), double(weights), double(bias)).requires_grad_()
    pooled = functional.max_pool2d(functional.relu(convolved), 2)
    (by_convolved,) = torch.autograd.grad(pooled, convolved, double(slope).reshape(pooled.shape))

    def gradients(image: Tensor, weights: Tensor, by_convolved: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        by_weights = conv2d_weight(image[None], weights.shape, by_convolved[None])
        by_image = conv2d_input(image[None].shape, weights, by_convolved[None])[0]
        return by_weights, by_convolved.sum(dim=(1, 2)), by_image

    expected = gradients(double(image), double(weights), by_convolved)
    absolute = gradients(double(image).abs(), double(weights).abs(), by_convolved.abs())
    windows = pooled_height * pooled_width + 1  # and the value that was there
    for result, start, index in ((grad_weights, start_weights, 0), (grad_bias, start_bias, 1)):
        check(result, double(start) + expected[index], double(start).abs() + absolute[index], terms=windows)
    if want_image:
        check(
            *(grad_image, double(start_image) + expected[2], double(start_image).abs() + absolute[2]),
            terms=25 * filters + 1,
        )
    else:
        np.testing.assert_array_equal(grad_image, start_image)


@pytest.mark.parametrize(("inputs", "outputs"), [(256, 128), (300, 128), (128, 4), (4, 4), (1, 1), (7, 3)])
def test_linear_layer_agrees_with_torch(inputs: int, outputs: int) -> None:
    values, weights, bias = draw(inputs), draw(outputs, inputs), draw(outputs)
    result = np.full(outputs, np.nan, np.float32)
    linear(values, weights, bias, result)
    expected = functional.linear(double(values), double(weights), double(bias))
    check(result, expected, functional.linear(*(double(a).abs() for a in (values, weights, bias))), terms=inputs + 1)


@pytest.mark.parametrize(("inputs", "outputs"), [(256, 128), (300, 128), (128, 4), (4, 4), (1, 1), (7, 3)])
def test_gradients_of_a_linear_layer_agree_with_torch(inputs: int, outputs: int) -> None:
    values, weights, slope = draw(inputs), draw(outputs, inputs), draw(outputs, seed=1)
    slope[::3] = 0  # as ReLU leaves them
    start_weights, start_bias = draw(outputs, inputs, seed=2), draw(outputs, seed=2)
    grad_weights, grad_bias = start_weights.copy(), start_bias.copy()
    grad_inputs = np.full(inputs, np.nan, np.float32)
    linear_backward(values, weights, slope, grad_weights, grad_bias, grad_inputs)

    products = torch.outer(double(slope), double(values))
    check(grad_weights, double(start_weights) + products, double(start_weights).abs() + products.abs(), terms=2)
    check(grad_bias, double(start_bias) + double(slope), double(start_bias).abs() + double(slope).abs(), terms=2)
    check(grad_inputs, double(slope) @ double(weights), double(slope).abs() @ double(weights).abs(), terms=outputs)


def run_adam(
    parameters: Array, gradients: list[Array], rate: Callable[[int], float]
) -> tuple[Array, NDArray[np.float64]]:
    """Returns the parameters after all steps, of the compiled loop and of torch's optimizer."""
    compiled, moments = parameters.copy(), np.zeros((2, len(parameters)), np.float32)
    reference = torch.nn.Parameter(torch.from_numpy(parameters.copy()))
    optimizer = torch.optim.Adam([reference], lr=1.0)
    for step, gradient in enumerate(gradients):
        buffer = gradient.copy()
        adam(compiled, buffer, moments[0], moments[1], step + 1, rate(step))
        np.testing.assert_array_equal(buffer, 0)
        optimizer.param_groups[0]["lr"] = rate(step)
        reference.grad = torch.from_numpy(gradient.copy())
        optimizer.step()
    return compiled, reference.detach().double().numpy()


@pytest.mark.slow
@pytest.mark.parametrize("rate", [1e-4, 1e-2])
def test_adam_agrees_with_torch_over_200_steps(rate: float) -> None:
    parameters = draw(500)
    scales = 10.0 ** np.linspace(-6, 3, 500)
    gradients = [(scales * (0.3 + draw(500, seed=step))).astype(np.float32) for step in range(200)]
    compiled, expected = run_adam(parameters, gradients, lambda step: rate * 0.9 ** (step // 50))
    assert np.abs(compiled - parameters).min() > 2 * rate  # all of them have moved
    # A step rounds the parameter once (half a unit of 2^-23) and its own length, at most about 3 · rate, some 20 times.
    bound = 200 * ROUNDING * (2 * np.abs(parameters).max() + 20 * 3 * rate)
    np.testing.assert_allclose(compiled, expected, rtol=0, atol=bound)


def test_adam_makes_a_first_step_of_the_learning_rate_whatever_the_gradient() -> None:
    gradient = np.array([1e-3, -5.0, 1e6, 0.0], np.float32)
    compiled, _ = run_adam(np.zeros(4, np.float32), [gradient], lambda step: 0.25)
    # m/√v = ±1 once both are corrected for their bias; ε = 1e-8 takes 1e-5 of it at the smallest gradient.
    np.testing.assert_allclose(compiled, [-0.25, 0.25, -0.25, 0.0], rtol=2e-5)
