"""The same conditions for everybody, and what machine this is."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
PEERS = ("pennylane", "pennylane_lightning", "jax", "tensorcircuit", "pyqtorch", "fastqml")  # by their modules
_PACKAGES = {"tensorcircuit": "tensorcircuit-ng"}


def prepare_process() -> str:
    """Keeps this process to one core and JAX to double precision, before any of the contestants is imported.

    Returns:
        How the threads are fixed, in words.
    """
    for variable in _THREAD_VARIABLES:
        os.environ[variable] = "1"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ.update(JAX_PLATFORMS="cpu", JAX_ENABLE_X64="1")
    if not hasattr(os, "sched_setaffinity"):
        return "one thread each (environment variables; this system does not pin processes)"
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"one thread each, the process pinned to core {core}"


@contextmanager
def all_cores() -> Iterator[int]:
    """Lets this process use all cores for a while, and yields how many there are."""
    cores = os.cpu_count() or 1
    if not hasattr(os, "sched_setaffinity"):
        yield cores
        return
    pinned = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(cores))
    try:
        yield len(os.sched_getaffinity(0))
    finally:
        os.sched_setaffinity(0, pinned)


def describe_machine() -> str:
    """Returns the processor and the number of cores in words."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        lines = information.read_text(encoding="utf-8").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    return f"{model}, {os.cpu_count()} cores, {platform.system()}"


def peer_versions() -> str:
    """Returns for example ``pennylane 0.45.1; pennylane_lightning 0.45.0; jax 0.10.2``."""
    packages = [_PACKAGES.get(name, name) for name in PEERS]
    return "; ".join(f"{name} {metadata.version(name)}" for name in packages)
