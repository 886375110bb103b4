"""Replicas with keepers: checkpoints when they are due and when training stops, and everything given back."""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType, SimpleNamespace
from typing import Any, NoReturn

import pytest
from training.memory_keeper import Diary, MemoryKeeper

from qnlnet.config import RunConfig, load_config
from qnlnet.errors import QNLNetError, ResultsError
from qnlnet.models import Features
from qnlnet.training import CompiledReplica, Job, Observer, TrainedReplica, train_replicas
from qnlnet.training.compiled.network import flatten_parameters

MakeFeatures = Callable[..., Features]
EPOCHS = 5


@pytest.fixture(scope="module")
def config() -> RunConfig:
    return load_config("reducer=pca", "protocol=corrected", f"train.epochs={EPOCHS}")


@pytest.fixture(scope="module")
def features(make_features: MakeFeatures, config: RunConfig) -> Features:
    return make_features(config, 10)


def make_jobs(config: RunConfig, features: Features, keepers: Sequence[MemoryKeeper]) -> list[Job]:
    return [Job(config, seed, features, keeper) for seed, keeper in enumerate(keepers)]


def numbers(replica: TrainedReplica) -> tuple[Any, ...]:
    return replica.epochs, replica.aer_agreement, flatten_parameters(replica.model).tobytes()


@pytest.fixture(scope="module")
def undisturbed(config: RunConfig, features: Features) -> list[tuple[Any, ...]]:
    """The numbers of three seeds that nothing disturbs."""
    diary = Diary()
    train_replicas([Job(config, seed, features) for seed in range(3)], diary, workers=1)
    return [numbers(diary.trained[seed]) for seed in range(3)]


def test_without_an_interval_every_epoch_is_kept(
    config: RunConfig, features: Features, undisturbed: list[tuple[Any, ...]]
) -> None:
    keepers = [MemoryKeeper(every=0) for _ in range(2)]
    diary = Diary()
    train_replicas(make_jobs(config, features, keepers), diary, workers=2)
    for seed, keeper in enumerate(keepers):
        assert keeper.calls == ["claim", "is_finished", "load", *["save"] * EPOCHS, "release"]
        assert [len(state["replica"]["epochs"]) for state in keeper.states] == list(range(1, EPOCHS + 1))
        seconds = [state["train_seconds"] for state in keeper.states]
        assert seconds == sorted(seconds)
        assert 0 < seconds[-1] < diary.trained[seed].train_seconds
        assert numbers(diary.trained[seed]) == undisturbed[seed]


def test_compiling_does_not_count_as_training(
    config: RunConfig, features: Features, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=0.0, perf_counter=lambda: clock.now)
    monkeypatch.setattr("qnlnet.training.checkpointing.time", clock)
    monkeypatch.setattr(CompiledReplica, "compile", lambda _: vars(clock).update(now=60.0))
    diary = Diary()
    train_replicas([Job(config, 0, features)], diary, workers=1)
    assert clock.now == 60
    assert diary.trained[0].train_seconds == 0


def test_within_the_interval_nothing_is_kept(config: RunConfig, features: Features) -> None:
    keeper = MemoryKeeper(every=3600)
    train_replicas(make_jobs(config, features, [keeper]), Diary(), workers=1)
    assert keeper.calls == ["claim", "is_finished", "load", "release"]


@pytest.mark.slow
def test_steps_are_kept_where_an_epoch_takes_long(make_features: MakeFeatures) -> None:
    config = load_config("reducer=pca", "backend=statevector", "train.epochs=2", "num_qubits=2", "readout_qubit=1")
    keeper = MemoryKeeper(every=0)
    train_replicas([Job(config, 0, make_features(config, 3, 2), keeper)], Diary(), workers=1)
    places = [(len(s["replica"]["epochs"]), (s["replica"]["under_way"] or {}).get("done")) for s in keeper.states]
    assert places == [(0, 1), (0, 2), (0, 3), (1, None), (1, 1), (1, 2), (1, 3), (2, None)]


@pytest.mark.parametrize("epochs", range(1, EPOCHS + 1))
def test_a_replica_goes_on_from_its_checkpoint(
    epochs: int, config: RunConfig, features: Features, undisturbed: list[tuple[Any, ...]]
) -> None:
    first = MemoryKeeper(every=0)
    train_replicas(make_jobs(config, features, [first]), Diary(), workers=1)
    second = MemoryKeeper(every=0)
    second.states = [{**first.states[epochs - 1], "train_seconds": 1000.0}]
    diary = Diary()
    train_replicas(make_jobs(config, features, [second]), diary, workers=1)
    assert diary.of(0) == ["resumed", *["epoch"] * (EPOCHS - epochs), "trained"]
    assert diary.entries[0] == ("resumed", 0, epochs)
    assert numbers(diary.trained[0]) == undisturbed[0]
    assert 1000 < diary.trained[0].train_seconds < 1100
    assert len(second.states) == 1 + EPOCHS - epochs
    assert all(state["train_seconds"] > 1000 for state in second.states[1:])


def test_what_another_process_has_finished_is_not_trained(config: RunConfig, features: Features) -> None:
    keepers = [MemoryKeeper(), MemoryKeeper(finished=True)]
    diary = Diary()
    train_replicas(make_jobs(config, features, keepers), diary, workers=2)
    assert diary.of(1) == ["elsewhere"]
    assert keepers[1].calls == ["claim", "is_finished", "release"]
    assert diary.of(0)[-1] == "trained"


def test_what_the_keeper_has_to_say_is_told(config: RunConfig, features: Features) -> None:
    diary = Diary()
    train_replicas(make_jobs(config, features, [MemoryKeeper(note="it is damaged")]), diary, workers=1)
    assert diary.entries[0] == ("note", 0, "it is damaged")
    assert "resumed" not in diary.of(0)


@pytest.mark.slow
@pytest.mark.parametrize("error", [ResultsError("The disk is full."), ZeroDivisionError("unforeseen")])
@pytest.mark.parametrize("method", ["claim", "is_finished", "load", "save"])
def test_an_error_of_a_keeper_fails_that_replica_only(
    method: str, error: Exception, config: RunConfig, features: Features, undisturbed: list[tuple[Any, ...]]
) -> None:
    keepers = [MemoryKeeper(), MemoryKeeper(errors={method: error}), MemoryKeeper()]
    diary = Diary()
    train_replicas(make_jobs(config, features, keepers), diary, workers=2)
    assert diary.errors == {1: error}
    assert diary.of(1)[-1] == "failed"
    assert [numbers(diary.trained[seed]) for seed in (0, 2)] == undisturbed[::2]
    assert [keeper.calls.count("release") for keeper in keepers] == [1, 1, 1]
    assert keepers[1].calls[-1] == "release"


def test_a_state_that_can_not_be_restored_fails_that_replica_only(config: RunConfig, features: Features) -> None:
    keepers = [MemoryKeeper(), MemoryKeeper()]
    keepers[1].states = [{"replica": {"epochs": "nonsense"}, "train_seconds": 0.0}]
    diary = Diary()
    train_replicas(make_jobs(config, features, keepers), diary, workers=1)
    assert (diary.of(0)[-1], diary.of(1)) == ("trained", ["failed"])
    assert keepers[1].calls.count("release") == 1


def test_a_plain_observer_ends_the_training_with_the_first_error(config: RunConfig, features: Features) -> None:
    endless = config.model_copy(update={"train": config.train.model_copy(update={"epochs": 10**9})})
    keepers = [MemoryKeeper(every=3600), MemoryKeeper(errors={"load": ResultsError("The disk is broken.")})]
    jobs = [Job(endless, 0, features, keepers[0]), Job(config, 1, features, keepers[1])]
    with pytest.raises(QNLNetError, match=r"The disk is broken\."):
        train_replicas(jobs, Observer(), workers=2)
    assert keepers[0].calls[-1] == "release"
    assert keepers[0].calls.count("release") == keepers[1].calls.count("release") == 1
    assert len(keepers[0].states) <= 1  # one when it was stopped, unless it had not begun


class Interruption:
    """Is Ctrl-C once all of some seeds have trained an epoch."""

    def __init__(self, *seeds: int) -> None:
        self.awaited = set(seeds)

    def __call__(self, entry: tuple[Any, ...]) -> None:
        if entry[0] == "epoch":
            self.awaited.discard(entry[1])
            if not self.awaited:
                raise KeyboardInterrupt


@pytest.mark.parametrize("every", [0, 3600])
def test_ctrl_c_keeps_all_that_train_hands_on_what_has_finished_and_gives_everything_back(
    every: float, config: RunConfig, features: Features, undisturbed: list[tuple[Any, ...]]
) -> None:
    endless = config.model_copy(update={"train": config.train.model_copy(update={"epochs": 10**9})})
    keepers = [MemoryKeeper(every=every) for _ in range(4)]
    cells = [config, endless, endless, config]
    jobs = [Job(cell, seed, features, keeper) for seed, (cell, keeper) in enumerate(zip(cells, keepers, strict=True))]
    diary = Diary(Interruption(1, 2))
    with pytest.raises(KeyboardInterrupt):
        train_replicas(jobs, diary, workers=2)
    assert "trained" in diary.of(0)
    assert numbers(diary.trained[0]) == undisturbed[0]
    for keeper in keepers[1:3]:
        assert keeper.calls[-2:] == ["save", "release"]
        assert keeper.states[-1]["replica"]["epochs"]
    assert keepers[3].calls == []  # its turn had not come
    assert [keeper.calls.count("release") for keeper in keepers] == [1, 1, 1, 0]
    # The states are those of an undisturbed replica, however far it has come.
    state = keepers[1].states[-1]
    done = len(state["replica"]["epochs"])
    again = MemoryKeeper(every=3600)
    again.states = [state]
    longer = config.model_copy(update={"train": config.train.model_copy(update={"epochs": done + 2})})
    resumed, fresh = Diary(), Diary()
    train_replicas([Job(longer, 1, features, again)], resumed, workers=1)
    train_replicas([Job(longer, 1, features)], fresh, workers=1)
    assert numbers(resumed.trained[1]) == numbers(fresh.trained[1])


def test_ctrl_c_while_a_finished_replica_is_stored_gives_it_back(config: RunConfig, features: Features) -> None:
    def then(entry: tuple[Any, ...]) -> None:
        if entry[0] == "trained":
            raise KeyboardInterrupt

    keepers = [MemoryKeeper(every=3600) for _ in range(3)]
    with pytest.raises(KeyboardInterrupt):
        train_replicas(make_jobs(config, features, keepers), Diary(then), workers=1)
    assert keepers[0].calls[-1] == "release"
    assert not any(keeper.is_claimed for keeper in keepers)
    assert all(keeper.calls.count("release") == keeper.calls.count("claim") for keeper in keepers)


class Interrupting(MemoryKeeper):
    """A keeper at whose third checkpoint somebody presses Ctrl-C.

    The signal reaches this thread, as now and then a signal does that is sent to the process, but it is the calling
    thread that has to act on it.
    """

    heard = threading.Event()

    def save(self, state: Mapping[str, Any]) -> None:
        super().save(state)
        if len(self.states) == 3:
            signal.pthread_kill(threading.get_ident(), signal.SIGALRM)
            assert self.heard.wait(60)


@pytest.fixture
def alarm_is_ctrl_c() -> Iterator[None]:
    def hear(number: int, frame: FrameType | None) -> NoReturn:
        Interrupting.heard.set()
        raise KeyboardInterrupt

    Interrupting.heard.clear()
    previous = signal.signal(signal.SIGALRM, hear)
    yield
    signal.signal(signal.SIGALRM, previous)


@pytest.mark.slow
@pytest.mark.usefixtures("alarm_is_ctrl_c")
def test_ctrl_c_keeps_the_step_in_the_middle_of_an_epoch(make_features: MakeFeatures) -> None:
    config = load_config("reducer=pca", "backend=statevector", "train.epochs=1", "num_qubits=2", "readout_qubit=1")
    images = 40  # time for the calling thread to stop the other one
    features = make_features(config, images, 2)
    fresh = Diary()
    train_replicas([Job(config, 0, features)], fresh, workers=1)
    keeper = Interrupting(every=0)
    with pytest.raises(KeyboardInterrupt):
        train_replicas([Job(config, 0, features, keeper)], Diary(), workers=1)
    assert keeper.calls[-2:] == ["save", "release"]
    assert 3 <= keeper.states[-1]["replica"]["under_way"]["done"] < images
    again = MemoryKeeper(every=3600)
    again.states = [keeper.states[-1]]
    resumed = Diary()
    train_replicas([Job(config, 0, features, again)], resumed, workers=1)
    assert resumed.of(0) == ["resumed", "epoch", "trained"]
    assert numbers(resumed.trained[0]) == numbers(fresh.trained[0])


def test_a_checkpoint_that_fails_at_ctrl_c_leaves_those_of_the_others(config: RunConfig, features: Features) -> None:
    endless = config.model_copy(update={"train": config.train.model_copy(update={"epochs": 10**9})})
    full = ResultsError("The disk is full.")
    keepers = [MemoryKeeper(every=3600, errors={"save": full}), MemoryKeeper(every=3600)]
    with pytest.raises(KeyboardInterrupt):
        train_replicas(make_jobs(endless, features, keepers), Diary(Interruption(0, 1)), workers=2)
    assert keepers[0].calls[-2:] == keepers[1].calls[-2:] == ["save", "release"]
    assert keepers[1].states[-1]["replica"]["epochs"]
