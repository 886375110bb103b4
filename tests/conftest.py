"""What the tests of several packages share."""

import os

# Here, as libraries read these when they are imported; the processes that tests start inherit them.
os.environ.setdefault("OMP_NUM_THREADS", "1")  # several test processes fill the cores, and more threads only wait
os.environ["USAGE_DATA_OPT_OUT"] = "True"  # no usage to report; IBM's client would also read its stack at each request

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import first_uses
import pytest
import yaml
from hypothesis import settings
from parsing import parse_equal_files_once

from qnlnet.circuits import Circuit, build_qnl_circuit
from qnlnet.compilation import is_cached
from qnlnet.config import CONFIG_DIR, AnsatzConfig
from robustness.processes import Starter

pytest.register_assert_rewrite("refusals")  # so that a sentence that is another is shown beside the expected one

# The same examples in every run, and no time limit: the first call of a compiled kernel takes seconds.
settings.register_profile("qnlnet", derandomize=True, deadline=None)
settings.load_profile("qnlnet")

# Garbage is searched for seldom: among a million objects, those of the libraries, that took an eighth of the time.
gc.set_threshold(50_000, 20, 20)

parse_equal_files_once()

_COMPILING: list[subprocess.Popen[bytes]] = []

BuildCircuit = Callable[..., Circuit]


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    """Starts real processes quickly: they are forked from one that has imported everything."""
    with Starter() as starter:
        yield starter


@pytest.fixture(scope="session")
def real_data_root() -> Path:
    """Returns the folder with the real MNIST and Fashion-MNIST, and a CIFAR-10 (official or not)."""
    root = os.environ.get("QNLNET_DATA")
    if not root:
        pytest.skip("needs the real files of the datasets in $QNLNET_DATA, which is not set")  # no download in tests
    return Path(root)


@pytest.fixture(scope="session")
def build_circuit() -> BuildCircuit:
    """Returns a function that builds a circuit from the letters of the command line, with one of the three ansätze."""

    def build(
        ansatz: str = "0",
        r: int = 1,
        D: int = 1,
        readout: int | list[int] | None = 3,
        num_qubits: int = 4,
        *,
        reupload: bool = False,
    ) -> Circuit:
        config = AnsatzConfig(**yaml.safe_load((CONFIG_DIR / "ansatz" / f"{ansatz}.yaml").read_text(encoding="utf-8")))
        return build_qnl_circuit(
            config,
            feature_map_reps=r,
            ansatz_reps=D,
            num_qubits=num_qubits,
            readout_qubit=readout,
            reupload=reupload,
        )

    return build


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compiles what most tests use once, before several processes would begin to do so at the same time."""
    leads = not hasattr(session.config, "workerinput") and getattr(session.config.option, "numprocesses", None)
    if leads and not is_cached("run_alone"):
        commands = [[sys.executable, first_uses.__file__, part] for part in first_uses.PARTS]
        _COMPILING.extend(subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands)


@pytest.hookimpl(trylast=True)  # what is deselected has gone
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives each process its share of the files with many slow tests, and these first, so that all end together."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    slowest = sorted(files.values(), key=lambda tests: -sum("slow" in test.keywords for test in tests))
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if count > 1:
        items[:] = [test for first in range(count) for tests in slowest[first::count] for test in tests]


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_node_collection_finished(node: object, ids: list[str]) -> None:
    """Lets tests begin when that is done."""
    for process in _COMPILING:
        process.wait()
