"""Whether what a model's file holds can be the model that it names: looked at before anything is built of it.

Every check takes as long as the file is large, whatever sizes it states.
"""

from collections.abc import Mapping
from typing import Any

import torch
from pydantic import ValidationError
from torch import Tensor

from qnlnet.config import BackendConfig, RunConfig, config_hash, explain_validation_error
from qnlnet.errors import ArgumentError, argument_error
from qnlnet.models import build_model, family_of

_KEYS = {"config", "config_hash", "seed", "circuit_weight_names", "state_dict"}
_ALIAS = "._weights"  # quantum layers write one tensor under two names, as the stock class does
_COUNTER = ".num_batches_tracked"  # of batch normalisation: an integer
_Shape = tuple[int | None, ...]
_TRAIN_AGAIN = "Train it again with force=true, or restore the file from a copy."


def check_checkpoint(checkpoint: Any, path: str, advice: str) -> RunConfig:
    """Returns the configuration of a model's file whose parts are whole and belong together.

    Args:
        checkpoint: What the file holds.
        path: The file, for messages.
        advice: What to do where it is no model at all.

    Raises:
        ArgumentError: A part is missing, damaged, or does not belong to the others.
    """
    if not isinstance(checkpoint, dict) or not checkpoint.keys() >= _KEYS:
        raise argument_error("run", "name a model that a run has saved", path, advice)
    config = _read_config(checkpoint["config"], path)
    seed = checkpoint["seed"]
    if type(seed) is not int or seed < 0:
        raise argument_error("run", "name a model with the seed of its replica", path, f"Its seed is {seed!r}.")
    if checkpoint["config_hash"] != config_hash(config):
        reason = f"The file says {checkpoint['config_hash']!r}, its settings give {config_hash(config)}."
        raise argument_error("run", "name a model whose settings are those of its hash", path, _then(reason))
    shapes = _find_shapes(config, path)  # first, as it refuses circuits of absurd size
    _check_names(checkpoint["circuit_weight_names"], config, path)
    _check_weights(checkpoint["state_dict"], shapes, path)
    return config


def weight_names(config: RunConfig) -> list[str]:
    """Returns the names of the weights of a model's circuits, in order."""
    return [name for circuit in family_of(config).circuits(config) for name in circuit.weight_names]


def _then(reason: str) -> str:
    return f"{reason} {_TRAIN_AGAIN}"


def _read_config(values: Any, path: str) -> RunConfig:
    try:
        return RunConfig.model_validate(values)
    except ValidationError as error:
        reason = str(explain_validation_error(error))
        raise argument_error("run", "name a model that this version of qnlnet can read", path, reason) from error


def _check_names(names: Any, config: RunConfig, path: str) -> None:
    """Refuses other names, and another order as well: nothing says whether the names or the weights were moved."""
    expected = weight_names(config)
    if names == expected or not expected:  # models without a circuit were saved with the names of one
        return
    requirement = "name a model whose weights are in the order of its circuit"
    if not isinstance(names, list) or len(names) != len(expected):
        found = len(names) if isinstance(names, list) else "no list of"
        reason = f"It has {found} names of weights, the circuit has {len(expected)}."
    else:
        place = next(index for index, pair in enumerate(zip(names, expected, strict=True)) if pair[0] != pair[1])
        reason = f"Its weight {place} is called {names[place]!r}, that of the circuit {expected[place]!r}."
    raise argument_error("run", requirement, path, _then(reason))


def _find_shapes(config: RunConfig, path: str) -> Mapping[str, _Shape]:
    """Returns the shapes of a model's weights; None stands for a size that is not known before the model is fitted."""
    try:
        if (find := family_of(config).shapes) is not None:
            return find(config)
        model = build_model(config.model_copy(update={"backend": BackendConfig()}), seed=0)
        is_fitted = config.model.is_fitted
        return {
            name: (None,) * value.ndim if is_fitted else tuple(value.shape)
            for name, value in model.state_dict().items()
        }
    except (ArgumentError, RuntimeError, TypeError) as error:  # torch has the latter two for sizes beyond its integers
        reason = str(error) if isinstance(error, ArgumentError) else "Its settings give weights beyond any memory."
        raise argument_error("run", "name a model that can be built", path, reason) from error


def _check_weights(weights: Any, expected: Mapping[str, _Shape], path: str) -> None:
    if not isinstance(weights, Mapping) or weights.keys() != expected.keys():
        found = set(weights) if isinstance(weights, Mapping) else set()
        reason = f"It must have {', '.join(expected)}, but has {', '.join(sorted(map(str, found))) or 'none'}."
        raise argument_error("run", "name a model with the weights of its settings", path, _then(reason))
    for name, shape in expected.items():
        if fault := _find_fault(weights[name], shape, torch.int64 if name.endswith(_COUNTER) else torch.float32):
            reason = f"{name} must {fault}."
            raise argument_error("run", "name a model with undamaged weights", path, _then(reason))
    for alias in (name for name in expected if name.endswith(_ALIAS)):
        name = alias.removesuffix(_ALIAS) + ".weight"
        if torch.equal(weights[name], weights[alias]):
            continue
        reason = f"{name} and {alias} must hold the same, but differ."
        raise argument_error("run", "name a model with undamaged weights", path, _then(reason))


def _find_fault(value: Any, shape: _Shape, dtype: torch.dtype) -> str:
    """Returns what a weight must be and is not, such as ``be finite, but holds …``; empty if all is well."""
    if not isinstance(value, Tensor) or value.layout is not torch.strided or value.dtype is not dtype:
        return f"be a tensor of {str(dtype).removeprefix('torch.')}, but is {_kind(value)}"
    if value.ndim != len(shape) or any(size not in (None, own) for size, own in zip(shape, value.shape, strict=True)):
        return f"have the shape {shape}, but has {tuple(value.shape)}"
    if value.untyped_storage().nbytes() < value.numel() * value.element_size():
        return "have a number in the file for each of its entries, but repeats them"  # stride 0: any size for nothing
    if broken := value.numel() - int(torch.isfinite(value).sum()):
        return f"be finite, but holds {broken} of {value.numel()} that are not"
    return ""


def _kind(value: Any) -> str:
    return f"one of {value.dtype}" if isinstance(value, Tensor) else type(value).__name__
