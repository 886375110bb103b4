"""The compiled loop against the plain loop over TorchConnector(EstimatorQNN); orders, rates and what is reported."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from training.parity import check_parity

from qnlnet.backends import build_quantum_layer
from qnlnet.circuits import Circuit
from qnlnet.config import RunConfig, load_config
from qnlnet.errors import ArgumentError
from qnlnet.models import Features, build_model
from qnlnet.models.qnl_net.network import QNLNet
from qnlnet.training import CompiledReplica, Replica, TorchReplica, build_replica, labels_of, score_with_model
from qnlnet.training.compiled.network import flatten_parameters, read_network, restore_parameters
from qnlnet.training.stepwise import EpochUnderWay, StepwiseReplica

MakeFeatures = Callable[..., Features]
SHAPES = {"mnist cnn": ("reducer=cnn",), "cifar10 cnn": ("reducer=cnn", "data=cifar10"), "pca": ("reducer=pca",)}


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["raw_nll", "cross_entropy"])
@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("shape", list(SHAPES))
def test_both_loops_have_the_same_weights_after_50_steps(
    shape: str, batch_size: int, loss: str, make_features: MakeFeatures
) -> None:
    config = load_config(
        *SHAPES[shape], "r=2", "D=2", f"train.batch_size={batch_size}", f"train.loss={loss}", "train.shuffle=true"
    )
    # 25 steps an epoch; with batches of 4 the last one has 2 images.
    features = make_features(config, 25 if batch_size == 1 else 98)
    check_parity(config, features, epochs=2, steps=50)


@pytest.mark.slow
@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_both_loops_agree_in_the_setting_of_table_1(ansatz: str, make_features: MakeFeatures) -> None:
    for shape in SHAPES.values():
        config = load_config(*shape, f"ansatz={ansatz}")
        check_parity(config, make_features(config, 25), epochs=2, steps=50)


def test_both_loops_agree_without_dropout(make_features: MakeFeatures) -> None:
    config = load_config("reducer=cnn", "train.dropout=0")
    check_parity(config, make_features(config, 25), epochs=2, steps=50)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["statevector", "aer"])
def test_the_compiled_loop_agrees_with_qiskits_estimators_and_parameter_shift(
    backend: str, make_features: MakeFeatures
) -> None:
    config, plain = (load_config("reducer=pca", "r=2", "D=2", f"backend={name}") for name in ("exact", backend))
    check_parity(config, make_features(config, 6, 4), epochs=1, steps=6, plain=plain)


class Recorder(StepwiseReplica):
    """A replica that learns nothing and keeps the order and the rate of each epoch."""

    def __init__(self, config: RunConfig, seed: int, features: Features) -> None:
        super().__init__(config, seed, features)
        self.orders: list[NDArray[np.int64]] = []
        self.rates: list[float] = []

    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.zeros(len(inputs), np.float32)

    def trained_model(self) -> QNLNet:
        return self.model

    def _train(self, under_way: EpochUnderWay, rate: float) -> None:
        self.orders.append(under_way.order)
        self.rates.append(rate)

    def _own_state(self) -> dict[str, Any]:
        return {}

    def _restore_own_state(self, state: Mapping[str, Any]) -> None:
        assert state is not None


def record(config: RunConfig, features: Features, seed: int = 0) -> Recorder:
    recorder = Recorder(config, seed, features)
    while not recorder.finished:
        recorder.advance()
    return recorder


def test_learning_rates_are_those_of_torchs_exponential_schedule(make_features: MakeFeatures) -> None:
    config = load_config("reducer=pca", "train.epochs=100")
    rates = record(config, make_features(config, 10)).rates
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=config.train.learning_rate)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    expected = []
    for _ in range(100):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert rates == pytest.approx(expected, rel=100 * 2.0**-52)


def test_without_shuffling_images_keep_the_order_of_the_files(make_features: MakeFeatures) -> None:
    config = load_config("reducer=pca", "train.epochs=3")
    assert not config.train.shuffle  # as in the released script
    features = make_features(config, 30)
    for order in record(config, features).orders:
        assert order.tolist() == list(range(30))
        assert np.all(np.diff(features.train_labels[order]) >= 0)  # all of one class, then all of the other


def test_shuffling_draws_a_new_order_of_all_images_for_each_epoch(make_features: MakeFeatures) -> None:
    config = load_config("reducer=cnn", "train.epochs=3")
    assert config.train.shuffle
    orders = record(config, make_features(config, 30)).orders
    assert all(sorted(order) == list(range(30)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3


def test_the_order_belongs_to_the_seed_alone(make_features: MakeFeatures) -> None:
    config = load_config("reducer=cnn", "train.epochs=2")
    other = load_config("reducer=cnn", "train.epochs=2", "ansatz=1", "D=3", "train.loss=cross_entropy")
    features = make_features(config, 30)
    first, same, reseeded = record(config, features, 1), record(other, features, 1), record(config, features, 2)
    np.testing.assert_array_equal(first.orders, same.orders)
    assert not np.array_equal(first.orders, reseeded.orders)


def test_a_replica_repeats_itself_to_the_bit(make_features: MakeFeatures) -> None:
    config = load_config("reducer=cnn", "train.epochs=2")
    features = make_features(config, 20)
    runs = []
    for _ in range(2):
        replica = CompiledReplica(config, 5, features)
        epochs = [replica.advance() for _ in range(2)]
        runs.append((epochs, flatten_parameters(replica.trained_model())))
    assert runs[0][0] == runs[1][0]
    np.testing.assert_array_equal(runs[0][1], runs[1][1])


@pytest.mark.parametrize("kind", [CompiledReplica, TorchReplica])
def test_reports_are_percentages_of_what_the_model_answers(kind: type[Replica], make_features: MakeFeatures) -> None:
    config = load_config("reducer=pca", "train.epochs=1", "train.learning_rate=0.05")
    features = make_features(config, 40, 30)
    replica = kind(config, 0, features)
    epoch = replica.advance()
    assert replica.finished
    assert replica.epochs == [epoch]
    model = replica.trained_model()
    assert not model.training
    with torch.no_grad():
        answers = model(torch.from_numpy(features.test)).argmax(dim=1).numpy()
    assert epoch.test_accuracy == pytest.approx(100 * (answers == features.test_labels).mean())
    assert 0 < epoch.test_accuracy < 100 or len(np.unique(answers)) == 2
    assert (epoch.train_accuracy * 40 / 100) % 1 == pytest.approx(0)


def test_the_training_accuracy_is_the_one_that_the_steps_saw(make_features: MakeFeatures) -> None:
    # With one batch of everything, the only step sees the untrained model.
    config = load_config("reducer=pca", "train.batch_size=40", "train.learning_rate=0.5")
    features = make_features(config, 40)
    untrained = labels_of(score_with_model(build_model(config, 0), features.train))
    for kind in (CompiledReplica, TorchReplica):
        epoch = kind(config, 0, features).advance()
        assert epoch.train_accuracy == pytest.approx(100 * (untrained == features.train_labels).mean())


def test_compiled_scores_are_those_of_the_torch_model(make_features: MakeFeatures) -> None:
    config = load_config("reducer=cnn", "data=cifar10", "ansatz=1")
    features = make_features(config, 4, 30)
    replica = CompiledReplica(config, 0, features)
    scores = replica.scores(features.test)
    np.testing.assert_allclose(scores, score_with_model(build_model(config, 0), features.test), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(scores, replica.scores(features.test))  # evaluation draws nothing


def test_many_inputs_are_scored_like_single_ones(make_features: MakeFeatures) -> None:
    config = load_config("reducer=pca")
    inputs = make_features(config, 2, 1100).test  # more than two batches of the evaluation
    model = build_model(config, 0)
    singles = [score_with_model(model, inputs[index : index + 1])[0] for index in (0, 511, 512, 1099)]
    np.testing.assert_allclose(score_with_model(model, inputs)[[0, 511, 512, 1099]], singles, rtol=0, atol=1e-6)


@pytest.mark.parametrize("overrides", [("reducer=pca",), ("reducer=cnn", "data=cifar10")])
def test_the_order_of_features_in_memory_does_not_matter(
    overrides: tuple[str, ...], make_features: MakeFeatures
) -> None:
    config = load_config(*overrides)
    features = make_features(config, 10)
    columns = replace(features, train=np.asfortranarray(features.train), test=np.asfortranarray(features.test))
    replicas = [CompiledReplica(config, 0, each) for each in (features, columns)]
    assert replicas[0].advance() == replicas[1].advance()
    np.testing.assert_array_equal(replicas[0].scores(features.test), replicas[1].scores(columns.test))


def test_a_tie_goes_to_class_0_as_torchs_argmax_has_it() -> None:
    scores = np.array([0.5, np.nextafter(np.float32(0.5), np.float32(0)), 0.75, -3.0, 7.0], np.float32)
    both = torch.from_numpy(np.stack([scores, np.float32(1) - scores], axis=1))
    assert labels_of(both.numpy()).tolist() == both.argmax(dim=1).tolist() == [0, 1, 0, 1, 0]


def test_the_backend_decides_which_loop_trains(make_features: MakeFeatures) -> None:
    for backend, kind in (("exact", CompiledReplica), ("statevector", TorchReplica), ("aer", TorchReplica)):
        config = load_config("reducer=pca", f"backend={backend}")
        assert type(build_replica(config, 0, make_features(config, 2))) is kind


@pytest.mark.parametrize(
    ("overrides", "needs"),
    [
        ("train.optimizer=sgd", "plain steps of Adam without decay"),
        ("train.weight_decay=1e-4", "plain steps of Adam without decay"),
        ("train.loss=hinge", "the loss raw_nll or cross_entropy"),
    ],
)
def test_other_optimizers_and_losses_train_in_the_plain_loop(
    overrides: str, needs: str, make_features: MakeFeatures
) -> None:
    config = load_config("reducer=pca", overrides)
    assert type(build_replica(config, 0, make_features(config, 2))) is TorchReplica
    with pytest.raises(ArgumentError, match=f"needs {needs}; use `TorchReplica`"):
        CompiledReplica(config, 0, make_features(config, 2))


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_momentum_and_weight_decay_are_torchs(optimizer: str, make_features: MakeFeatures) -> None:
    momentum = ("train.momentum=0.9",) if optimizer == "sgd" else ()
    train = ("train.epochs=2", "train.batch_size=4", "train.lr_decay=1", "train.weight_decay=0.1", *momentum)
    config = load_config("reducer=pca", "layer=none", f"train.optimizer={optimizer}", "protocol=released", *train)
    assert not config.train.shuffle
    features = make_features(config, 10)
    replica = TorchReplica(config, 0, features)
    model = build_model(config, 0)
    kinds = {"adam": torch.optim.Adam, "sgd": lambda *own, **rates: torch.optim.SGD(*own, momentum=0.9, **rates)}
    steps = kinds[optimizer](model.parameters(), lr=config.train.learning_rate, weight_decay=0.1)
    for _ in range(2):
        replica.advance()
        for start in (0, 4, 8):
            inputs, labels = (part[start : start + 4] for part in (features.train, features.train_labels))
            steps.zero_grad()
            torch.nn.functional.nll_loss(model(torch.from_numpy(inputs)), torch.from_numpy(labels)).backward()
            steps.step()
    trained = replica.trained_model().state_dict()
    assert all(torch.equal(trained[name], value) for name, value in model.state_dict().items())


def test_the_compiled_loop_refuses_what_it_does_not_know(make_features: MakeFeatures) -> None:
    config = load_config("reducer=pca", "backend=statevector")
    with pytest.raises(ArgumentError, match="needs backend=exact; use `TorchReplica`"):
        CompiledReplica(config, 0, make_features(config, 2))


def test_the_compiled_loop_refuses_angles_of_several_parameters(build_circuit: Callable[..., Circuit]) -> None:
    qnl = build_circuit("0")
    x, w = qnl.input_params[0], qnl.weight_params[0]
    circuit = qnl.circuit.copy()
    circuit.rx(x * w, 3)
    model = build_model(load_config("reducer=pca"), 0)
    model.quantum = build_quantum_layer(replace(qnl, circuit=circuit))
    with pytest.raises(ArgumentError, match="angles that are affine in one input or one weight"):
        read_network(model, (4,))


@pytest.mark.parametrize(
    ("position", "layer"),
    [
        (0, torch.nn.Conv2d(1, 2, 5, stride=2)),
        (0, torch.nn.Conv2d(1, 2, 3)),
        (0, torch.nn.Conv2d(1, 2, 5, bias=False)),
        (0, torch.nn.Conv2d(1, 2, 5, padding=1)),
        (1, torch.nn.Tanh()),
        (1, torch.nn.MaxPool2d(2)),
        (2, torch.nn.MaxPool2d(3)),
        (6, torch.nn.Dropout2d(0.5)),
        (8, torch.nn.Linear(256, 128, bias=False)),
        (9, torch.nn.Linear(128, 128)),
    ],
    ids=repr,
)
def test_the_compiled_loop_refuses_layers_that_it_would_compute_wrongly(position: int, layer: torch.nn.Module) -> None:
    model = build_model(load_config("reducer=cnn"), 0)
    read_network(model, (1, 28, 28))
    model.reducer[position] = layer
    with pytest.raises(ArgumentError, match="compiled training loop knows reducers of"):
        read_network(model, (1, 28, 28))


def test_flat_parameters_find_their_way_back() -> None:
    config = load_config("reducer=cnn")
    model, other = build_model(config, 0), build_model(config, 1)
    restore_parameters(other, flatten_parameters(model))
    for name, value in model.state_dict().items():
        assert torch.equal(value, other.state_dict()[name])
