"""The benchmark's own arithmetic, and what it wrote. That contestants agree is checked by the benchmark itself."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.__main__ import main
from benchmarks.agreement import check_agreement
from benchmarks.circuits import Case
from benchmarks.gates import list_gates, readout_qubit
from benchmarks.timing import time_in_turns
from qnlnet.errors import ResultsError
from qnlnet.evidence.benchmarks import growth, merit
from qnlnet.evidence.benchmarks.formats import format_seconds
from qnlnet.evidence.benchmarks.names import COMPILED_LOOP, COMPILED_LOOP_LINEAR, ENGINE, JAX, LAYER, LIGHTNING, OURS

RESULTS = Path(__file__).parents[2] / "results" / "benchmarks"


class FakeClock:
    """A clock that only the contestants advance."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def contestant(self, seconds: Iterator[float], log: list[str], name: str) -> Callable[[], None]:
        def call() -> None:
            log.append(name)
            self.now += next(seconds)

        return call


def test_contestants_take_turns_and_warming_up_does_not_count() -> None:
    clock, log = FakeClock(), []
    slow_start = itertools.chain([100.0], itertools.repeat(2.0))
    calls = {
        "a": clock.contestant(slow_start, log, "a"),
        "b": clock.contestant(itertools.repeat(0.5), log, "b"),
    }
    timings = time_in_turns(calls, repetitions=3, seconds=1.0, clock=clock)
    assert timings["a"].repetitions == (2.0, 2.0, 2.0)
    assert timings["b"].repetitions == (0.5, 0.5, 0.5)
    assert "".join(log).endswith("abbabbabb")  # a turn of b lasts a second, too


def test_spread_is_reported_per_step() -> None:
    clock = FakeClock()
    seconds = itertools.chain([1.0, 1.0], itertools.cycle([3.0, 4.0, 8.0]))
    call = clock.contestant(seconds, [], "a")
    columns = time_in_turns({"a": call}, repetitions=3, seconds=0.1, clock=clock)["a"].columns(per=2)
    assert columns == {"repetitions": 3, "median_seconds": 2.0, "fastest_seconds": 1.5, "slowest_seconds": 4.0}


@pytest.mark.parametrize("wrong", [[1.0, 2.1], [np.nan, 2.0], [1.0, np.inf]])
def test_contestants_that_disagree_are_refused(wrong: list[float]) -> None:
    check_agreement("Sum", {"a": [[1.0, 2.0]], "b": [[1.0, 2.0 + 1e-9]]}, tolerance=1e-8)
    with pytest.raises(ResultsError, match=r"Sum: b and a must agree to 1\.0e-08, but differ"):
        check_agreement("Sum", {"a": [[1.0, 2.0]], "b": [wrong]}, tolerance=1e-8)


def test_contestants_of_another_shape_are_refused() -> None:
    with pytest.raises(ResultsError, match=r"b gives the shape \(1,\), but a \(2,\)"):
        check_agreement("Sum", {"a": [[1.0, 2.0]], "b": [[1.0]]}, tolerance=1.0)


def test_peers_get_every_gate_with_its_angle() -> None:
    qnl = Case(4, 1, 1, 1).build()
    gates = list_gates(qnl)
    assert [gate.name for gate in gates].count("cx") == 3
    assert readout_qubit(qnl) == 3
    angles = [gate.angle for gate in gates if gate.angle is not None]
    assert [angle.parameter for angle in angles] == [*range(4), *range(4, 9)]
    assert [angle.scale for angle in angles] == [2.0] * 4 + [1.0] * 5


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1.234, "1.23 s"), (0.01234, "12.3 ms"), (1.5e-4, "150 µs"), (4.2e-8, "0.042 µs"), (float("nan"), "–")],
)
def test_times_have_three_digits(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


def test_growth_is_read_from_the_rows() -> None:
    sizes = np.array([2, 6, 8, 10, 12])
    qubits = pd.DataFrame({"size": sizes, "median_seconds": [9.0, *(1e-6 * 2.5 ** sizes[1:])]})
    assert growth.describe_growth("qubits", qubits) == "2.50 for each qubit, from 6"
    images = pd.DataFrame({"size": [1000, 5000], "median_seconds": [1.0, 25.0]})
    assert growth.describe_growth("images", images) == "images^2.00, from 1000"


def made_up_rows() -> tuple[pd.DataFrame, pd.DataFrame]:
    shape = {"num_qubits": 4, "r": 1, "D": 1}
    rows = [
        {"benchmark": kind, "contestant": name, "batch": batch, "median_seconds": seconds, **shape}
        for kind, name, batch, seconds in [
            (LAYER, OURS, 1, 1.0),
            (LAYER, "slow", 1, 90.0),
            (LAYER, LIGHTNING, 1, 30.0),
            (LAYER, OURS, 128, 2.0),
            (LAYER, LIGHTNING, 128, 50.0),
            (ENGINE, OURS, 1, 1.0),
            (ENGINE, JAX, 1, 6.0),
            (ENGINE, OURS, 1024, 0.001024),
            (ENGINE, JAX, 1024, 0.01024),
        ]
    ]
    steps = [("MNIST CNN", COMPILED_LOOP, 3.0), ("MNIST CNN", COMPILED_LOOP_LINEAR, 2.0)]
    return pd.DataFrame(rows), pd.DataFrame(steps, columns=["model", "contestant", "median_seconds"])


def test_figures_of_merit_compare_with_the_best_peer() -> None:
    assert merit.figures_of_merit(*made_up_rows()) == {
        "layer_batch1_vs_best_peer": 30.0,
        "layer_batch128_vs_best_peer": 25.0,
        "engine_batch1_vs_jax": 6.0,
        "engine_batch1024_vs_jax": 10.0,
        "step_vs_linear_layer": 1.5,
        "microseconds_per_row": 1.0,
    }


def test_mistakes_are_told_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--redraw", "--only", "layer", "--output-dir", str(tmp_path)]) == 2
    assert "must be there to be drawn, but are not" in capsys.readouterr().err
    assert main(["--repetitions", "0"]) == 2
    assert "`--repetitions` must be at least 1" in capsys.readouterr().err


def test_missing_peers_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["--quick"]) == 2
    assert 'pip install -c constraints.txt -e ".[bench]"' in capsys.readouterr().err
