"""Models on disk that are damaged, mixed up or made to be expensive: refused with a sentence, before they are built."""

import copy
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from qnlnet.checkpoints import find_model, load_trained_model, models, save_model
from qnlnet.config import RunConfig, config_hash, load_config
from qnlnet.errors import ArgumentError
from qnlnet.models import build_model
from qnlnet.models.qnl_net.shapes import MOST_GATES, count_gates, find_shapes

Change = Callable[[dict[str, Any]], None]
CELLS = [
    ("reducer=cnn", "ansatz=2", "r=2", "D=2"),
    ("reducer=cnn_nonlocal",),
    ("reducer=pca", "circuit=reuploading", "D=2"),
    ("reducer=pca", "data.classes=[0,1,2]"),
    *(("reducer=pca", f"layer={layer}") for layer in ("frozen", "closed_form", "linear_tanh", "sine", "none")),
    ("reducer=pca", "layer=nonlocal"),
]


def compose(*overrides: str) -> RunConfig:
    return load_config("data=digits", "seeds=1", *overrides)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The file of a model, not trained."""
    config = compose("reducer=pca", "ansatz=1")
    return save_model(tmp_path, config, 0, build_model(config, 0))


def rewrite(path: Path, change: Change) -> None:
    content = copy.deepcopy(torch.load(path, weights_only=True))
    change(content)
    torch.save(content, path)


def use_settings(content: dict[str, Any], **values: Any) -> None:
    """Changes settings, and the hash with them, as a stranger who wants to be believed would."""
    model = {key: value for key, value in values.items() if key != "data"}
    content["config"]["model"] |= model
    content["config"] |= {key: value for key, value in values.items() if key not in model}
    content["config_hash"] = config_hash(RunConfig.model_validate(content["config"]))


def set_weight(name: str, value: float) -> Change:
    def change(content: dict[str, Any]) -> None:
        content["state_dict"][name].reshape(-1)[0] = value

    return change


def replace_weight(name: str, value: Any) -> Change:
    return lambda content: content["state_dict"].update({name: value})


def pixels(number: int) -> Change:
    def change(content: dict[str, Any]) -> None:
        data = {**content["config"]["data"], "image_shape": [1, number, number]}
        reducer = {**content["config"]["model"]["reducer"], "name": "cnn"}
        use_settings(content, data=data, reducer=reducer)

    return change


DAMAGES: dict[str, tuple[Change, str]] = {
    "NaN": (set_weight("head.weight", np.nan), r"head\.weight must be finite, but holds 1 of 1 that are not"),
    "infinite": (set_weight("reducer.0.weight", np.inf), r"reducer\.0\.weight must be finite.*Train it again"),
    "NaN angle": (set_weight("quantum.weight", np.nan), r"quantum\.weight must be finite"),
    "two angles": (
        replace_weight("quantum._weights", torch.ones(5)),
        r"quantum\.weight and quantum\._weights must hold the same, but differ",
    ),
    "reversed names": (
        lambda content: content["circuit_weight_names"].reverse(),
        r"in the order of its circuit.*weight 0 is called 'r._q0_rep1_closing', that of the circuit 'r._q0_rep1'",
    ),
    "no names": (
        lambda content: content.update(circuit_weight_names=[]),
        "It has 0 names of weights.*the circuit has 5",
    ),
    "names of another type": (lambda content: content.update(circuit_weight_names=5), "no list of names"),
    "another hash": (
        lambda content: content.update(config_hash="0123456789ab"),
        "settings are those of its hash.*[sS]ays '0123456789ab', its settings give [0-9a-f]{12}",
    ),
    "other settings": (lambda content: content["config"]["model"].update(r=2), "settings are those of its hash"),
    "another version": (lambda content: content["config"].update(new=1), "no configuration key `new`"),
    "no hash": (lambda content: content.pop("config_hash"), "a model that a run has saved"),
    "seed of text": (lambda content: content.update(seed="0"), "Its seed is '0'"),
    "another seed": (lambda content: content.update(seed=1), "seed of its name.*It holds seed 1"),
    "missing weight": (lambda content: content["state_dict"].pop("head.bias"), r"must have .*head\.bias.*but has"),
    "one weight more": (replace_weight("head.scale", torch.ones(1)), r"but has .*head\.scale"),
    "shape": (replace_weight("reducer.0.bias", torch.ones(5)), r"must have the shape \(4,\), but has \(5,\)"),
    "type": (replace_weight("head.bias", torch.ones(1, dtype=torch.float64)), "but is one of torch.float64"),
    "no tensor": (replace_weight("head.bias", 0.5), "must be a tensor of float32, but is float"),
    "D": (lambda content: use_settings(content, D=10**7), f"at most {MOST_GATES:,} gates, but is .one of [0-9,]+"),
    "r": (lambda content: use_settings(content, r=10**7), f"at most {MOST_GATES:,} gates, but is .one of 80,"),
    "qubits": (
        lambda content: content["config"]["model"].update(num_qubits=60),
        "`num_qubits` must be at most 20, but is 60",
    ),
    "large images": (pixels(10**7), "weights of its settings|must have the shape|beyond any memory"),
    "huge images": (pixels(10**12), "can be built.*beyond any memory"),
    "small images": (pixels(4), "can be built.*at least 16 pixels"),
}


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_is_named_before_anything_is_built(
    damage: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "build_model", lambda *_: pytest.fail("was built"))
    change, message = DAMAGES[damage]
    rewrite(model, change)
    before = time.perf_counter()
    with pytest.raises(ArgumentError, match=message) as caught:
        load_trained_model(model)
    assert str(caught.value).startswith("Argument `run` must name a model ")
    assert f"but is {str(model)!r}. " in str(caught.value)
    assert time.perf_counter() - before < 5  # minutes where it is built; a tenth of a second as it should be


def test_a_number_for_every_entry(model: Path) -> None:
    """One number that is repeated over any shape costs nothing on disk."""
    rewrite(model, replace_weight("reducer.0.weight", torch.zeros(1).expand(4, 4)))
    with pytest.raises(ArgumentError, match="a number in the file for each of its entries, but repeats them"):
        load_trained_model(model)


def test_what_is_packed_is_not_unpacked(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("was unpacked"))
    with zipfile.ZipFile(model) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    with zipfile.ZipFile(model, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content + bytes(10**6))
    with pytest.raises(ArgumentError, match="must name a model that a run has saved"):
        load_trained_model(model)


@pytest.mark.parametrize("overrides", CELLS, ids=" ".join)
def test_models_of_every_kind_load_again(overrides: tuple[str, ...], tmp_path: Path) -> None:
    config = compose(*overrides)
    built = build_model(config, 3)
    assert find_shapes(config) == {name: tuple(value.shape) for name, value in built.state_dict().items()}
    saved, seed, loaded = load_trained_model(find_model(save_model(tmp_path, config, 3, built).parents[1], 3))
    assert (saved, seed) == (config, 3)
    for name, value in loaded.state_dict().items():
        assert torch.equal(value, built.state_dict()[name])


@pytest.mark.parametrize("overrides", CELLS[:4], ids=" ".join)
def test_gates_are_counted_without_the_circuit(overrides: tuple[str, ...]) -> None:
    from qnlnet.circuits import circuit_from_config

    config = compose(*overrides)
    assert count_gates(config.model) == circuit_from_config(config).circuit.size()
