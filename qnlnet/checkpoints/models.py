"""Trained models on disk: how a run saves them, and how they are found and loaded again."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import nn

from qnlnet.checkpoints.soundness import check_checkpoint, weight_names
from qnlnet.config import AnyBackendConfig, BackendConfig, RunConfig, config_hash
from qnlnet.errors import argument_error
from qnlnet.files import write_file
from qnlnet.models import build_model

_SEED = re.compile(r"seed-(\d+)\.pt")
_ADVICE = "Give models/seed-N.pt of a run, or the run's folder under outputs/."


def save_model(directory: Path, config: RunConfig, seed: int, model: nn.Module) -> Path:
    """Writes models/seed-N.pt into the folder of a run; plain values only, so that it loads with `weights_only=True`.

    Raises:
        ResultsError: The folder cannot be written.
    """
    checkpoint = {
        # The address of a tracker may hold a password.
        "config": config.model_dump(mode="json", by_alias=True, exclude={"logger"}),
        "config_hash": config_hash(config),
        "seed": seed,
        "circuit_weight_names": weight_names(config),
        "state_dict": model.state_dict(),
    }
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    return write_file(directory / "models" / f"seed-{seed}.pt", buffer.getvalue())


def load_model_checkpoint(path: Path | str) -> dict[str, Any]:
    """Reads a file that `save_model` wrote: configuration, hash, seed, names of the circuit's weights, weights.

    Raises:
        ArgumentError: The file is missing or damaged, is no model that a run has saved, or its parts do not belong
            together.
    """
    return _load(path)[0]


def _load(path: Path | str) -> tuple[dict[str, Any], RunConfig]:
    try:
        with zipfile.ZipFile(path) as archive:
            # torch stores each part once and does not compress: what is packed may unpack to any size.
            entries = archive.infolist()
            packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in entries)
            packed |= sum(entry.file_size for entry in entries) > Path(path).stat().st_size
            damaged = None if packed else archive.testzip()  # torch does not compare the checksums that it writes
        checkpoint: Any = None if packed or damaged else torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise argument_error("run", "name a trained model", str(path), f"{error.strerror}. {_ADVICE}") from error
    except Exception as error:
        raise argument_error("run", "name a model that a run has saved", str(path), _ADVICE) from error
    if damaged:
        raise argument_error("run", "name an undamaged model", str(path), "Train it again with force=true.")
    config = check_checkpoint(checkpoint, str(path), _ADVICE)
    named = _SEED.fullmatch(Path(path).name)
    if named and int(named[1]) != checkpoint["seed"]:
        reason = f"It holds seed {checkpoint['seed']}. Give the file back the name that its run gave it."
        raise argument_error("run", "name a model with the seed of its name", str(path), reason)
    return checkpoint, config


def find_model(run: Path | str, seed: int = 0) -> Path:
    """Returns the file of a trained model.

    Args:
        run: The file, or the folder of a run.
        seed: Which replica of a run.

    Raises:
        ArgumentError: The run has no such seed.
    """
    path = Path(run)
    if not path.is_dir():
        return path
    model = path / "models" / f"seed-{seed}.pt"
    if not model.is_file():
        there = sorted(int(file.stem.removeprefix("seed-")) for file in path.glob("models/seed-*.pt"))
        seeds = f"It has the seeds {', '.join(map(str, there))}." if there else "It has no trained models."
        raise argument_error("seed", f"be a trained seed of {path}", seed, seeds)
    return model


def load_model(run: Path | str, seed: int = 0, backend: AnyBackendConfig | None = None) -> tuple[RunConfig, nn.Module]:
    """Returns the configuration and one trained model of a run, in evaluation mode.

    Args:
        run: The folder of the run, or the file of a model.
        seed: Which replica of a folder.
        backend: What runs the circuit; None takes the exact simulator.

    Raises:
        ArgumentError: There is no such seed, or the file is damaged or belongs to another version of the library.
    """
    config, _, model = load_trained_model(find_model(run, seed), backend)
    return config, model


def load_trained_model(path: Path | str, backend: AnyBackendConfig | None = None) -> tuple[RunConfig, int, nn.Module]:
    """Returns the configuration, the seed and the model of a file that a run saved, in evaluation mode.

    Args:
        path: The file.
        backend: What runs the circuit; None takes the exact simulator.

    Raises:
        ArgumentError: The file is missing or damaged, is no such model, or belongs to another version of the library.
    """
    checkpoint, saved = _load(path)
    model = build_model(saved.model_copy(update={"backend": backend or BackendConfig()}), checkpoint["seed"])
    model.load_state_dict(checkpoint["state_dict"])
    return saved, checkpoint["seed"], model.eval()
