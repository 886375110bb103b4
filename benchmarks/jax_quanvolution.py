"""A quanvolution's training step in JAX by hand: patches, circuit, head, loss and Adam in one compiled function."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from benchmarks.contestants.jax_by_hand import through_one_matrix
from benchmarks.layers import weights_of
from benchmarks.workloads import Workload
from qnlnet.models.quanvolution import Quanvolution


class JaxQuanvolution:
    """The network of `benchmarks.networks`, from its first weights.

    Args:
        workload: The circuit on all patches of a batch.
        network: Has the first weights.
        images: Shape (batch, 1, height, width), float32 in [0, 1].
        labels: Classes, shape (batch,).
    """

    def __init__(
        self, workload: Workload, network: Quanvolution, images: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> None:
        head = network.head
        start = [weights_of(network.filters[0]), head.weight, head.bias]
        parameters = [jnp.asarray(np.asarray(parameter.detach()).copy()) for parameter in start]
        zeros = [jnp.zeros_like(parameter) for parameter in parameters]
        self._state = (parameters, zeros, zeros, jnp.zeros((), jnp.float32))
        self._batch = jnp.asarray(images[:, 0]), jnp.asarray(labels)
        self._step = jax.jit(_build_step(workload))

    def __call__(self) -> None:
        """Trains one step."""
        self._state = jax.block_until_ready(self._step(self._state, *self._batch))

    def parameters(self) -> NDArray[np.float32]:
        """Returns all parameters in one vector, in the order of torch's network."""
        return np.concatenate([np.asarray(parameter).ravel() for parameter in self._state[0]])


def _build_step(workload: Workload) -> Any:
    circuit = through_one_matrix(workload)

    def loss(parameters: list[Any], images: Any, labels: Any) -> Any:
        weights, head, bias = parameters
        count, size = images.shape[0], images.shape[1] // 2
        patches = images.reshape(count, size, 2, size, 2).transpose(0, 1, 3, 2, 4).reshape(-1, 4)
        values = circuit(jnp.float32(np.pi) * patches, weights).reshape(count, size * size, -1)
        scores = values.transpose(0, 2, 1).reshape(count, -1) @ head.T + bias
        return -jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, jnp.newaxis], axis=1).mean()

    def step(state: Any, images: Any, labels: Any) -> Any:
        parameters, first, second, count = state
        gradients = jax.grad(loss)(parameters, images, labels)
        count = count + 1
        first = [m + 0.1 * (g - m) for m, g in zip(first, gradients, strict=True)]
        second = [0.999 * v + 0.001 * g * g for v, g in zip(second, gradients, strict=True)]
        rate, correction = 1e-3 / (1 - 0.9**count), 1 / jnp.sqrt(1 - 0.999**count)
        parameters = [
            p - rate * m / (jnp.sqrt(v) * correction + 1e-8) for p, m, v in zip(parameters, first, second, strict=True)
        ]
        return parameters, first, second, count

    return step
