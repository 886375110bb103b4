"""The state of a replica on disk while it trains: the last checkpoint, and the one before until the last is safe."""

import hashlib
import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from qnlnet.errors import ResultsError
from qnlnet.files import remove_leftovers, write_file

_HEADER = b"qnlnet replica checkpoint, format 1, sha256 "


class ReplicaCheckpoint:
    """The checkpoints of one replica.

    A file is one line with the SHA-256 of the rest, then what `torch.save` writes; plain values and tensors only, so
    that it loads with `weights_only=True`.

    Args:
        directory: Folder of the checkpoints.
        seed: Seed of the replica.
        origin: What must be the same for the numbers to be those of an undisturbed run, such as the configuration's
            hash, the images' fingerprint, the commit and the versions.
    """

    def __init__(self, directory: Path, seed: int, origin: Mapping[str, str]) -> None:
        self._last = directory / f"seed-{seed}.ckpt"
        self._before = directory / f"seed-{seed}.before.ckpt"
        self._new = directory / f"seed-{seed}.new.ckpt"
        self._origin = {"seed": str(seed), **origin}

    def save(self, state: Mapping[str, Any]) -> None:
        """Keeps `state`; at every moment there is one good checkpoint at least.

        Raises:
            ResultsError: The folder cannot be written; older checkpoints stay.
        """
        buffer = io.BytesIO()
        torch.save({"origin": self._origin, "state": dict(state)}, buffer)
        content = buffer.getvalue()
        write_file(self._new, _HEADER + hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
        try:
            if self._last.exists():
                os.replace(self._last, self._before)
            os.replace(self._new, self._last)
        except OSError as error:
            raise ResultsError(f"The checkpoint {self._last} cannot be moved into place: {error.strerror}.") from error

    def load(self, say: Callable[[str], None]) -> dict[str, Any] | None:
        """Returns the state of the last good checkpoint, or None.

        Args:
            say: Gets a sentence for each checkpoint that is there and cannot be used.
        """
        for path in (self._last, self._before):
            try:
                content = _read(path)
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                say(f"the checkpoint {path} cannot be used: {error}")
                continue
            if differing := [key for key in self._origin if content["origin"].get(key) != self._origin[key]]:
                say(f"the checkpoint {path} is left aside, as it was made with other {' and '.join(differing)}")
                continue
            state: dict[str, Any] = content["state"]
            return state
        return None

    def remove(self) -> None:
        """Removes all checkpoints of the replica."""
        for path in (self._last, self._before, self._new):
            path.unlink(missing_ok=True)
        remove_leftovers(self._new)


def _read(path: Path) -> dict[str, Any]:
    """Returns what a checkpoint holds.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is damaged.
    """
    data = path.read_bytes()
    head, _, content = data.partition(b"\n")
    if head != _HEADER + hashlib.sha256(content).hexdigest().encode():
        raise ValueError("it is damaged or cut off")
    try:
        loaded = torch.load(io.BytesIO(content), weights_only=True)
    except Exception as error:  # an UnpicklingError for what could run code, other kinds for other content
        raise ValueError("it holds something else than plain values and tensors") from error
    if not isinstance(loaded, dict) or loaded.keys() != {"origin", "state"}:
        raise ValueError("it is no checkpoint of a replica")
    return loaded
