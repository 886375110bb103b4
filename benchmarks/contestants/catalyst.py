"""Catalyst in its own environment, which `make bench-catalyst` makes: a process that measures itself.

It has no vector–Jacobian product of several expectation values, so that the cotangent goes into one observable; what it
gives is the weighted sum, not the values, and a little less than the others do. Its turns are not between those of the
others.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.timing import Timing
from benchmarks.workloads import Array, Workload
from qnlnet.errors import ResultsError

PYTHON = Path(".venv-catalyst/bin/python")
_PROGRAM = Path(__file__).with_name("catalyst_program.py")


@dataclass(frozen=True)
class Measured:
    """What the process reports.

    Attributes:
        timing: CPU seconds of calls.
        peak_mib: Peak memory of full calls, less what the process held before them.
        results: Weighted sums, shape (rows,), gradient by rows, gradient by weights.
    """

    timing: Timing
    peak_mib: float
    results: tuple[Array, Array, Array]


def is_there() -> bool:
    """Returns whether the environment has been made."""
    return PYTHON.is_file()


def measure(workload: Workload, repetitions: int) -> Measured:
    """Runs a workload of angles in float64.

    Raises:
        ResultsError: The process fails.
    """
    task = {
        "num_qubits": workload.num_qubits,
        "gates": workload.gates,
        "rows": workload.rows.tolist(),
        "weights": workload.weights.tolist(),
        "cotangent": workload.cotangent.tolist(),
        "repetitions": repetitions,
    }
    command = [str(PYTHON), "-P", "-W", "ignore", str(_PROGRAM)]  # -P: its neighbours are named like libraries
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise ResultsError(f"Catalyst cannot run {workload}: {done.stderr.strip().splitlines()[-1]}")
    report = json.loads(done.stdout.splitlines()[-1])
    values, by_rows, by_weights = (np.asarray(part) for part in report["results"])
    return Measured(Timing(tuple(report["seconds"])), report["peak_mib"], (values, by_rows, by_weights))
