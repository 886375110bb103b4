"""States of replicas as checkpoints hold them, and what tests ask of the files."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from qnlnet.checkpoints import ReplicaCheckpoint

ORIGIN = {"configuration": "0123456789ab", "images": "fedcba987654", "commit": "c0ffee", "versions": "torch 2.0"}


def make_state(number: int) -> dict[str, Any]:
    """A state with everything that states of replicas consist of, another one for each number."""
    random = np.random.default_rng(number)
    return {
        "number": number,
        "tensor": torch.from_numpy(random.normal(size=(3, 50)).astype(np.float32)),
        "order": torch.from_numpy(random.permutation(40)),
        "extremes": torch.tensor([float("nan"), float("inf"), -0.0, 1e-45, 3.4e38]),
        "stream": random.bit_generator.state,  # integers of 128 bits
        "epochs": [(1, -0.5, 50.0, 49.999999999999993), (2, float("inf"), 0.1 + 0.2, 5e-324)],
        "network": None,
        "optimizer": {"state": {0: {"step": torch.tensor(7.0)}}, "param_groups": [{"betas": (0.9, 0.999)}]},
    }


def as_bytes(state: Any) -> bytes:
    """Everything that a state holds, to the bit."""

    def strip(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return str(value.dtype), tuple(value.shape), value.numpy().tobytes()
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items()}
        return [strip(item) for item in value] if isinstance(value, list) else value

    return repr(strip(state)).encode()


def load(checkpoint: ReplicaCheckpoint) -> tuple[dict[str, Any] | None, list[str]]:
    said: list[str] = []
    return checkpoint.load(said.append), said


def load_again(folder: Path, **changes: str) -> tuple[dict[str, Any] | None, list[str]]:
    """Loads as a new process would."""
    return load(ReplicaCheckpoint(folder, 3, {**ORIGIN, **changes}))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
