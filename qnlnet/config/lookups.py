"""What the YAML files hold beside settings: look-up tables for interpolations, and candidates for choices."""

from collections.abc import Mapping
from typing import Any

from qnlnet.config.model.registry import section_of
from qnlnet.config.protocols import read_protocol
from qnlnet.errors import argument_error

# What the schema wants of a training, for models that are fitted once: nothing reads it.
PLACEHOLDERS: Mapping[str, Any] = {
    **{"epochs": 1, "batch_size": 1, "loss": "cross_entropy", "learning_rate": 1.0, "shuffle": False},
    **{"schedule": "exponential", "lr_decay": 1.0, "starts": 1, "gradient_norms": False},
    **{"optimizer": "adam", "momentum": 0.0, "weight_decay": 0.0, "milestones": (), "drop_last": False},
    **{"drop_last_test": False, "restart_every": None, "restart_unit": "epochs", "min_learning_rate": 0.0},
    **{"clip_norm": None, "label_smoothing": 0.0, "augmentation": "none", "augmentation_fill": "black"},
    **{"flush_denormal": True, "decay_steps": None, "clip_value": None, "weights_seed": None},
}


def without_lookups(values: Any) -> Any:
    """Returns settings without the keys that begin with an underscore, which are no settings."""
    if not isinstance(values, dict):
        return values
    return {key: without_lookups(value) for key, value in values.items() if not str(key).startswith("_")}


def open_choices(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns settings in which the first candidate stands for each value that is to be chosen.

    A section's `_choices` names candidates; where the section has null for such a key, the key and its candidates
    come into `choices`. Of a family that is fitted once, nothing of the training is chosen, or may be set.

    Raises:
        ArgumentError: Something of the training of a model is set that is fitted once.
    """
    if values.get("choices"):
        return dict(values)
    choices: list[tuple[str, tuple[Any, ...]]] = []
    result = dict(values)
    for name in ("train", "model"):
        section = values.get(name)
        candidates = section.get("_choices") if isinstance(section, Mapping) else None
        if not isinstance(section, Mapping) or not isinstance(candidates, Mapping):
            continue
        found = {key: tuple(options) for key, options in candidates.items() if section.get(key, "") is None}
        if name == "train" and _is_fitted(values):
            result[name] = _without_training(values["model"]["name"], section)
            continue
        result[name] = {**section, **{key: options[0] for key, options in found.items()}}
        choices += [(f"{name}.{key}", options) for key, options in found.items()]
    return {**result, "choices": tuple(choices)} if choices else result


def _is_fitted(values: Mapping[str, Any]) -> bool:
    model = values.get("model")
    name = model.get("name") if isinstance(model, Mapping) else None
    return isinstance(name, str) and section_of(name).is_fitted


def _without_training(model: str, section: Mapping[str, Any]) -> dict[str, Any]:
    usual = read_protocol(str(section.get("protocol")))
    for key, value in section.items():
        if key in PLACEHOLDERS and value is not None and value != usual.get(key):
            raise argument_error(f"train.{key}", f"be left out with model={model}, which is fitted once", value)
    return {**section, **PLACEHOLDERS}
