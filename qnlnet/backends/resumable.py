"""What a network with a random stream, or a count of its jobs, offers to a checkpoint."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Resumable(Protocol):
    """A network whose next value depends on what it computed before."""

    def stream_state(self) -> dict[str, Any]:
        """Returns where it is, as plain values."""

    def restore_stream_state(self, state: Mapping[str, Any]) -> None:
        """Puts it where the network was that gave `state`."""
