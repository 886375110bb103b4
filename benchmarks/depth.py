"""Benchmark of depth and size: what layers, rows and qubits more cost a workload, ours and JAX by hand."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from benchmarks.timing import time_in_turns
from benchmarks.vjp import build_calls
from benchmarks.workloads import W1, W2, W3, Workload
from qnlnet.evidence.benchmarks.names import VJP_JAX, VJP_OURS

LAYERS = (2, 4, 8, 12, 20)
ROWS = (49, 196, 784, 3136, 12_544)
QUBITS = range(4, 17, 2)
_LARGEST_FOR_JAX = 14  # a row's states take as much memory as all of ours there, and compiling half a minute
_ROWS_OF_QUBITS = 64


def list_series() -> list[tuple[str, int, Workload]]:
    """Returns what grows, how far, and the workload there, all in float64."""
    series = []
    for workload, short in ((W1, "W1"), (W2, "W2")):
        series += [(f"layers, {short}", layers, replace(workload, layers=layers)) for layers in LAYERS]
    series += [("rows, W1", rows, replace(W1, num_rows=rows)) for rows in ROWS]
    for layers in (1, 2):
        name = f"qubits, {layers} layer{'s' if layers > 1 else ''}"
        series += [(name, n, replace(W3, num_qubits=n, num_rows=_ROWS_OF_QUBITS, layers=layers)) for n in QUBITS]
    return series


def time_depth(*, repetitions: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Yields a row per point and contestant: what grows, how far, who, and the CPU seconds of one call."""
    for what, size, workload in list_series():
        names = (VJP_OURS, VJP_JAX) if workload.num_qubits <= _LARGEST_FOR_JAX else (VJP_OURS,)
        calls = build_calls(workload, names)
        timings = time_in_turns(calls, repetitions=repetitions, seconds=seconds, clock=time.process_time)
        for name, timing in timings.items():
            yield {"grows": what, "size": size, "contestant": name, "batch": workload.num_rows, **timing.columns()}
