"""The check of trained models on Aer: it is passed by what is right, and it can fail."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from qnlnet.backends import QuantumLayer
from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import Features, build_model, prepare_features
from qnlnet.models.qnl_net.network import QNLNet
from qnlnet.training import CompiledReplica, measure_aer_agreement, score_with_model

MakeFeatures = Callable[..., Features]
Trained = tuple[QNLNet, RunConfig, Features]


@pytest.fixture(scope="module")
def trained(make_features: MakeFeatures) -> Trained:
    """A model that gives both labels, with its cell and features."""
    config = load_config("reducer=pca", "ansatz=1", "protocol=corrected")
    features = make_features(config, 200, 150)
    replica = CompiledReplica(config, 0, features)
    for _ in range(10):
        replica.advance()
    assert replica.epochs[-1].test_accuracy > 70  # a model that knows one label only would agree with anything
    return replica.trained_model(), config, features


class OtherWeights(QuantumLayer):
    """A quantum layer that shows weights which are not those that it computes with."""

    def __init__(self, layer: QuantumLayer) -> None:
        super().__init__(layer.neural_network, -layer.weight.detach().numpy())
        self._hidden = [layer]  # in a list, so that it is no part of the module

    def forward(self, input_data: Tensor | None = None) -> Tensor:
        return self._hidden[0](input_data)


def test_a_trained_model_agrees_with_aer_on_every_image(trained: Trained) -> None:
    model, config, features = trained
    assert measure_aer_agreement(model, config, 0, features.test) == 1.0


def test_a_cnn_agrees_with_aer_too(make_features: MakeFeatures) -> None:
    config = load_config("reducer=cnn", "ansatz=2", "r=2", "D=2")
    features = make_features(config, 20, 70)  # more rows than one call of Aer takes
    replica = CompiledReplica(config, 0, features)
    replica.advance()
    assert measure_aer_agreement(replica.trained_model(), config, 0, features.test) == 1.0


def test_corrupted_circuit_weights_are_found(trained: Trained) -> None:
    model, config, features = trained
    corrupted = QNLNet(model.reducer, OtherWeights(model.quantum), model.head)
    agreement = measure_aer_agreement(corrupted, config, 0, features.test)
    assert agreement < 0.5  # sin(−w) turns the sign of the expectation value around


def test_another_circuit_is_found(trained: Trained) -> None:
    model, _, features = trained
    other = load_config("reducer=pca", "ansatz=0")
    assert measure_aer_agreement(model, other, 0, features.test) < 1


def test_the_check_changes_neither_the_model_nor_the_global_generator(trained: Trained) -> None:
    model, config, features = trained
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    measure_aer_agreement(model, config, 0, features.test[:5])
    assert torch.equal(state, torch.get_rng_state())  # other threads build models from it
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize(
    ("model", "images"),
    # There are 91 images; the second model has 49 patches to an image, the third one 17 qubits, the last 1,024 inputs.
    [("reducer=pca", 91), ("model=hqnn_quanv", 20), ("model=farhi_neven", 1), ("model=qcnn", 2)],
)
def test_aer_is_asked_about_all_images_or_a_thousand_circuits_or_fewer_of_many_qubits(
    model: str, images: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_config("data=digits", model)
    inputs = prepare_features(load_dataset(config.data), config).test
    asked: list[int] = []

    def score(model: nn.Module, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        asked.append(len(inputs))
        return score_with_model(model, inputs)

    monkeypatch.setattr("qnlnet.training.agreement.score_with_model", score)
    assert measure_aer_agreement(build_model(config, 0).eval(), config, 0, inputs) == 1.0
    assert asked == [images, images]
