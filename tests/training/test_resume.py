"""Replicas that go on from a checkpoint: the same to the bit as if nothing had happened, wherever they stopped."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checkpoints.states import as_bytes
from pairs import every_pair
from training.interruptions import SEED, Interrupted, Numbers, Processes, finish, numbers_of

from qnlnet.config import RunConfig, load_config
from qnlnet.models import Features
from qnlnet.training import CompiledReplica, Replica, TorchReplica, build_replica
from qnlnet.training.replica import Stopped

MakeFeatures = Callable[..., Features]

EPOCHS = 3
COMPILED = {
    f"{reducer}, {protocol}, batches of {batch}{rest}": (
        *(f"reducer={reducer}", f"protocol={protocol}", f"train.batch_size={batch}", *rest.split()),
    )
    for reducer, protocol, batch, rest in every_pair(
        ("pca", "cnn"), ("released", "corrected"), (1, 3), ("", " r=2 D=2")
    )
} | {
    "cifar10 cnn": ("data=cifar10", "reducer=cnn", "ansatz=2"),
    "pca, loss without a number": ("reducer=pca", "train.learning_rate=1e30"),
    "pca, shuffled with decay": ("reducer=pca", "train.shuffle=true", "train.lr_decay=0.5", "ansatz=1"),
}

SMALL = ("ansatz=1", "num_qubits=2", "readout_qubit=1")  # few circuits for each gradient
SHOTS = ("backend=aer", "backend.shots=20")
PLAIN = {
    "statevector": ("reducer=pca", "backend=statevector", "protocol=corrected", "train.starts=1", *SMALL),
    "several starts": ("reducer=pca", "backend=statevector", "protocol=corrected", "train.starts=3", *SMALL),
    "statevector cnn, r=D=2": ("reducer=cnn", "backend=statevector", "train.batch_size=3", "r=2", "D=2", *SMALL),
    "aer": ("reducer=pca", "backend=aer", "train.batch_size=3", *SMALL),
    "aer with shots": ("reducer=pca", *SHOTS, *SMALL),
    "aer with shots, cnn": ("reducer=cnn", *SHOTS, "train.batch_size=3", *SMALL),
}


SHOT_CELLS = ("aer with shots", "aer with shots, cnn")
SLOWER = [pytest.param(cell, marks=pytest.mark.slow) for cell in SHOT_CELLS]


def build(overrides: tuple[str, ...], make_features: MakeFeatures, *, train: int, test: int = 12) -> Any:
    config = load_config(*overrides)
    return config, make_features(config, train, test)


@pytest.mark.slow
@pytest.mark.parametrize("cell", list(COMPILED))
def test_compiling_changes_nothing(cell: str, make_features: MakeFeatures) -> None:
    config, features = build(COMPILED[cell], make_features, train=10)
    replica = build_replica(config, SEED, features)
    before = as_bytes(replica.state())
    replica.compile()
    assert as_bytes(replica.state()) == before


@pytest.mark.slow
@pytest.mark.parametrize("cell", list(COMPILED))
def test_the_compiled_loop_goes_on_after_every_epoch(cell: str, make_features: MakeFeatures, tmp_path: Path) -> None:
    config, features = build((*COMPILED[cell], f"train.epochs={EPOCHS}"), make_features, train=10)
    undisturbed = finish(build_replica(config, SEED, features))
    for epoch in range(EPOCHS + 1):  # before the first one, and after the last one as well
        assert Processes(config, features, tmp_path / str(epoch)).train([(epoch, 0)]) == undisturbed
    assert Processes(config, features, tmp_path).train([(epoch, 0) for epoch in range(EPOCHS + 1)]) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("cell", list(PLAIN))
def test_the_plain_loop_goes_on_after_every_step(cell: str, make_features: MakeFeatures, tmp_path: Path) -> None:
    images = 4 if "train.batch_size=3" in PLAIN[cell] else 2
    config, features = build((*PLAIN[cell], "train.epochs=2"), make_features, train=images, test=2)
    check_every_step(config, features, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("backend.shots=50",)])
def test_the_plain_loop_goes_on_under_noise(
    options: tuple[str, ...], make_features: MakeFeatures, tmp_path: Path
) -> None:
    noise = ("reducer=pca", "backend=aer", "backend.noise=FakeManilaV2", "train.epochs=1", *SMALL, *options)
    config, features = build(noise, make_features, train=2, test=2)
    check_every_step(config, features, tmp_path)


def check_every_step(config: RunConfig, features: Features, folder: Path) -> None:
    undisturbed = finish(build_replica(config, SEED, features))
    steps = -(-len(features.train) // config.train.batch_size)
    first = [(0, step) for step in range(config.train.starts * steps + 1)]
    places = [*first, *itertools.product(range(1, config.train.epochs), range(steps + 1))]
    for place in places:
        assert Processes(config, features, folder / "-".join(map(str, place))).train([place]) == undisturbed, place
    assert Processes(config, features, folder / "all").train(places) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["statevector", *SLOWER])
def test_two_interruptions_anywhere_are_no_more_than_one(
    cell: str, make_features: MakeFeatures, tmp_path: Path
) -> None:
    config, features = build((*PLAIN[cell], "train.epochs=2", "train.batch_size=1"), make_features, train=2, test=2)
    undisturbed = finish(build_replica(config, SEED, features))
    places = [(0, 1), (0, 2), (1, 0), (1, 1)]
    for number, pair in enumerate(itertools.combinations_with_replacement(places, 2)):
        if pair[0] != pair[1] or pair[0][1] == 0:  # a process that trains no step never meets its end within an epoch
            assert Processes(config, features, tmp_path / str(number)).train(pair) == undisturbed, pair


def stop_after(replica: Replica, steps: int) -> None:
    """Sets `stop` after some steps of the next epoch, and trains until it takes effect."""
    seen = itertools.count(1)

    def on_step() -> None:
        if next(seen) == steps:
            replica.stop.set()

    replica.on_step = on_step
    with pytest.raises(Stopped):
        replica.advance()
    replica.stop.clear()


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 2])
def test_a_stopped_replica_goes_on_itself_or_in_a_fresh_one(steps: int, make_features: MakeFeatures) -> None:
    overrides = ("reducer=pca", *SHOTS, *SMALL, "protocol=corrected", "train.epochs=2")
    config, features = build(overrides, make_features, train=3, test=1)
    undisturbed = finish(build_replica(config, SEED, features))
    replica = build_replica(config, SEED, features)
    stop_after(replica, steps)
    fresh = build_replica(config, SEED, features)
    fresh.restore(replica.state())
    assert finish(replica) == undisturbed
    assert finish(fresh) == undisturbed


def test_a_stopped_replica_trains_no_further_step(make_features: MakeFeatures) -> None:
    config, features = build(("reducer=pca", "backend=statevector", "train.epochs=1", *SMALL), make_features, train=4)
    replica = build_replica(config, SEED, features)
    stop_after(replica, 2)
    replica.stop.set()
    before = as_bytes(replica.state())
    with pytest.raises(Stopped):
        replica.advance()
    assert as_bytes(replica.state()) == before
    assert replica.state()["under_way"]["done"] == 2


def test_a_stop_after_the_last_step_lets_the_epoch_end(make_features: MakeFeatures) -> None:
    config, features = build(("reducer=pca", "backend=statevector", "train.epochs=2", *SMALL), make_features, train=2)
    undisturbed = finish(build_replica(config, SEED, features))
    replica = build_replica(config, SEED, features)
    replica.on_step = lambda: replica.stop.set() if replica.state()["under_way"]["done"] == 2 else None
    assert replica.advance().number == 1
    assert replica.state()["under_way"] is None
    with pytest.raises(Stopped):
        replica.advance()
    replica.stop.clear()
    replica.on_step = lambda: None
    assert finish(replica) == undisturbed


def test_what_fails_while_the_test_split_is_evaluated_is_evaluated_again(
    make_features: MakeFeatures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overrides = ("reducer=pca", *SHOTS, *SMALL, "train.epochs=2")
    config, features = build(overrides, make_features, train=2, test=2)
    undisturbed = finish(build_replica(config, SEED, features))
    replica = build_replica(config, SEED, features)
    states: list[dict[str, Any]] = []
    replica.on_step = lambda: states.append(replica.state())
    score = replica.scores

    def fail(inputs: Any) -> Any:
        score(inputs)  # which has drawn from the stream of shots
        raise Interrupted

    monkeypatch.setattr(replica, "scores", fail)
    with pytest.raises(Interrupted):
        replica.advance()
    assert states[-1]["under_way"]["done"] == 2
    fresh = build_replica(config, SEED, features)
    fresh.restore(states[-1])
    assert finish(fresh) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "overrides"),
    [
        (CompiledReplica, ("reducer=cnn", "train.batch_size=3")),
        (CompiledReplica, ("reducer=pca", "protocol=corrected")),
        (TorchReplica, ("reducer=cnn", "train.batch_size=3")),
        (TorchReplica, ("reducer=pca", *SHOTS, *SMALL)),
    ],
)
def test_a_state_is_a_snapshot_and_restoring_leaves_it_alone(
    kind: type[Replica], overrides: tuple[str, ...], make_features: MakeFeatures
) -> None:
    config, features = build((*overrides, f"train.epochs={EPOCHS}"), make_features, train=3, test=1)
    replica = kind(config, SEED, features)
    states, snapshots = [], []
    while not replica.finished:
        states.append(replica.state())
        snapshots.append(as_bytes(states[-1]))
        replica.advance()
    assert len(set(snapshots)) == EPOCHS  # training changes states
    assert [as_bytes(state) for state in states] == snapshots
    undisturbed = numbers_of(replica)
    for state, snapshot in zip(states, snapshots, strict=True):
        for _ in range(2):
            fresh = kind(config, SEED, features)
            fresh.restore(state)
            assert as_bytes(fresh.state()) == snapshot
            assert finish(fresh) == undisturbed
            assert as_bytes(state) == snapshot


def numbers_without(part: str, config: RunConfig, features: Features) -> Numbers:
    """Goes on from a state in which one part is that of an untrained replica."""
    replica = build_replica(config, SEED, features)
    for _ in range(2):
        replica.advance()
    fresh = build_replica(config, SEED, features)
    fresh.restore({**replica.state(), part: fresh.state()[part]})
    fresh.epochs = list(replica.epochs) if part != "epochs" else fresh.epochs
    return finish(fresh)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("overrides", "parts"),
    [
        (("reducer=cnn",), ("epochs", "shuffling", "streams", "parameters_and_moments", "steps_done")),
        (("reducer=cnn", "backend=statevector", *SMALL), ("epochs", "shuffling", "streams", "model", "optimizer")),
        (("reducer=pca", *SHOTS, *SMALL), ("epochs", "model", "optimizer", "streams")),
    ],
)
def test_every_part_of_a_state_is_needed(
    overrides: tuple[str, ...], parts: tuple[str, ...], make_features: MakeFeatures
) -> None:
    config, features = build((*overrides, f"train.epochs={EPOCHS}"), make_features, train=3, test=1)
    undisturbed = finish(build_replica(config, SEED, features))
    assert numbers_without("under_way", config, features) == undisturbed  # between two epochs there is none
    for part in parts:
        assert numbers_without(part, config, features) != undisturbed, part


def test_without_the_epoch_under_way_its_images_would_be_seen_twice(make_features: MakeFeatures) -> None:
    config, features = build(("reducer=pca", "backend=statevector", "train.epochs=1", *SMALL), make_features, train=4)
    undisturbed = finish(build_replica(config, SEED, features))
    replica = build_replica(config, SEED, features)
    stop_after(replica, 2)
    fresh = build_replica(config, SEED, features)
    fresh.restore({**replica.state(), "under_way": None})
    assert finish(fresh) != undisturbed
