"""Trains many replicas side by side, one thread per core.

The compiled loop releases Python's lock, so threads are enough: one process, one copy of the images. A replica shares
nothing with its neighbours, so its numbers are the same to the bit whichever others train beside it.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch

from qnlnet.config import RunConfig, RuntimeConfig
from qnlnet.models import Features, QNLNet
from qnlnet.training.agreement import measure_aer_agreement
from qnlnet.training.replica import Epoch, Stopped, build_replica

_SETUP_LOCK = threading.Lock()  # torch's generator is global: models are built one at a time


@dataclass(frozen=True)
class Job:
    """One replica to train."""

    config: RunConfig
    seed: int
    features: Features


@dataclass(frozen=True)
class TrainedReplica:
    """A replica after its last epoch.

    Attributes:
        job: What was asked for.
        epochs: All epochs in order.
        model: The trained model, in evaluation mode.
        aer_agreement: Share of test images with the same label on Aer, in [0, 1]; None if it was trained on a device,
            where asking for all labels again would cost as much as an epoch's evaluation.
        train_seconds: Wall-clock time of training and of the evaluation after each epoch.
    """

    job: Job
    epochs: tuple[Epoch, ...]
    model: QNLNet
    aer_agreement: float | None
    train_seconds: float


def train_replicas(
    jobs: Sequence[Job],
    *,
    workers: int | None = None,
    on_epoch: Callable[[Job, Epoch], None] = lambda job, epoch: None,
    on_trained: Callable[[TrainedReplica], None] = lambda replica: None,
) -> None:
    """Trains all jobs; the callbacks run in the calling thread, in the order in which things happen.

    Args:
        jobs: What to train; started in this order.
        workers: Threads; None takes one per core.
        on_epoch: Called after each epoch of each replica.
        on_trained: Called when a replica has finished.

    Raises:
        KeyboardInterrupt: After Ctrl-C, once the steps under way have ended; finished replicas were reported before.
        Exception: The first error of a replica; the others are stopped.
    """
    events: queue.SimpleQueue[tuple[Job, Epoch] | TrainedReplica | Exception] = queue.SimpleQueue()
    stop = threading.Event()

    def work(job: Job) -> None:
        try:
            _train(job, events, stop)
        except Stopped:
            return
        except Exception as error:  # noqa: BLE001 - handed to the calling thread, which raises it
            events.put(error)

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the pool already fills the cores
    # Moments of Adam that fade away become denormal numbers, which cost a hundred times as much as zeros.
    with ThreadPoolExecutor(
        workers or os.cpu_count() or 1, initializer=torch.set_flush_denormal, initargs=(True,)
    ) as pool:
        try:
            for job in jobs:
                pool.submit(work, job)
            remaining = len(jobs)
            while remaining:
                event = events.get()
                if isinstance(event, Exception):
                    raise event
                if isinstance(event, TrainedReplica):
                    on_trained(event)
                    remaining -= 1
                else:
                    on_epoch(*event)
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
            torch.set_num_threads(threads)
            while not events.empty():  # what finished while Ctrl-C or an error was on its way
                if isinstance(event := events.get(), TrainedReplica):
                    on_trained(event)


def _train(job: Job, events: queue.SimpleQueue, stop: threading.Event) -> None:
    start = time.perf_counter()
    with _SETUP_LOCK:
        replica = build_replica(job.config, job.seed, job.features)
    replica.stop = stop
    while not replica.finished:
        if stop.is_set():
            return
        events.put((job, replica.advance()))
    seconds = time.perf_counter() - start
    model = replica.trained_model()
    on_device = isinstance(job.config.backend, RuntimeConfig)
    agreement = None if on_device else measure_aer_agreement(model, job.config, job.features.test)
    events.put(TrainedReplica(job, tuple(replica.epochs), model, agreement, seconds))
