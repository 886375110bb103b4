"""What makes a cell the same cell: its readable name, and the hash of everything that changes its numbers."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qnlnet.config import first_form
from qnlnet.config.model.qnl_net import QNLNetConfig
from qnlnet.config.schema import RunConfig

# Where the numbers go, how many replicas there are and how many threads compute them changes no number.
_IRRELEVANT: dict[str, Any] = {
    **dict.fromkeys(("seeds", "workers", "force", "checkpoint_every", "logger", "output_dir"), True),
    **dict.fromkeys(("allow_constant", "choices", "choice_seeds"), True),
    "data": {"root", "verify", "accept_copies"},
    "model": {"seeds"},
    "backend": {"budget_seconds"},
}


def identity_settings(config: RunConfig) -> dict[str, Any]:
    """Returns what changes the per-seed numbers, as plain values: no paths, no number of replicas or threads.

    QNL-Net's have the form of the first rows. All others are nested and leave out what is usual, but for the names;
    of a model that is fitted once, nothing of the training counts but the protocol.
    """
    if isinstance(config.model, QNLNetConfig):
        relevant = config.model_dump(mode="json", exclude=_IRRELEVANT)
        relevant["data"] = _given(relevant["data"])
        return first_form.identity(relevant)
    usual = config.model_dump(mode="json", exclude=_IRRELEVANT, exclude_defaults=True)
    settings = {
        "data": _given(usual["data"]),
        "model": {"name": config.model.name, **usual["model"]},
        "backend": {"name": config.backend.name, **usual.get("backend", {})},
        "train": usual["train"],
    }
    if config.model.is_fitted:
        settings["train"] = {"protocol": config.train.protocol}
    return settings


def flat_identity(config: RunConfig) -> dict[str, Any]:
    """Returns `identity_settings` at dotted keys, such as ``model.layer``, but for the backend."""
    flat: dict[str, Any] = {}
    for name, value in identity_settings(config).items():
        if name in ("data", "model", "train") and isinstance(value, Mapping):
            flat |= {f"{name}.{key}": each for key, each in value.items()}
        elif name != "backend":
            flat[name] = value
    return flat


def settings_in_short_words(config: RunConfig) -> dict[str, Any]:
    """Returns all settings by section and key as the command line has them in short: ``r`` for ``model.r``."""
    content = config.model_dump(by_alias=True)
    if config.model.is_fitted:  # of its training there is nothing to say
        content["train"] = {"protocol": config.train.protocol}
    return first_form.flatten(content, by_alias=True) if isinstance(config.model, QNLNetConfig) else content


def _given(data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the settings of the images without those that are of own images only, and None for all others."""
    return {key: value for key, value in data.items() if value is not None}


def config_hash(config: RunConfig) -> str:
    """Returns 12 hexadecimal digits that agree exactly when two configurations give the same per-seed numbers."""
    return hash_settings(identity_settings(config))


def hash_settings(settings: Mapping[str, Any]) -> str:
    """Returns the hash of a cell whose `identity_settings` are known."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]


def cell_name(config: RunConfig) -> str:
    """Returns a readable name of the cell, such as ``mnist-0-1_cnn_ansatz0_r1_D1_released``."""
    task = "-".join(_file_word(word) for word in (*config.data.dataset.split(":"), *config.data.classes))
    return "_".join([task, *config.model.name_parts(), config.train.protocol, *config.model.name_endings()])


def _file_word(word: str | int) -> str:
    """Returns a word as part of a file's name: names of own images and folders can be long and hold anything."""
    return re.sub(r"[^\w.+-]", "_", str(word)).encode()[:40].decode(errors="ignore")


def run_directory(config: RunConfig) -> Path:
    """Returns where the rows and models of the cell go: `output_dir`, or a folder under outputs/."""
    if config.output_dir is not None:
        return Path(config.output_dir).expanduser()
    return Path("outputs") / f"{cell_name(config)}-{config_hash(config)}"
