"""One Slurm cluster for all tests of this folder, and the same cells without it."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slurm import cluster
from slurm.sweeps import Sweep

from qnlnet.config import config_hash, load_config
from qnlnet.runs import train_cells


@pytest.fixture(scope="session", autouse=True)
def _cluster() -> Iterator[None]:
    """Starts the cluster; what this process starts finds it through the environment."""
    folder = Path(tempfile.mkdtemp(prefix="qnlnet-slurm-"))  # not pytest's folder: a socket's path must be short
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("SBATCH_", "SLURM_"))]:
            patch.delenv(name)  # of a cluster on which these tests may run
        patch.setenv("SLURM_CONF", str(cluster.start(folder)))
        try:
            yield
        finally:
            cluster.stop(folder)


@pytest.fixture(scope="module")
def start_sweep() -> Iterator[Callable[..., Sweep]]:
    """Returns a function that starts a sweep; what is left of it at the end is ended."""
    started: list[Sweep] = []

    def start(*arguments: Any, **keywords: Any) -> Sweep:
        started.append(Sweep(*arguments, **keywords))
        return started[-1]

    yield start
    for sweep in started:
        sweep.kill()
    subprocess.run(["scancel", f"--user={os.getuid()}"], check=True)


@pytest.fixture(scope="session")
def train_here(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Returns a function that trains a cell without interruption in this process, and returns its folder."""
    root = tmp_path_factory.mktemp("here")

    def train(*overrides: str) -> Path:
        folder = root / config_hash(load_config(*overrides))
        train_cells([load_config(*overrides, f"output_dir={folder}")])
        return folder

    return train
