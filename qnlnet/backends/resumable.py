"""What a layer or a network with a random stream, or a count of its jobs, offers to a checkpoint."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from torch import nn


@runtime_checkable
class Resumable(Protocol):
    """Something whose next value depends on what it computed before."""

    def stream_state(self) -> dict[str, Any]:
        """Returns where it is, as plain values."""

    def restore_stream_state(self, state: Mapping[str, Any]) -> None:
        """Continues where the object was that returned `state`."""


def find_streams(model: nn.Module) -> dict[str, Resumable]:
    """Returns every part of a model that is resumable, or whose network is, by the dotted name of the part."""
    return {
        name: part
        for name, module in model.named_modules()
        for part in (module, getattr(module, "neural_network", None))
        if isinstance(part, Resumable)
    }
