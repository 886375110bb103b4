"""A keeper in memory that writes down what is asked of it, and an observer that writes down what it hears."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qnlnet.training import Epoch, Job, Observer, TrainedReplica


class MemoryKeeper:
    """Keeps the states of one replica in memory.

    Args:
        every: Seconds between two checkpoints.
        held: How often another process still has the replica when it is claimed.
        finished: Whether another process has finished the replica.
        errors: What a method raises, by its name.
        note: What `load` has to say.
    """

    def __init__(
        self,
        *,
        every: float = 0.0,
        held: int = 0,
        finished: bool = False,
        errors: Mapping[str, Exception] | None = None,
        note: str = "",
    ) -> None:
        self.every = every
        self.held = held
        self.finished = finished
        self.errors = dict(errors or {})
        self.note = note
        self.calls: list[str] = []
        self.states: list[dict[str, Any]] = []
        self.is_claimed = False

    def claim(self) -> bool:
        self._call("claim")
        if self.held:
            self.held -= 1
            return False
        assert not self.is_claimed
        self.is_claimed = True
        return True

    def release(self) -> None:
        self._call("release")
        self.is_claimed = False

    def is_finished(self) -> bool:
        assert self.is_claimed
        self._call("is_finished")
        return self.finished

    def load(self, say: Callable[[str], None]) -> Mapping[str, Any] | None:
        assert self.is_claimed
        self._call("load")
        if self.note:
            say(self.note)
        return self.states[-1] if self.states else None

    def save(self, state: Mapping[str, Any]) -> None:
        assert self.is_claimed
        self._call("save")
        self.states.append(copy.deepcopy(dict(state)))

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.errors:
            raise self.errors[name]


class Diary(Observer):
    """Writes down what it hears as (what, seed, …), and then does what it is told to.

    Args:
        then: Is called with each entry; what it raises goes to whoever told the observer.
    """

    def __init__(self, then: Callable[[tuple[Any, ...]], object] = lambda entry: None) -> None:
        self.entries: list[tuple[Any, ...]] = []
        self.trained: dict[int, TrainedReplica] = {}
        self.errors: dict[int, Exception] = {}
        self._then = then

    def of(self, seed: int) -> list[str]:
        """Returns what was heard of one seed, in order."""
        return [entry[0] for entry in self.entries if entry[1] == seed]

    def on_epoch(self, job: Job, epoch: Epoch) -> None:
        self._write("epoch", job.seed, epoch.number)

    def on_resumed(self, job: Job, epochs: Sequence[Epoch]) -> None:
        self._write("resumed", job.seed, len(epochs))

    def on_trained(self, replica: TrainedReplica) -> None:
        self.trained[replica.job.seed] = replica
        self._write("trained", replica.job.seed)

    def on_failed(self, job: Job, error: Exception) -> None:
        self.errors[job.seed] = error
        self._write("failed", job.seed)

    def on_finished_elsewhere(self, job: Job) -> None:
        self._write("elsewhere", job.seed)

    def on_note(self, job: Job, text: str) -> None:
        self._write("note", job.seed, text)

    def _write(self, *entry: Any) -> None:
        self.entries.append(entry)
        self._then(entry)
