"""Benchmark of the workloads: values and gradients of many rows, ours against everybody's, in time and memory."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.agreement import check_agreement
from benchmarks.contestants import CONTESTANTS, catalyst, contestants_for
from benchmarks.timing import time_in_turns
from benchmarks.workloads import W1, W2, W3, Call, Workload, in_every_precision
from qnlnet.errors import ResultsError
from qnlnet.evidence.benchmarks.names import (
    VJP_CATALYST,
    VJP_FASTQML,
    VJP_JAX,
    VJP_JAX_FACTORS,
    VJP_LAYER,
    VJP_OURS,
    VJP_PREVIOUS,
    VJP_TENSORCIRCUIT,
)

# The strongest of each kind, and no more: the whole of --quick must end within a minute.
QUICK = {
    W1: (VJP_OURS, VJP_LAYER, VJP_JAX, VJP_FASTQML, VJP_PREVIOUS),
    W2: (VJP_OURS, VJP_JAX, VJP_TENSORCIRCUIT),
    W3: (VJP_OURS, VJP_JAX, VJP_JAX_FACTORS, VJP_TENSORCIRCUIT),
}

_EXACT = 1e-10
_PROJECT = Path(__file__).parents[1]


def tolerance(workload: Workload) -> float:
    """Returns how far results may be apart, in units of `Workload.scales`.

    In float32 each gate rounds every amplitude, and a sum over rows rounds what has been summed so far, which is as
    large as the root of the number of rows; four roundings of 2⁻²⁴ each: 2e-5 to 4e-5 for the three workloads. What is
    seen is 1e-6.
    """
    if workload.dtype == "float64":
        return _EXACT
    return 4 * 2.0**-24 * (len(workload.gates) + workload.num_qubits + workload.num_rows**0.5)


def time_workloads(
    entered: Mapping[Workload, Iterable[str]] | None = None,
    *,
    repetitions: int,
    seconds: float,
    memory: bool = True,
    with_catalyst: bool = True,
) -> Iterator[dict[str, Any]]:
    """Yields a row per workload, precision and contestant, in CPU seconds of a call.

    Args:
        entered: What is computed and who takes part; None takes each workload in float32 and float64, and everybody.
        repetitions: Turns of each contestant.
        seconds: Length of a turn.
        memory: Whether the peak memory of each is measured, in processes of their own.
        with_catalyst: Whether Catalyst takes part where it can, if its environment is there.
    """
    everything = dict.fromkeys(in_every_precision(), tuple(CONTESTANTS))
    for workload, names in (everything if entered is None else entered).items():
        calls = build_calls(workload, names)
        clock = time.process_time
        timings = time_in_turns(calls, repetitions=repetitions, seconds=seconds, clock=clock)
        for name, timing in timings.items():
            peak = measure_peak(workload, name) if memory else float("nan")
            yield {**_case(workload, name), **timing.columns(), "peak_mib": peak}
        if with_catalyst and workload == replace(W3, dtype="float64") and catalyst.is_there():
            yield _time_catalyst(workload, calls[VJP_OURS], repetitions)


def build_calls(workload: Workload, names: Iterable[str] = tuple(CONTESTANTS)) -> dict[str, Call]:
    """Builds everybody's call, and compares what they give.

    Raises:
        ResultsError: They disagree.
    """
    entered = {name: each for name, each in contestants_for(workload).items() if name in names}
    calls = {name: contestant.build(workload) for name, contestant in entered.items()}
    results = {name: _in_units(workload, call) for name, call in calls.items()}
    check_agreement(str(workload), results, tolerance(workload))
    return calls


def _in_units(workload: Workload, call: Callable[[], Any]) -> list[Any]:
    parts = zip(call(), workload.scales(), strict=True)
    return [np.asarray(part, np.float64) / scale for part, scale in parts]


def _case(workload: Workload, name: str) -> dict[str, Any]:
    return {
        "workload": workload.name,
        "dtype": workload.dtype,
        "contestant": name,
        "num_qubits": workload.num_qubits,
        "layers": workload.layers,
        "batch": workload.num_rows,
    }


def _time_catalyst(workload: Workload, ours: Call, repetitions: int) -> dict[str, Any]:
    values, *gradients = ours()
    measured = catalyst.measure(workload, repetitions)
    expected = [(values * workload.cotangent).sum(axis=1), *gradients]
    results = {VJP_OURS: expected, VJP_CATALYST: measured.results}
    check_agreement(str(workload), results, _EXACT * max(workload.scales()))
    return {**_case(workload, VJP_CATALYST), **measured.timing.columns(), "peak_mib": measured.peak_mib}


def measure_peak(workload: Workload, name: str) -> float:
    """Returns the peak memory in MiB of a contestant's full calls, less what its process held after a small one.

    Raises:
        ResultsError: The process fails.
    """
    task = json.dumps({**vars_of(workload), "contestant": name})
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.memory", task]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=_PROJECT)
    if done.returncode:
        raise ResultsError(f"The memory of {name} on {workload} cannot be measured: {done.stderr.strip()[-300:]}")
    return float(done.stdout.split()[-1])


def vars_of(workload: Workload) -> dict[str, Any]:
    """Returns the fields of a workload."""
    names = ("name", "num_qubits", "num_rows", "layers", "takes_amplitudes", "dtype")
    return {name: getattr(workload, name) for name in names}
