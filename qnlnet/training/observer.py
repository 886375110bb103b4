"""The interface for whatever is notified while replicas train."""

from collections.abc import Sequence

from qnlnet.training.job import Job, TrainedReplica
from qnlnet.training.replica import Epoch


class Observer:
    """Is notified in the thread that called `train_replicas`, in order; override what matters."""

    def on_started(self, job: Job) -> None:
        """A thread has begun with a replica."""

    def on_waiting(self) -> None:
        """Nothing has happened for a moment; threads are at work."""

    def on_epoch(self, job: Job, epoch: Epoch) -> None:
        """An epoch has ended."""

    def on_resumed(self, job: Job, epochs: Sequence[Epoch]) -> None:
        """A replica goes on from a checkpoint, behind these epochs."""

    def on_trained(self, replica: TrainedReplica) -> None:
        """A replica has finished; what is to last must be stored now."""

    def on_last_trained(self, replicas: Sequence[TrainedReplica]) -> None:
        """These replicas have finished, too, when an error or Ctrl-C ends the training; there is little time."""
        for replica in replicas:
            self.on_trained(replica)

    def on_failed(self, job: Job, error: Exception) -> None:
        """A replica has failed. This one raises the error, which stops the others."""
        raise error

    def on_finished_elsewhere(self, job: Job) -> None:
        """Another process has finished this replica."""

    def on_note(self, job: Job, text: str) -> None:
        """There is something to say about a replica, in one sentence."""
