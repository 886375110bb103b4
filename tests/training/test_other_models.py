"""What can stand in for the quantum layer, several readouts and several classes: both loops agree there as well."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from training.parity import check_parity

from qnlnet.backends import build_quantum_layer
from qnlnet.circuits import CLOSED_FORMS, circuit_from_config
from qnlnet.config import load_config
from qnlnet.models import Features, build_model
from qnlnet.models.qnl_net.substitutes import ProductOfSines
from qnlnet.training import CompiledReplica, TorchReplica, build_replica
from qnlnet.training.compiled.network import flatten_parameters

MakeFeatures = Callable[..., Features]
CLASSES = "data.classes=[0,1,2,3,4]"
MODELS = {
    **{name: (f"layer={name}",) for name in ("frozen", "linear_tanh", "sine", "nonlocal", "none")},
    **{f"closed form {ansatz}": ("layer=closed_form", f"ansatz={ansatz}") for ansatz in "012"},
    "two readouts": ("readout_qubits=[1,3]", "r=2"),
    "re-uploading": ("circuit=reuploading", "D=2"),
    "classes": (CLASSES, "r=2"),
    "classes without a circuit": (CLASSES, "layer=none"),
    "classes by one value": (CLASSES, "layer=sine"),
    "classes, re-uploading": (CLASSES, "circuit=reuploading", "D=3", "ansatz=1"),
}


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["raw_nll", "cross_entropy"])
@pytest.mark.parametrize("model", list(MODELS))
def test_both_loops_have_the_same_weights_after_30_steps(model: str, loss: str, make_features: MakeFeatures) -> None:
    config = load_config(*MODELS[model], "reducer=pca", f"train.loss={loss}", "train.shuffle=true")
    check_parity(config, make_features(config, 15), epochs=2, steps=30)


@pytest.mark.parametrize("model", ["nonlocal", "classes", "re-uploading"])
def test_both_loops_agree_behind_a_cnn_with_batches(model: str, make_features: MakeFeatures) -> None:
    config = load_config(*MODELS[model], "reducer=cnn", "train.loss=cross_entropy", "train.batch_size=4")
    check_parity(config, make_features(config, 30), epochs=2, steps=16)


@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_the_closed_form_is_the_circuit(ansatz: str) -> None:
    config = load_config(f"ansatz={ansatz}")
    torch.manual_seed(0)
    circuit, formula = build_quantum_layer(circuit_from_config(config)), ProductOfSines(CLOSED_FORMS[ansatz])
    formula.load_state_dict({"weight": circuit.state_dict()["weight"]})
    features = [torch.linspace(-3, 3, 40).reshape(10, 4).requires_grad_() for _ in range(2)]
    ours, theirs = formula(features[0]), circuit(features[1])
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)  # float32
    ours.sum().backward()
    theirs.sum().backward()
    torch.testing.assert_close(features[0].grad, features[1].grad, rtol=0, atol=1e-5)
    torch.testing.assert_close(formula.weight.grad, circuit.weight.grad, rtol=0, atol=1e-5)


def test_whatever_stands_there_the_reducer_begins_alike() -> None:
    models = [build_model(load_config(f"layer={layer}"), 3) for layer in ("quantum", "closed_form", "sine", "none")]
    for model in models[1:]:
        for name, value in models[0].reducer.state_dict().items():
            assert torch.equal(value, model.reducer.state_dict()[name])
    assert torch.equal(models[0].quantum.weight, models[1].quantum.weight)


@pytest.mark.parametrize("kind", [CompiledReplica, TorchReplica])
def test_frozen_weights_stay_where_they_were_drawn(kind: type, make_features: MakeFeatures) -> None:
    config = load_config("layer=frozen", "reducer=pca", "r=2", "train.learning_rate=0.1", "train.epochs=1")
    replica = kind(config, 0, make_features(config, 20))
    before = build_model(config, 0).state_dict()
    replica.advance()
    after = replica.trained_model().state_dict()
    assert torch.equal(before["quantum.weight"], after["quantum.weight"])
    assert not torch.equal(before["reducer.0.weight"], after["reducer.0.weight"])


def test_weights_that_begin_at_a_quarter_turn() -> None:
    uniform, turned = (
        build_model(load_config("reducer=pca", f"train.initial_weights={name}"), 1)
        for name in ("uniform", "quarter_turn")
    )
    expected = np.pi / 2 + 0.1 * uniform.quantum.weight.detach().numpy()
    np.testing.assert_allclose(turned.quantum.weight.detach().numpy(), expected, rtol=1e-6)
    for name, value in uniform.state_dict().items():
        if not name.startswith("quantum"):
            assert torch.equal(value, turned.state_dict()[name])


def test_a_cnn_with_a_non_local_block_trains_in_torch(make_features: MakeFeatures) -> None:
    config = load_config("reducer=cnn_nonlocal", "layer=none", "train.epochs=1")
    replica = build_replica(config, 0, make_features(config, 6, 4))
    assert isinstance(replica, TorchReplica)
    before = flatten_parameters(replica.model)
    replica.advance()
    block = dict(replica.model.reducer.named_parameters())["6.theta.weight"]
    assert block.shape == (8, 16, 1)
    assert block.grad is not None
    assert block.grad.abs().max() > 0
    assert not np.array_equal(before, flatten_parameters(replica.model))


@pytest.mark.parametrize("kind", [CompiledReplica, TorchReplica])
def test_of_several_first_weights_those_with_the_smallest_loss_of_an_epoch_go_on(
    kind: type, make_features: MakeFeatures
) -> None:
    words = ("reducer=pca", "train.epochs=2", "train.learning_rate=0.05", "train.loss=cross_entropy")
    one, several = load_config(*words), load_config(*words, "train.starts=4")
    features = make_features(one, 30)
    alone = [kind(one, 7, features, partial(build_model, start=start)) for start in range(4)]
    losses = [replica.advance().train_loss for replica in alone]
    assert len(set(losses)) == 4
    best = alone[int(np.argmin(losses))]
    chosen = kind(several, 7, features)
    chosen.advance()
    assert chosen.epochs == best.epochs
    assert chosen.advance() == best.advance()
    np.testing.assert_array_equal(flatten_parameters(chosen.trained_model()), flatten_parameters(best.trained_model()))


def test_the_first_of_several_starts_is_that_of_a_single_one() -> None:
    config = load_config("reducer=pca")
    assert torch.equal(
        *(
            torch.cat([p.ravel() for p in model.parameters()])
            for model in (build_model(config, 3), build_model(config, 3, 0))
        )
    )
    assert not torch.equal(build_model(config, 3).head.weight, build_model(config, 3, 1).head.weight)
