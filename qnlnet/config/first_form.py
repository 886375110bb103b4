"""QNL-Net's settings in the form of the first rows, before there were families of models: frozen, both ways.

Hashes of committed rows, and the words of their column `settings`, are made of this form. No key may ever be added to
it but with a usual value that is left out.
"""

from collections.abc import Mapping
from typing import Any

from qnlnet.config.model.qnl_net import QNLNetConfig

# The keys of a section in their first order, where that is another one now; those that are not named follow.
_ORDER = {
    "train": (
        *("protocol", "epochs", "batch_size", "loss", "learning_rate", "lr_decay", "shuffle"),
        *("dropout", "pca_scaling", "initial_weights", "starts"),
    )
}
# Settings that came later, with the value that all rows before them have: they keep their hashes.
_SINCE_THE_FIRST_ROWS: Mapping[str, Any] = {
    "backend.depolarizing": None,
    "circuit": "qnl",
    "layer": "quantum",
    "readout_qubits": None,
    "train.augmentation": "none",
    "train.augmentation_fill": "black",
    "train.clip_norm": None,
    "train.clip_value": None,
    "train.decay_steps": None,
    "train.drop_last": False,
    "train.drop_last_test": False,
    "train.flush_denormal": True,
    "train.gradient_norms": False,
    "train.initial_weights": "uniform",
    "train.label_smoothing": 0.0,
    "train.milestones": [],
    "train.min_learning_rate": 0.0,
    "train.momentum": 0.0,
    "train.optimizer": "adam",
    "train.restart_every": None,
    "train.restart_unit": "epochs",
    "train.schedule": "exponential",
    "train.starts": 1,
    "train.weight_decay": 0.0,
    "train.weights_seed": None,
}


def nest(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns settings with those of the model below `model`; those that have them there already stay as they are."""
    if "model" in values:
        return dict(values)
    nested = {key: dict(value) if isinstance(value, Mapping) else value for key, value in values.items()}
    model: dict[str, Any] = {"name": QNLNetConfig.model_fields["name"].default}
    for word, place in QNLNetConfig.flat_words.items():
        section, key = _split(word)
        holder = nested.get(section) if section else nested
        for name in (key, QNLNetConfig.field_of(key)):
            if isinstance(holder, dict) and name in holder:
                model[place.removeprefix("model.")] = holder.pop(name)
    return {**nested, "model": model}


def flatten(settings: Mapping[str, Any], *, by_alias: bool) -> dict[str, Any]:
    """Returns dumped settings with those of the model at the top and in the sections that had them first.

    Args:
        settings: What `model_dump` gave.
        by_alias: Whether with ``r`` and ``D``, as on the command line, or with the names of the fields.
    """
    flat = {key: dict(value) if isinstance(value, dict) else value for key, value in settings.items()}
    model = flat.pop("model")
    for word, place in QNLNetConfig.flat_words.items():
        section, key = _split(word)
        name = key if by_alias else QNLNetConfig.field_of(key)
        value = model[name if not section else QNLNetConfig.field_of(place.removeprefix("model."))]
        (flat[section] if section else flat)[name] = value
    for section, keys in _ORDER.items():
        first = {key: flat[section][key] for key in keys if key in flat[section]}
        flat[section] = {**first, **flat[section]}
    return flat


def identity(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what the hash of a QNL-Net's cell is made of.

    Args:
        settings: What `model_dump` gave, without aliases and without what changes no number.
    """
    flat = flatten(settings, by_alias=False)
    flat["reducer"] = {"name": flat["reducer"]["name"]}
    for key, usual in _SINCE_THE_FIRST_ROWS.items():
        section, name = _split(key)
        holder = flat[section] if section else flat
        if name in holder and holder[name] == usual:
            del holder[name]
    return flat


def _split(word: str) -> tuple[str, str]:
    """Returns the section of a dotted word, which may be empty, and the key in it."""
    section, _, key = word.rpartition(".")
    return section, key
