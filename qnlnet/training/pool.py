"""Trains many replicas side by side, one thread per core.

The compiled loop releases Python's lock, so threads are enough: one process, one copy of the images. A replica shares
nothing with its neighbours, so its numbers are the same to the bit whichever others train beside it.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

from qnlnet.config import RuntimeConfig
from qnlnet.cores import available_cores
from qnlnet.training.agreement import measure_aer_agreement
from qnlnet.training.build import build_replica
from qnlnet.training.checkpointing import Checkpointing
from qnlnet.training.events import Events
from qnlnet.training.interrupts import Interrupts
from qnlnet.training.job import Job, TrainedReplica
from qnlnet.training.observer import Observer
from qnlnet.training.replica import Stopped
from qnlnet.training.schedule import Schedule


def train_replicas(jobs: Sequence[Job], observer: Observer, *, workers: int | None = None) -> None:
    """Trains all jobs; the observer is called for every event, in the calling thread.

    Args:
        jobs: What to train; started in this order, except that what another process is training comes last.
        observer: Hears what happens, in the order in which it happens. What it raises ends the training.
        workers: Threads; None takes one per core that this process may use.

    Raises:
        KeyboardInterrupt: After Ctrl-C, once the steps under way have ended and their checkpoints are written;
            finished replicas were reported before, at most one more than there are threads of them after Ctrl-C.
        Exception: What the observer raises; `Observer` itself raises the first error of a replica.
    """
    stop = threading.Event()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the pool already fills the cores
    count = workers or available_cores()
    with (
        _one_core_each(jobs),
        Interrupts() as interrupts,
        ThreadPoolExecutor(count) as pool,
    ):
        events = Events(interrupts.held)
        schedule = Schedule(jobs, stop, events)
        try:
            for _ in range(min(count, len(jobs))):
                pool.submit(_work, schedule, events, stop)
            remaining = len(jobs)
            while remaining:
                remaining -= events.hand_on(observer)
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
            torch.set_num_threads(threads)
            events.hand_on_trained(observer)  # what finished while Ctrl-C or an error was on its way


def _one_core_each(jobs: Sequence[Job]) -> AbstractContextManager[Any]:
    """Keeps scikit-learn and NumPy from sharing a replica's work out among threads, which then wait for each other."""
    models = [job.config.model for job in jobs]
    if not any(model.is_fitted or model.computes_in_numpy for model in models):
        return nullcontext()
    if any(model.is_fitted for model in models):
        import sklearn.linear_model  # what is to be limited has to be loaded
        import sklearn.svm  # noqa: F401
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(1)
    return limits


def _work(schedule: Schedule, events: Events, stop: threading.Event) -> None:
    while True:
        events.wait_for_room(stop)
        if (job := schedule.next()) is None:
            return
        try:
            if job.keeper is not None and job.keeper.is_finished():
                events.on_finished_elsewhere(job)
            else:
                events.on_trained(_train(job, events, stop))
        except Stopped:
            if job.keeper is not None:
                job.keeper.release()
        except Exception as error:  # noqa: BLE001 - the observer decides
            events.on_failed(job, error)


def _train(job: Job, events: Events, stop: threading.Event) -> TrainedReplica:
    events.on_started(job)
    # Moments of Adam that fade away become denormal numbers, which cost a hundred times as much as zeros.
    torch.set_flush_denormal(job.config.train.flush_denormal)  # of this thread
    replica = build_replica(job.config, job.seed, job.features)
    replica.compile()
    if text := job.note():  # only now: there is no mistake that would end it at once
        events.on_note(job, text)
    checkpoints = Checkpointing(replica, job.keeper)
    if checkpoints.restore(lambda text: events.on_note(job, text)):
        events.on_resumed(job, tuple(replica.epochs))
    replica.stop = stop
    replica.on_step = checkpoints.save_if_due
    try:
        while not replica.finished:
            if stop.is_set():
                raise Stopped
            events.on_epoch(job, replica.advance())
            checkpoints.save_if_due()
    except Stopped:
        checkpoints.save()
        raise
    seconds = checkpoints.train_seconds
    model = replica.trained_model()
    on_device = isinstance(job.config.backend, RuntimeConfig)
    agreement = None if on_device else measure_aer_agreement(model, job.config, job.seed, job.features.test)
    return TrainedReplica(job, tuple(replica.epochs), model, agreement, seconds)
