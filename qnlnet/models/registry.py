"""Which family a model belongs to, and how one of its models is built."""

import importlib
import threading
from collections.abc import Mapping

import torch
from torch import nn

from qnlnet.backends import QuantumLayer
from qnlnet.config import RunConfig
from qnlnet.config.model.registry import load_own
from qnlnet.data import Dataset
from qnlnet.errors import ArgumentError
from qnlnet.models.family import Family
from qnlnet.models.features import Features, extract_features
from qnlnet.models.formula_layer import CircuitWeights
from qnlnet.models.streams import Streams
from qnlnet.seeding import integer_seed

# The module of each shipped family, imported when asked for; it defines FAMILY.
_FAMILIES: Mapping[str, str] = {
    "qnl_net": "qnlnet.models.qnl_net.family",
    "quanvolution": "qnlnet.models.quanvolution",
    "hqnn_parallel": "qnlnet.models.hqnn_parallel",
    "hqnn_quanv": "qnlnet.models.hqnn_quanv",
    "quantum_pointwise": "qnlnet.models.quantum_pointwise.family",
    "resqunn": "qnlnet.models.resqunn",
    "shahzad": "qnlnet.models.shahzad",
    "farhi_neven": "qnlnet.models.farhi_neven",
    "sqnn": "qnlnet.models.sqnn",
    "ttn_vqc": "qnlnet.models.ttn_vqc",
    "qtn_patches": "qnlnet.models.qtn_patches",
    "tensor_ring_vqc": "qnlnet.models.tensor_ring_vqc",
    "autoencoder_5q": "qnlnet.models.autoencoder_5q",
    "tree": "qnlnet.models.tree.family",
    "quantum_flow": "qnlnet.models.quantum_flow.family",
    "vqc": "qnlnet.models.vqc",
    "qkan": "qnlnet.models.qkan",
    "creep_in": "qnlnet.models.creep_in.family",
    "hamiltonian_embedding": "qnlnet.models.hamiltonian_embedding",
    "qcnn": "qnlnet.models.qcnn.family",
    "quantum_kernel": "qnlnet.models.quantum_kernel",
    "logistic": "qnlnet.models.logistic",
    "svm": "qnlnet.models.svm",
    "lookup_table": "qnlnet.models.lookup_table",
    "k_nearest": "qnlnet.models.k_nearest",
}
_BUILDING = threading.Lock()  # torch's generator is global: models are built one at a time


def family_of(config: RunConfig) -> Family:
    """Returns the family of a cell's model.

    Raises:
        ArgumentError: The file of a model of one's own defines none.
    """
    name = config.model.name
    module = importlib.import_module(_FAMILIES[name]) if name in _FAMILIES else load_own(name)
    family = getattr(module, "FAMILY", None)
    if not isinstance(family, Family):
        raise ArgumentError(f"The model {name} must define `FAMILY`, a Family, but does not.")
    return family


def prepare_features(dataset: Dataset, config: RunConfig) -> Features:
    """Returns what the model of a cell sees of its images; see `extract_features` for the errors."""
    return extract_features(dataset, config.data, family_of(config).features(config))


def count_parameters(model: nn.Module) -> int:
    """Returns how many numbers of a model are trained."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def count_quantum_parameters(model: nn.Module) -> int:
    """Returns how many numbers of a model's circuits are trained."""
    return sum(count_parameters(layer) for layer in model.modules() if isinstance(layer, QuantumLayer | CircuitWeights))


def build_model(config: RunConfig, seed: int, start: int = 0) -> nn.Module:
    """Builds the untrained model of one replica.

    Weights are drawn as its family has them, torch's defaults for convolutions and linear layers and U[−1, 1] for
    circuits, but from `seed`, or from `train.weights_seed`; torch's global generator is left as it was.

    Args:
        config: The cell.
        seed: The replica.
        start: Which of the first weights of that replica, with `train.starts` > 1.
    """
    with _BUILDING, torch.random.fork_rng(devices=[]):
        first = seed if config.train.weights_seed is None else config.train.weights_seed
        torch.manual_seed(integer_seed(first, "weights", start))
        model = family_of(config).build(config, Streams(config, seed))
    if not isinstance(model, nn.Module):
        raise ArgumentError(
            f"The model {config.model.name} must be built as a Module, but is a {type(model).__name__}."
        )
    return model
