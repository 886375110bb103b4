"""Where the time of a compiled training step goes, and how far each part is from what this machine can do.

Each part runs alone, many times inside one compiled loop, on random arrays of its real shapes. The floor of a part is
the longer of two times: its arithmetic at the rate of a large matrix product, and its parameters, gradients and
moments at the speed of a copy. A circuit counts in double precision, everything else in single.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray

import qnlnet
from benchmarks.timing import time_in_turns
from benchmarks.training import MODELS, draw_features
from qnlnet.evidence.benchmarks.names import REST, WHOLE
from qnlnet.models.qnl_net.family import build_qnl_net
from qnlnet.simulator.kernels import ONE_LANE, Program, allocate_scratch, run_block
from qnlnet.training import CompiledReplica
from qnlnet.training.compiled.layers import (
    KERNEL_SIZE,
    adam,
    convolve,
    convolve_backward,
    linear,
    linear_backward,
    pool_and_rectify,
)
from qnlnet.training.compiled.network import Network, read_network

_TIMES = 200  # calls of a part in one compiled loop
_IMAGES = 500  # steps in an epoch
_MARGIN = KERNEL_SIZE - 1
_NO_MASK = np.empty(0, np.float32)
Precision = type[np.float32] | type[np.float64]


@dataclass(frozen=True)
class Part:
    """A part of a step.

    Attributes:
        name: What it is called.
        function: The compiled function.
        arguments: What it is called with.
        operations: Additions and multiplications that its result needs.
        bytes: Of parameters, gradients and moments that it reads and writes.
        share: How often a step runs it; channels that dropout takes are left out.
        dtype: In which precision it computes.
    """

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    operations: float
    bytes: float = 0.0
    share: float = 1.0
    dtype: Precision = np.float32


@njit(error_model="numpy")
def _repeat(function: Any, arguments: Any, times: int) -> None:  # Numba infers the types
    for _ in range(times):
        function(*arguments)


def profile_steps(models: tuple[str, ...] = tuple(MODELS), *, repetitions: int) -> Iterator[dict[str, Any]]:
    """Yields a row per model and part, one for what is left of the step, and one for the whole step."""
    torch.set_flush_denormal(True)
    precisions: tuple[Precision, ...] = (np.float32, np.float64)
    rates = {dtype: _measure_arithmetic(dtype, repetitions) for dtype in precisions}
    bandwidth = _measure_bandwidth(repetitions)
    for model in models:
        config = qnlnet.load_config(*MODELS[model], "train.epochs=1000000", "train.lr_decay=1")
        features = draw_features(config, _IMAGES)
        network = read_network(build_qnl_net(config, 0), features.train.shape[1:])
        parts = list(_list_parts(network, config.model.dropout))
        replica = CompiledReplica(config, 0, features)
        calls: dict[str, Callable[[], object]] = {part.name: _call(part) for part in parts}
        timings = time_in_turns({**calls, WHOLE: replica.advance}, repetitions=repetitions, seconds=0.05)
        whole = timings[WHOLE].median / _IMAGES
        seconds = {part.name: part.share * timings[part.name].median / _TIMES for part in parts}
        for part in parts:
            floor = part.share * max(part.operations / rates[part.dtype], part.bytes / bandwidth)
            row = {"seconds": seconds[part.name], "operations": part.share * part.operations, "bytes": part.bytes}
            yield {"model": model, "part": part.name, **row, "floor_seconds": floor}
        yield {"model": model, "part": REST, "seconds": whole - sum(seconds.values())}
        yield {"model": model, "part": WHOLE, "seconds": whole}


def _call(part: Part) -> Callable[[], object]:
    return lambda: _repeat(part.function, part.arguments, _TIMES)


def _draw(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def _list_parts(network: Network, dropout: float) -> Iterator[Part]:
    backwards: list[Part] = []
    for number, (channels, height, width, filters, _) in enumerate(network.convolutions):
        last = number == len(network.convolutions) - 1
        forth, back = _convolution_parts(number, channels, height, width, filters, 1 - dropout if last else 1.0)
        yield from forth
        backwards.append(back)
    for number, (inputs, outputs, _, rectified) in enumerate(network.linears):
        forth_part, back = _linear_parts(number, inputs, outputs, bool(rectified))
        yield forth_part
        backwards.append(back)
    yield _circuit_part(network.program, network.layer.inputs + network.layer.weights)
    yield from reversed(backwards)
    count = _count_parameters(network)
    arguments = _draw(count), np.zeros(count, np.float32), np.zeros(count, np.float32), np.ones(count, np.float32)
    # Reads and writes parameters, both moments and the gradient; about twelve operations each, root and quotient two.
    yield Part("Adam", adam, (*arguments, 1000, 1e-6), 12.0 * count, 8 * 4.0 * count)


def _convolution_parts(
    number: int, channels: int, height: int, width: int, filters: int, share: float
) -> tuple[list[Part], Part]:
    length = (height - KERNEL_SIZE) * width + width - _MARGIN  # of one filter's output, with the image's stride
    windows_high, windows_wide = (height - _MARGIN) // 2, (width - _MARGIN) // 2
    image, weights, bias = _draw(channels, height * width), _draw(filters, channels, 5, 5), _draw(filters)
    convolved, pooled = np.empty((filters, length), np.float32), _draw(filters, windows_high * windows_wide)
    source = np.empty(pooled.shape, np.int32)
    convolve(image, weights, bias, width, _NO_MASK, convolved)
    pool_and_rectify(convolved, width, windows_wide, _NO_MASK, pooled, source)
    products = 4.0 * pooled.size * weights[0].size
    forth = [
        Part(
            f"convolution {number + 1}, forwards",
            convolve,
            (image, weights, bias, width, _NO_MASK, convolved),
            2 * products,
            share=share,
        ),
        Part(
            f"pooling {number + 1}, forwards",
            pool_and_rectify,
            (convolved, width, windows_wide, _NO_MASK, pooled, source),
            4.0 * pooled.size,
            share=share,
        ),
    ]
    by_image = number > 0
    gradients = np.zeros_like(weights), np.zeros_like(bias), np.zeros_like(image)
    back = Part(
        f"convolution {number + 1}, backwards",
        convolve_backward,
        (image, weights, width, source, _draw(*pooled.shape), _draw(length + 2 * _MARGIN), *gradients, by_image),
        # The winners of the windows only, a quarter of the outputs; by the weights and, behind a layer, by the image.
        2 * products / 4 * (2 if by_image else 1),
        share=share,
    )
    return forth, back


def _linear_parts(number: int, inputs: int, outputs: int, rectified: bool) -> tuple[Part, Part]:
    values, weights, bias, slope = _draw(inputs), _draw(outputs, inputs), _draw(outputs), _draw(outputs)
    active = 1.0
    if rectified:  # about half of the units are switched off
        slope[::2], active = 0, 0.5
    products = float(weights.size)
    forth = Part(
        f"linear {number + 1}, forwards",
        linear,
        (values, weights, bias, np.empty(outputs, np.float32)),
        2 * products,
        4 * products,
    )
    gradients = np.zeros_like(weights), np.zeros_like(bias), np.empty(inputs, np.float32)
    back = Part(
        f"linear {number + 1}, backwards",
        linear_backward,
        (values, weights, slope, *gradients),
        4 * products * active,
        3 * 4 * products * active,
    )
    return forth, back


def _circuit_part(program: Program, parameters: int) -> Part:
    values, jacobian = np.empty((1, 1)), np.empty((1, 1, parameters))
    arguments = program, np.ones((1, parameters)), values, jacobian, True, allocate_scratch(program, 1), ONE_LANE
    # A rotation takes about six operations an amplitude, once forwards and twice backwards, and its derivative four;
    # cosine and sine of an angle take about forty.
    operations = 22.0 * len(program.parity) * len(program.rotations) + 40.0 * len(program.angle_parameters)
    return Part("circuit, value and Jacobian", run_block, arguments, operations, dtype=np.float64)


def _count_parameters(network: Network) -> int:
    inputs, outputs, offset = network.head
    return int(offset + (inputs + 1) * outputs)


def _measure_arithmetic(dtype: Precision, repetitions: int) -> float:
    """Returns additions and multiplications per second of a product of two matrices that fit the second-level cache."""
    size = 256
    matrix: NDArray[Any] = _draw(size, size).astype(dtype)
    result = np.empty_like(matrix)
    call = {"product": lambda: np.dot(matrix, matrix, out=result)}
    return 2 * size**3 / time_in_turns(call, repetitions=repetitions, seconds=0.02)["product"].median


def _measure_bandwidth(repetitions: int) -> float:
    """Returns bytes per second, read and written, where half a megabyte is changed in place, as Adam does."""
    array = np.ones(2**17, np.float32)
    call = {"negation": lambda: np.negative(array, out=array)}
    return 2 * array.nbytes / time_in_turns(call, repetitions=repetitions, seconds=0.02)["negation"].median
