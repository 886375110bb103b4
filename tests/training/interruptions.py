"""Replicas that are interrupted and go on in a fresh replica, through the files that a run would leave."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from checkpoints.states import as_bytes

from qnlnet.checkpoints import ReplicaCheckpoint
from qnlnet.config import RunConfig
from qnlnet.models import Features
from qnlnet.training import Replica, build_replica
from qnlnet.training.compiled.network import flatten_parameters

SEED = 4
Numbers = tuple[object, ...]


class Interrupted(Exception):  # noqa: N818 - what happens to a process, not an error
    """The process ends here."""


def numbers_of(replica: Replica) -> Numbers:
    """Everything that a replica has computed and everything that it would go on with, to the bit."""
    state = as_bytes(replica.state())
    scores = replica.scores(replica.features.test).tobytes()
    # Losses may be nan, which does not equal itself; its text does.
    return repr(replica.epochs), scores, flatten_parameters(replica.trained_model()).tobytes(), state


def finish(replica: Replica) -> Numbers:
    while not replica.finished:
        replica.advance()
    return numbers_of(replica)


class Processes:
    """Trains one replica in several processes, one after the other.

    Args:
        config: The cell.
        features: Its images.
        folder: Where its checkpoints lie.
    """

    def __init__(self, config: RunConfig, features: Features, folder: Path) -> None:
        self._config = config
        self._features = features
        self._checkpoint = ReplicaCheckpoint(folder, SEED, {"configuration": "of the test"})

    def begin(self) -> Replica:
        """Returns a fresh replica where the last checkpoint was."""
        replica = build_replica(self._config, SEED, self._features)
        said: list[str] = []
        state = self._checkpoint.load(said.append)
        assert said == []
        if state is not None:
            replica.restore(state)
        return replica

    def train(self, ends: Sequence[tuple[int, int]]) -> Numbers:
        """Trains with a process that ends at each of `ends`, given as epochs done and steps of the next one."""
        for epochs, steps in ends:
            self._train_until(epochs, steps)
        return finish(self.begin())

    def _train_until(self, epochs: int, steps: int) -> None:
        replica = self.begin()
        while len(replica.epochs) < epochs:
            replica.advance()
        if steps:
            self._train_within_an_epoch(replica, steps)
        else:
            self._checkpoint.save(replica.state())

    def _train_within_an_epoch(self, replica: Replica, steps: int) -> None:
        def on_step() -> None:
            if _steps_done(replica.state(), self._config.train.batch_size) == steps:
                self._checkpoint.save(replica.state())
                raise Interrupted

        replica.on_step = on_step
        try:
            replica.advance()
        except Interrupted:
            return
        raise AssertionError(f"an epoch ended before its step {steps}")


def _steps_done(state: dict[str, Any], batch_size: int) -> int:
    """Steps of the epoch under way; in the first one those of all first weights that are tried."""
    before = 0
    if "is_chosen" in state:
        if not state["is_chosen"]:
            before = state["number"] * -(-len(state["candidate"]["under_way"]["order"]) // batch_size)
        state = state["candidate"]
    return before - (-state["under_way"]["done"] // batch_size)
