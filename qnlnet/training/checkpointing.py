"""When a replica makes a checkpoint, and how it goes on from one."""

import time
from collections.abc import Callable

from qnlnet.training.keeper import Keeper
from qnlnet.training.replica import Replica


class Checkpointing:
    """Checkpoints of one replica, at intervals that no change of the clock disturbs.

    Args:
        replica: The replica, not yet begun.
        keeper: Keeps its states; None keeps nothing.
    """

    def __init__(self, replica: Replica, keeper: Keeper | None) -> None:
        self._replica = replica
        self._keeper = keeper
        self._seconds_before = 0.0
        self._start = self._last = time.perf_counter()

    def restore(self, say: Callable[[str], None]) -> bool:
        """Puts the replica where its last good checkpoint was; False if there is none that can be used."""
        state = None if self._keeper is None else self._keeper.load(say)
        if state is None:
            return False
        self._replica.restore(state["replica"])
        self._seconds_before = state["train_seconds"]
        return True

    @property
    def train_seconds(self) -> float:
        """How long the replica has trained, in all processes."""
        return self._seconds_before + time.perf_counter() - self._start

    def save_if_due(self) -> None:
        """Makes a checkpoint where the last one is older than the keeper's interval."""
        if self._keeper is not None and time.perf_counter() - self._last >= self._keeper.every:
            self.save()

    def save(self) -> None:
        """Makes a checkpoint."""
        if self._keeper is not None:
            self._keeper.save({"replica": self._replica.state(), "train_seconds": self.train_seconds})
            self._last = time.perf_counter()
