"""What makes a cell the same cell: its readable name, and the hash of everything that changes its numbers."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from qnlnet.config.schema import RunConfig

# Where the numbers go, how many replicas there are and how many threads compute them changes no number.
_IRRELEVANT = {"seeds", "workers", "force", "checkpoint_every", "logger", "output_dir", "allow_constant"}
# Settings that came later, with the value that all rows before them have: they keep their hashes.
_SINCE_THE_FIRST_ROWS = {
    "backend.depolarizing": None,
    "circuit": "qnl",
    "layer": "quantum",
    "readout_qubits": None,
    "train.initial_weights": "uniform",
    "train.starts": 1,
}


def deciding_settings(config: RunConfig) -> dict[str, Any]:
    """Returns what changes the per-seed numbers, as plain values: no paths, no number of replicas or threads."""
    relevant: dict[str, Any] = config.model_dump(mode="json", exclude=_IRRELEVANT)
    for key in ("root", "verify", "accept_copies"):
        del relevant["data"][key]
    relevant["data"] = {
        key: value for key, value in relevant["data"].items() if value is not None
    }  # of own images only
    del relevant["reducer"]["seeds"]
    relevant["backend"].pop("budget_seconds", None)
    for key, usual in _SINCE_THE_FIRST_ROWS.items():
        section, _, name = key.rpartition(".")
        settings = relevant[section] if section else relevant
        if name in settings and settings[name] == usual:
            del settings[name]
    return relevant


def config_hash(config: RunConfig) -> str:
    """Returns 12 hexadecimal digits that agree exactly when two configurations give the same per-seed numbers."""
    text = json.dumps(deciding_settings(config), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def cell_name(config: RunConfig) -> str:
    """Returns a readable name of the cell, such as ``mnist-0-1_cnn_ansatz0_r1_D1_released``."""
    parts = [
        "-".join(_file_word(word) for word in (*config.data.dataset.split(":"), *config.data.classes)),
        config.reducer.name,
        f"ansatz{config.ansatz.name}",
        f"r{config.feature_map_reps}",
        f"D{config.ansatz_reps}",
        config.train.protocol,
    ]
    parts += [word for word in (config.circuit, config.layer) if word not in ("qnl", "quantum")]
    return "_".join(parts)


def _file_word(word: str | int) -> str:
    """Returns a word as part of a file's name: names of own images and folders can be long and hold anything."""
    return re.sub(r"[^\w.+-]", "_", str(word)).encode()[:40].decode(errors="ignore")


def run_directory(config: RunConfig) -> Path:
    """Returns where the rows and models of the cell go: `output_dir`, or a folder under outputs/."""
    if config.output_dir is not None:
        return Path(config.output_dir).expanduser()
    return Path("outputs") / f"{cell_name(config)}-{config_hash(config)}"
