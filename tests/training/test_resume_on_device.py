"""Replicas on a simulated device that are interrupted: the same jobs under the same names, none of them twice."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from training.interruptions import SEED, Numbers, Processes, finish

from qnlnet.config import load_config
from qnlnet.models import Features
from qnlnet.training import build_replica

pytestmark = pytest.mark.slow

MakeFeatures = Callable[..., Features]

CELLS = {
    "fake-manila": ("backend.name=fake-manila", "train.batch_size=2"),
    "aer": ("backend.name=aer", "train.batch_size=1"),
}
USUAL = ("reducer=pca", "backend=runtime", "backend.shots=16", "backend.resilience_level=0", "train.epochs=2")
JOBS = Path("outputs", "qpu")


def job_names() -> set[str]:
    return {path.name for path in JOBS.iterdir()}


def test_many_replicas_run_in_one_process(
    make_features: MakeFeatures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The client keeps a name for each box of gates that it has seen, and knows 13 names for boxes that look the same.
    monkeypatch.chdir(tmp_path)
    config = load_config(*USUAL, *CELLS["aer"])
    features = make_features(config, 1, 1)
    for seed in range(15):
        build_replica(config, seed, features).advance()


@pytest.fixture(params=list(CELLS))
def cell(request: pytest.FixtureRequest, make_features: MakeFeatures) -> Any:
    config = load_config(*USUAL, *CELLS[request.param])
    return config, make_features(config, 3, 2)


@pytest.fixture
def undisturbed(cell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Numbers, set[str]]:
    """The numbers of the cell, and the names of its jobs; leaves the test in an empty folder."""
    (tmp_path / "undisturbed").mkdir()
    monkeypatch.chdir(tmp_path / "undisturbed")
    config, features = cell
    numbers = finish(build_replica(config, SEED, features))
    names = job_names()
    (tmp_path / "interrupted").mkdir()
    monkeypatch.chdir(tmp_path / "interrupted")
    return numbers, names


def places(config: Any) -> list[tuple[int, int]]:
    steps = -(-3 // config.train.batch_size)
    return list(itertools.product(range(2), range(steps + 1)))


def test_an_interrupted_replica_runs_the_same_jobs(cell: Any, undisturbed: tuple[Numbers, set[str]]) -> None:
    config, features = cell
    numbers, names = undisturbed
    assert len(names) == 2 * (-(-3 // config.train.batch_size) + 1) + 1  # steps, evaluations, and that of `finish`
    assert Processes(config, features, Path("checkpoints")).train(places(config)) == numbers
    assert job_names() == names


def test_steps_behind_the_last_checkpoint_are_not_run_again(
    cell: Any, undisturbed: tuple[Numbers, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    config, features = cell
    numbers, names = undisturbed
    first = build_replica(config, SEED, features)
    states: list[dict[str, Any]] = []
    first.on_step = lambda: states.append(first.state())
    finish(first)
    submitted: list[str] = []
    service = type(first.model.quantum.neural_network.runner._service)
    submit = service.submit

    def count(self: Any, request: Any) -> Any:
        submitted.append(request.tag)
        return submit(self, request)

    monkeypatch.setattr(service, "submit", count)
    for state in states:
        fresh = build_replica(config, SEED, features)
        fresh.restore(state)
        assert finish(fresh) == numbers
    assert submitted == []
    assert job_names() == names


def test_lost_jobs_are_run_again_to_the_same_numbers(
    cell: Any, undisturbed: tuple[Numbers, set[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, features = cell
    first = build_replica(config, SEED, features)
    first.advance()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    fresh = build_replica(config, SEED, features)
    fresh.restore(first.state())
    assert finish(fresh) == undisturbed[0]
    assert job_names() < undisturbed[1]  # those of the second epoch
