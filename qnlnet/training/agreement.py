"""Does a trained model give the same labels when its circuit runs on Aer?"""

import math

from numpy.typing import NDArray
from qiskit_machine_learning.connectors import TorchConnector

from qnlnet.backends import build_qnn
from qnlnet.circuits import circuit_from_config
from qnlnet.config import CIRCUIT_LAYERS, BackendConfig, RunConfig
from qnlnet.models import QNLNet
from qnlnet.training.scoring import predict, score_with_model


def measure_aer_agreement(model: QNLNet, config: RunConfig, inputs: NDArray) -> float:
    """Returns the share of `inputs`, in [0, 1], whose label stays the same on Aer (exact, through TorchConnector).

    Args:
        model: The trained model, on whatever backend it was trained.
        config: Its cell.
        inputs: Model inputs, float32, shape (count, …).

    Returns:
        The share; NaN for a model without a circuit.
    """
    if config.layer not in CIRCUIT_LAYERS:
        return math.nan
    qnn = build_qnn(circuit_from_config(config), BackendConfig(name="aer"))
    # Given weights, it draws none: torch's generator is global, and another replica may be drawing from it.
    layer = TorchConnector(qnn, initial_weights=model.quantum.state_dict()["weight"].numpy())
    on_aer = QNLNet(model.reducer, layer, model.head)
    labels, labels_on_aer = (predict(score_with_model(network, inputs)) for network in (model, on_aer))
    return float((labels == labels_on_aer).mean())
