"""Random features that a model can learn something from, and the compiled step behind one plain function."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from qnlnet.config import RunConfig
from qnlnet.models import Features
from qnlnet.models.qnl_net.network import QNLNet
from qnlnet.training.compiled.network import flatten_parameters, read_network
from qnlnet.training.compiled.steps import train_epoch
from qnlnet.training.compiled.workspace import Training, allocate_workspace


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Keeps torch from sharing the work on single images out among threads, which takes longer than doing it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def make_features() -> Callable[..., Features]:
    """Returns a function that makes `train` and `test` random inputs in the shape that a cell asks for."""

    def make(config: RunConfig, train: int, test: int = 12) -> Features:
        random = np.random.default_rng(0)
        shape = (config.model.num_qubits,) if config.model.reducer.name == "pca" else config.data.image_shape
        classes = len(config.data.classes)
        directions = random.normal(size=(classes, *shape))

        def split(count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
            labels = np.sort(random.integers(0, classes, count))
            return (random.normal(size=(count, *shape)) + directions[labels]).astype(np.float32), labels

        return Features(*split(train), *split(test))

    return make


@dataclass(frozen=True)
class Step:
    """What one compiled step gave: summed loss, right answers, mean gradient and parameters after it."""

    loss: float
    correct: int
    gradient: NDArray[np.float32]
    parameters: NDArray[np.float32]


@pytest.fixture(scope="session")
def compiled_step() -> Callable[..., Step]:
    """Returns a function that makes one compiled step from the weights of a torch model."""

    def step(
        model: QNLNet,
        inputs: NDArray[np.float32],
        labels: NDArray[np.int64],
        loss_kind: int,
        *,
        masks: NDArray[np.float32] | None = None,
        rate: float = 0.0,
    ) -> Step:
        network = read_network(model, inputs.shape[1:])
        parameters = flatten_parameters(model)
        state = np.stack([parameters, np.zeros_like(parameters), np.zeros_like(parameters)])
        count = len(inputs)
        loss, correct = train_epoch(
            network,
            inputs.reshape(count, -1),
            labels,
            Training(
                np.arange(count),
                np.empty((count, 0), np.float32) if masks is None else masks,
                rate,
                loss_kind,
                count,
            ),
            state,
            np.zeros_like(parameters),
            0,
            allocate_workspace(network),
        )
        # After the first step Adam's first moment is a tenth of the gradient.
        return Step(loss, correct, state[1] / np.float32(0.1), state[0])

    return step
