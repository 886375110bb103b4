"""Which job comes next, and how events of workers reach the observer."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from training.memory_keeper import Diary, MemoryKeeper

from qnlnet.config import load_config
from qnlnet.errors import ResultsError
from qnlnet.models import Features, build_model
from qnlnet.training import Epoch, Job, Keeper, TrainedReplica
from qnlnet.training.events import Events
from qnlnet.training.schedule import Schedule

WAITED_FOR = "another process is training it; its result will be taken over"


@pytest.fixture(autouse=True)
def short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks often at what other processes hold."""
    monkeypatch.setattr("qnlnet.training.schedule._SECONDS_BETWEEN_LOOKS", 0.001)


@pytest.fixture(scope="module")
def make_jobs(make_features: Callable[..., Features]) -> Callable[..., list[Job]]:
    """Returns a function that makes a job with seeds 0, 1, … for each keeper."""
    config = load_config("reducer=pca")
    features = make_features(config, 4)

    def make(keepers: Sequence[Keeper | None]) -> list[Job]:
        return [Job(config, seed, features, keeper) for seed, keeper in enumerate(keepers)]

    return make


MakeJobs = Callable[..., list[Job]]


def drain(schedule: Schedule) -> list[int]:
    """Returns the seeds of all jobs, in the order in which they are handed out."""
    seeds = []
    while (job := schedule.next()) is not None:
        seeds.append(job.seed)
    return seeds


def test_jobs_come_in_order_and_claimed(make_jobs: MakeJobs) -> None:
    keepers = [MemoryKeeper() for _ in range(5)]
    diary = Diary()
    schedule = Schedule(make_jobs(keepers), threading.Event(), diary)
    assert drain(schedule) == [0, 1, 2, 3, 4]
    assert all(keeper.calls == ["claim"] for keeper in keepers)
    assert schedule.next() is None
    assert diary.entries == []


def test_only_what_is_handed_out_is_claimed(make_jobs: MakeJobs) -> None:
    keepers = [MemoryKeeper() for _ in range(3)]
    schedule = Schedule(make_jobs(keepers), threading.Event(), Diary())
    schedule.next()
    assert [keeper.is_claimed for keeper in keepers] == [True, False, False]


def test_jobs_without_a_keeper_need_no_claim(make_jobs: MakeJobs) -> None:
    assert drain(Schedule(make_jobs([None, MemoryKeeper(), None]), threading.Event(), Diary())) == [0, 1, 2]


def test_no_jobs_end_at_once() -> None:
    assert Schedule([], threading.Event(), Diary()).next() is None


def test_what_another_process_trains_comes_last_and_is_told_once(make_jobs: MakeJobs) -> None:
    keepers = [MemoryKeeper(held=7), MemoryKeeper(), MemoryKeeper(held=4), MemoryKeeper(), MemoryKeeper()]
    diary = Diary()
    assert drain(Schedule(make_jobs(keepers), threading.Event(), diary)) == [1, 3, 4, 2, 0]
    assert sorted(diary.entries) == [("note", 0, WAITED_FOR), ("note", 2, WAITED_FOR)]
    assert keepers[0].calls == ["claim"] * 8


def test_several_threads_get_each_job_once(make_jobs: MakeJobs) -> None:
    keepers = [MemoryKeeper(held=seed % 3) for seed in range(60)]
    schedule = Schedule(make_jobs(keepers), threading.Event(), Diary())
    with ThreadPoolExecutor(6) as pool:
        futures = [pool.submit(drain, schedule) for _ in range(6)]
    assert sorted(seed for future in futures for seed in future.result()) == list(range(60))


def test_a_thread_without_work_waits_for_what_is_held_and_another_gets_it(make_jobs: MakeJobs) -> None:
    keeper = MemoryKeeper(held=10**9)
    schedule = Schedule(make_jobs([keeper]), threading.Event(), Diary())
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(drain, schedule) for _ in range(2)]
        while len(keeper.calls) < 10:
            time.sleep(0.001)
        assert not any(future.done() for future in futures)
        keeper.held = 0
        assert sorted(future.result(timeout=10) for future in futures) == [[], [0]]


def test_stop_ends_the_waiting(make_jobs: MakeJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qnlnet.training.schedule._SECONDS_BETWEEN_LOOKS", 3600)
    stop = threading.Event()
    keeper = MemoryKeeper(held=10**9)
    schedule = Schedule(make_jobs([keeper]), stop, Diary())
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(schedule.next)
        while not keeper.calls:
            time.sleep(0.001)
        stop.set()
        assert future.result(timeout=10) is None
    assert keeper.calls == ["claim"]


def test_after_stop_nothing_is_handed_out_or_claimed(make_jobs: MakeJobs) -> None:
    stop = threading.Event()
    keepers = [MemoryKeeper(), MemoryKeeper()]
    schedule = Schedule(make_jobs(keepers), stop, Diary())
    schedule.next()
    stop.set()
    assert schedule.next() is None
    assert keepers[1].calls == []


@pytest.mark.parametrize("error", [ResultsError("The file cannot be locked."), RuntimeError("unforeseen")])
def test_a_claim_that_fails_fails_that_job_only(error: Exception, make_jobs: MakeJobs) -> None:
    keepers = [MemoryKeeper(), MemoryKeeper(errors={"claim": error}), MemoryKeeper()]
    diary = Diary()
    assert drain(Schedule(make_jobs(keepers), threading.Event(), diary)) == [0, 2]
    assert diary.entries == [("failed", 1)]
    assert diary.errors == {1: error}


def trained(job: Job) -> TrainedReplica:
    return TrainedReplica(job, (Epoch(1, 0.5, 50.0, 50.0),), build_model(job.config, job.seed), 1.0, 2.0)


def tell_everything(events: Events, job: Job) -> None:
    epoch = Epoch(1, 0.5, 50.0, 50.0)
    events.on_note(job, "something")
    events.on_resumed(job, (epoch,))
    events.on_epoch(job, epoch)


ENDS: dict[str, Callable[[Events, Job], Any]] = {
    "trained": lambda events, job: events.on_trained(trained(job)),
    "failed": lambda events, job: events.on_failed(job, RuntimeError("broken")),
    "elsewhere": lambda events, job: events.on_finished_elsewhere(job),
}


@pytest.mark.parametrize("end", list(ENDS))
def test_events_come_in_order_and_the_last_one_ends_the_job(end: str, make_jobs: MakeJobs) -> None:
    (job,) = make_jobs([None])
    events, diary = Events(), Diary()
    tell_everything(events, job)
    ENDS[end](events, job)
    assert [events.hand_on(diary) for _ in range(4)] == [False, False, False, True]
    assert diary.entries[:3] == [("note", 0, "something"), ("resumed", 0, 1), ("epoch", 0, 1)]
    assert diary.of(0)[3] == end


@pytest.mark.parametrize("does_raise", [False, True])
@pytest.mark.parametrize("end", list(ENDS))
def test_a_replica_is_released_after_the_observer_has_heard_of_its_end(
    end: str, does_raise: bool, make_jobs: MakeJobs
) -> None:
    keeper = MemoryKeeper()
    (job,) = make_jobs([keeper])
    keeper.claim()

    def then(entry: tuple[Any, ...]) -> None:
        assert keeper.is_claimed  # what is stored now must not be trained by anybody else
        if does_raise and entry[0] == end:
            raise KeyboardInterrupt

    events, diary = Events(), Diary(then)
    tell_everything(events, job)
    ENDS[end](events, job)
    for _ in range(3):
        events.hand_on(diary)
    assert keeper.calls == ["claim"]
    if does_raise:
        with pytest.raises(KeyboardInterrupt):
            events.hand_on(diary)
    else:
        assert events.hand_on(diary)
    assert keeper.calls == ["claim", "release"]


def test_at_the_end_only_trained_replicas_are_handed_on_and_all_are_released(make_jobs: MakeJobs) -> None:
    keepers = [MemoryKeeper() for _ in range(4)]
    jobs = make_jobs(keepers)
    events, diary = Events(), Diary()
    for job, end in zip(jobs, ("trained", "failed", "elsewhere", "trained"), strict=True):
        tell_everything(events, job)
        ENDS[end](events, job)
    events.hand_on_trained(diary)
    assert diary.entries == [("trained", 0), ("trained", 3)]
    assert not any(keeper.is_claimed for keeper in keepers)
    assert all("release" in keeper.calls for keeper in keepers)
    events.hand_on_trained(diary)  # nothing is left
    assert len(diary.entries) == 2
