"""QNL-Net: reducer → quantum layer → one linear unit, as one torch module for one replica."""

import torch
from torch import Tensor, nn

from qnlnet.backends import build_quantum_layer
from qnlnet.circuits import circuit_from_config
from qnlnet.config import AnyBackendConfig, RunConfig, RuntimeConfig
from qnlnet.models.reducers import build_cnn_reducer, build_pca_reducer
from qnlnet.seeding import generator, integer_seed


class QNLNet(nn.Module):
    """The hybrid model.

    Args:
        reducer: Model input → one feature per qubit; the features are angles in radians.
        quantum: Features → expectation value in [−1, 1], shape (batch, 1).
        head: Expectation value → y, the score of class 0.
    """

    def __init__(self, reducer: nn.Sequential, quantum: nn.Module, head: nn.Linear) -> None:
        super().__init__()
        self.reducer = reducer
        self.quantum = quantum
        self.head = head

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the scores (y, 1 − y), shape (batch, 2); the larger one names the class."""
        y = self.head(self.quantum(self.reducer(inputs)))
        return torch.cat((y, 1 - y), dim=-1)


def build_model(config: RunConfig, seed: int) -> QNLNet:
    """Builds the untrained model of one replica.

    Weights are drawn as in the released scripts, torch's defaults for convolutions and linear layers and U[−1, 1]
    for the circuit, but from `seed`; torch's global generator is left as it was.
    """
    qnl = circuit_from_config(config)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(integer_seed(seed, "weights"))
        if config.reducer.name == "cnn":
            reducer = build_cnn_reducer(
                config.data.image_shape,
                config.data.cnn_channels,
                config.num_qubits,
                config.train.dropout,
                generator(seed, "dropout"),
            )
        else:
            reducer = build_pca_reducer(config.num_qubits)
        return QNLNet(reducer, build_quantum_layer(qnl, _share_of_budget(config), seed=seed), nn.Linear(1, 1))


def _share_of_budget(config: RunConfig) -> AnyBackendConfig:
    """Returns the backend for one replica, which may spend its share of the QPU seconds of all."""
    backend = config.backend
    if not isinstance(backend, RuntimeConfig) or backend.budget_seconds is None:
        return backend
    return backend.model_copy(update={"budget_seconds": backend.budget_seconds / config.seeds})
