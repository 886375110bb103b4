"""What keeps a replica between processes, and who may train it."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol


class Keeper(Protocol):
    """Keeps one replica: its state while it trains, and the right to train it.

    Attributes:
        every: Seconds between two checkpoints; 0 makes one at every opportunity.
    """

    every: float

    def claim(self) -> bool:
        """Takes the right to train the replica; False while another process has it."""

    def release(self) -> None:
        """Gives that right back; harmless without it."""

    def is_finished(self) -> bool:
        """Whether another process has finished the replica; asked for after a successful `claim`."""

    def load(self, say: Callable[[str], None]) -> Mapping[str, Any] | None:
        """Returns the last good state, or None; `say` gets a sentence where one could not be used."""

    def save(self, state: Mapping[str, Any]) -> None:
        """Keeps `state`, and the one before until it is safe."""
