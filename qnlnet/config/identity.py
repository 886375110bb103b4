"""What makes a cell the same cell: its readable name, and the hash of everything that changes its numbers."""

import hashlib
import json
from pathlib import Path

from qnlnet.config.schema import RunConfig

# Where the numbers go, how many replicas there are and how many threads compute them changes no number.
_IRRELEVANT = {"seeds", "workers", "force", "output_dir", "allow_constant"}


def config_hash(config: RunConfig) -> str:
    """Returns 12 hexadecimal digits that agree exactly when two configurations give the same per-seed numbers."""
    relevant = config.model_dump(mode="json", exclude=_IRRELEVANT)
    for key in ("root", "verify"):
        del relevant["data"][key]
    del relevant["reducer"]["seeds"]
    relevant["backend"].pop("budget_seconds", None)
    text = json.dumps(relevant, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def cell_name(config: RunConfig) -> str:
    """Returns a readable name of the cell, such as ``mnist-0-1_cnn_ansatz0_r1_D1_released``."""
    classes = "-".join(map(str, config.data.classes))
    parts = [
        f"{config.data.name}-{classes}",
        config.reducer.name,
        f"ansatz{config.ansatz.name}",
        f"r{config.feature_map_reps}",
        f"D{config.ansatz_reps}",
        config.train.protocol,
    ]
    return "_".join(parts)


def run_directory(config: RunConfig) -> Path:
    """Returns where the rows and models of the cell go: `output_dir`, or a folder under outputs/."""
    if config.output_dir is not None:
        return Path(config.output_dir).expanduser()
    return Path("outputs") / f"{cell_name(config)}-{config_hash(config)}"
