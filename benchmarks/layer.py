"""Benchmark of the quantum part alone: the layer inside torch, and the engine's own call."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks import engines, layers
from benchmarks.agreement import check_agreement
from benchmarks.circuits import Case
from benchmarks.timing import time_in_turns
from qnlnet.evidence.benchmarks.names import ENGINE, LAYER, STOCK_AER, STOCK_STATEVECTOR

# Parameter shift runs thousands of circuits where the others run one: beyond these batches a turn takes too long.
_LARGEST_BATCH = {STOCK_STATEVECTOR: 128, STOCK_AER: 32}
_ONE_ROW = dict.fromkeys(_LARGEST_BATCH, 1)  # for larger circuits

_SHAPES = [(4, 1, 1), (4, 3, 3)]
LAYER_CASES = [
    *(Case(*shape, batch) for shape in _SHAPES for batch in (1, 32, 128, 1024)),
    *(Case(8, 1, 1, batch) for batch in (1, 32, 128)),
    *(Case(12, 1, 1, batch) for batch in (1, 32)),
]
ENGINE_CASES = [
    *(Case(*shape, batch) for shape in _SHAPES for batch in (1, 32, 128, 1024)),
    *(Case(8, depth, depth, batch) for depth in (1, 3) for batch in (1, 128)),
    *(Case(12, depth, depth, batch) for depth in (1, 3) for batch in (1, 32)),
]
QUICK_LAYER_CASES = [Case(4, 1, 1, 1), Case(4, 1, 1, 128)]
QUICK_ENGINE_CASES = [Case(4, 1, 1, 1), Case(4, 1, 1, 1024)]


def time_layers(
    cases: list[Case], *, repetitions: int, seconds: float, quick: bool = False
) -> Iterator[dict[str, Any]]:
    """Yields a row per case and contestant: forward and backward pass in torch, gradients for inputs and weights.

    Args:
        cases: Circuits and batches.
        repetitions: Turns of each contestant.
        seconds: Length of a turn.
        quick: Leave parameter shift out beyond a batch of 1.
    """
    torch.set_num_threads(1)
    for case in cases:
        qnl = case.build()
        inputs, weights = (torch.tensor(values, dtype=torch.float32) for values in case.draw(qnl))
        limits = _ONE_ROW if quick or (case.num_qubits, case.D) != (4, 1) else _LARGEST_BATCH
        steps: dict[str, Callable[[], Any]] = {
            name: layers.LayerStep(build(qnl), inputs, weights)
            for name, build in layers.BUILDERS.items()
            if case.batch <= limits.get(name, case.batch)
        }
        results = {name: [array.detach().numpy().copy() for array in step()] for name, step in steps.items()}
        # Sums over the batch of float32 derivatives, each up to 2r by an input and 1 by a weight.
        check_agreement(f"Layer, {case}", results, tolerance=2.0**-24 * (case.batch + 20) * 2 * case.r)
        yield from _time(LAYER, case, steps, repetitions, seconds)


def time_engines(cases: list[Case], *, repetitions: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Yields a row per case and contestant: NumPy rows in, values and Jacobian out."""
    for case in cases:
        qnl = case.build()
        inputs, weights = case.draw(qnl)
        rows = np.concatenate([inputs, np.tile(weights, (case.batch, 1))], axis=1)
        built = {name: build(qnl) for name, build in engines.BUILDERS.items()}
        check_agreement(f"Engine, {case}", {name: run(rows) for name, run in built.items()}, tolerance=1e-10)
        calls = {name: partial(run, rows) for name, run in built.items()}
        yield from _time(ENGINE, case, calls, repetitions, seconds)


def _time(
    kind: str, case: Case, calls: Mapping[str, Callable[[], Any]], repetitions: int, seconds: float
) -> Iterator[dict[str, Any]]:
    for name, timing in time_in_turns(calls, repetitions=repetitions, seconds=seconds).items():
        yield {
            "benchmark": kind,
            "contestant": name,
            "num_qubits": case.num_qubits,
            "r": case.r,
            "D": case.D,
            "batch": case.batch,
            **timing.columns(),
        }
