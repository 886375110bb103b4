"""Keeps one replica of a run between processes."""

from collections.abc import Callable, Mapping
from typing import Any

from qnlnet.runs.run_folder import Run


class ReplicaKeeper:
    """Checkpoints of a replica in the folder of its run, and the claim to train it.

    Args:
        run: The cell.
        seed: Which replica.
    """

    def __init__(self, run: Run, seed: int) -> None:
        self.run = run
        self.every = run.config.checkpoint_every
        self._seed = seed
        self._claim = run.claim(seed)
        self._checkpoint = run.checkpoint(seed)

    def claim(self) -> bool:
        """Takes the right to train the replica; False while another process has it."""
        return self._claim.take()

    def release(self) -> None:
        """Gives that right back; harmless without it."""
        self._claim.release()

    def is_finished(self) -> bool:
        """Whether another process has stored the replica; never when finished replicas are to be trained again."""
        return not self.run.config.force and self.run.is_stored(self._seed)

    def load(self, say: Callable[[str], None]) -> Mapping[str, Any] | None:
        """Returns the last good state, or None; `say` gets a sentence where one could not be used."""
        return None if self.run.config.force else self._checkpoint.load(say)

    def save(self, state: Mapping[str, Any]) -> None:
        """Keeps `state`."""
        self._checkpoint.save(state)
