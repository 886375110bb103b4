"""What a person sees: a line per replica, a bar where there is a terminal."""

import io
import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from qnlnet.config import load_config
from qnlnet.models import Features, build_model
from qnlnet.training import Epoch, Job, Progress, TrainedReplica, describe
from qnlnet.training.remaining import Remaining


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether this machine has compiled the loop already is not what is tested here."""
    monkeypatch.setattr("qnlnet.training.progress.is_cached", lambda: True)


@pytest.fixture
def jobs(make_features: Callable[..., Features]) -> list[Job]:
    """Two seeds of a cell of two epochs; nothing is trained."""
    config = load_config("reducer=pca", "data=digits", "train.epochs=2")
    features = make_features(config, 4)
    return [Job(config, seed, features) for seed in range(2)]


def report(progress: Progress, jobs: list[Job]) -> None:
    """Reports two epochs of each job and its end."""
    for job in jobs:
        epochs = tuple(Epoch(number, -0.5, 81.25, 90 + number / 8) for number in (1, 2))
        for epoch in epochs:
            progress.on_epoch(job, epoch)
        progress.on_trained(TrainedReplica(job, epochs, build_model(job.config, job.seed), 1.0, 2.345))


def test_a_file_gets_one_line_for_each_replica(jobs: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qnlnet.training.remaining.time.monotonic", lambda: 0.0)
    stream = io.StringIO()
    with Progress(jobs, stream) as progress:
        report(progress, jobs)
    first, second = stream.getvalue().splitlines()
    said = "digits 0/1, pca, ansatz 0, seed {}: train 81.25 %, test 90.25 %, 2.3 s [{}/2 replicas, about 0 s left]"
    assert (first, second) == (said.format(0, 1), said.format(1, 2))


def test_a_terminal_gets_a_bar_that_ends_full(jobs: list[Job]) -> None:
    stream = Terminal()
    with Progress(jobs, stream) as progress:
        report(progress, jobs)
    text = stream.getvalue()
    assert text.count("%|") > 1
    assert re.search(r"2/2 replicas 100%\|", text)
    assert "seed 1: train 81.25 %, test 90.25 %" in text
    assert text.endswith("\n")


@pytest.mark.slow
def test_a_bar_with_several_first_weights_counts_the_epochs_of_all(make_features: Callable[..., Features]) -> None:
    config = load_config("reducer=pca", "data=digits", "train.epochs=2", "train.starts=5")
    job = Job(config, 0, make_features(config, 4))
    stream, now = Terminal(), [0.0]
    with Progress([job], stream) as progress:
        progress._time = Remaining([job], lambda: now[0])
        now[0] = 5.0
        progress.on_epoch(job, Epoch(1, -0.5, 81.25, 90))
        progress.on_note(job, "after one epoch")
        now[0] = 6.0
        progress.on_epoch(job, Epoch(2, -0.5, 81.25, 90))
    shares = list(map(int, re.findall(r"(\d+)%\|", stream.getvalue())))
    assert {0, 83, 100} <= set(shares)  # 5 of 6 epochs stand behind the first that counts


def test_remaining_time_is_measured_for_each_cell_and_shared_by_threads() -> None:
    fast, slow = (load_config("reducer=pca", "data=digits", "train.epochs=4", f"r={r}") for r in (1, 2))
    jobs = [Job(config, seed, None) for config in (fast, slow) for seed in (0, 1)]  # no features: nothing trains
    now = [0.0]
    remaining = Remaining(jobs, lambda: now[0])
    assert (remaining.seconds, remaining.share_done) == (None, 0.0)
    for job in jobs[:2]:
        remaining.on_started(job)
    now[0] = 10.0
    for job in jobs[:2]:
        remaining.on_epoch(job, 1)
    # Two threads: 6 epochs of the fast cell and 8 of the other, which counts like the fast one until it is measured.
    assert remaining.seconds == pytest.approx((6 + 8) * 10 / 2)
    remaining.skip(jobs[0], 3)
    remaining.drop(jobs[1])
    remaining.on_started(jobs[2])
    now[0] = 40.0
    remaining.on_epoch(jobs[2], 1)
    assert remaining.seconds == pytest.approx(7 * 30 / ((20 + 30) / 40))
    assert remaining.share_done == pytest.approx(40 / (40 + 168))


def test_progress_goes_to_what_is_standard_error_at_that_time(
    jobs: list[Job], capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress(jobs) as progress:
        report(progress, jobs[:1])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("digits 0/1, pca")


def test_no_jobs_say_nothing() -> None:
    stream = io.StringIO()
    with Progress([], stream):
        pass
    assert stream.getvalue() == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ([], "mnist 0/1, cnn, ansatz 0"),
        (["data=cifar10", "reducer=pca", "ansatz=2"], "cifar10 2/8, pca, ansatz 2"),
        (["r=2"], "mnist 0/1, cnn, ansatz 0, r=2, D=1"),
        (["D=3", "protocol=corrected"], "mnist 0/1, cnn, ansatz 0, r=1, D=3, corrected"),
        (["r=2", "readout_qubit=0"], "mnist 0/1, cnn, ansatz 0, r=2, D=1, readout 0"),
        (["num_qubits=8", "readout_qubit=7"], "mnist 0/1, cnn, ansatz 0, 8 qubits"),
        (["layer=frozen", "train.shuffle=false"], "mnist 0/1, cnn, ansatz 0, train.shuffle=False layer=frozen"),
    ],
)
def test_a_cell_in_words(overrides: list[str], expected: str) -> None:
    assert describe(load_config(*overrides)) == expected


@pytest.mark.parametrize("cached", [True, False])
def test_compiling_is_announced_where_nothing_is_compiled_yet(
    jobs: list[Job], cached: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qnlnet.training.progress.is_cached", lambda: cached)
    stream = io.StringIO()
    with Progress(jobs, stream):
        pass
    assert ("Compiling" in stream.getvalue()) != cached


def test_the_bar_goes_on_while_one_long_fit_ends_nothing(jobs: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("qnlnet.training.progress.time", SimpleNamespace(monotonic=lambda: clock[0]))
    stream = Terminal()
    with Progress(jobs, stream) as bar:
        bar.on_started(jobs[0])
        assert "seed 0 begins" in stream.getvalue()
        written = len(stream.getvalue())
        bar.on_waiting()  # too soon
        assert len(stream.getvalue()) == written
        clock[0] = 2.0
        bar.on_waiting()
        assert len(stream.getvalue()) > written


def test_what_has_passed_of_an_epoch_is_not_left(jobs: list[Job]) -> None:
    clock = [0.0]
    left = Remaining(jobs[:1], lambda: clock[0])
    epochs = jobs[0].config.train.epochs
    left.on_started(jobs[0])
    clock[0] = 10.0
    left.on_epoch(jobs[0], 1)
    assert left.seconds == 10.0 * (epochs - 1)
    clock[0] = 14.0
    assert left.seconds == 10.0 * (epochs - 1) - 4
    clock[0] = 99.0  # longer than the one before
    assert left.seconds == pytest.approx(10.0 * (epochs - 2) + 0.5)
