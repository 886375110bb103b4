"""Without the packages that only some sweeps need: everything else works, and whoever asks for them is told."""

import os
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from experiments.sweeps import check_one_sentence, read_table

pytestmark = pytest.mark.slow

Run = Callable[..., Any]
OPTIONS = ("hydra/sweeper=optuna", "hydra/launcher=joblib", "hydra/launcher=submitit_slurm")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages without those that sweeps may need."""
    optional = ("optuna", "submitit", "hydra_optuna", "hydra_joblib", "hydra_submitit", "hydra_plugins")
    folder = tmp_path_factory.mktemp("installed")
    for installed in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for path in Path(installed).iterdir():
            if not path.name.startswith(optional):
                (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture
def run_bare(bare: Path, run_there: Run, environment: dict[str, str]) -> Run:
    """Returns a function that runs an experiment where nothing optional is installed."""
    environment["PYTHONPATH"] = os.pathsep.join([str(bare), environment["PYTHONPATH"]])
    return lambda *arguments: run_there(*arguments, python=("-S",))


def test_without_optional_packages_cells_train_and_nothing_warns(run_bare: Run) -> None:
    outcome = run_bare("train.py", "--multirun", "data=digits", "reducer=pca", "train.epochs=1", "seeds=1", "r=1,2")
    assert outcome.status == 0, outcome.err
    assert [columns[0] for columns in read_table(outcome.out).values()] == ["trained", "trained"]
    circuits = [line for line in outcome.err.splitlines() if " cannot reach the output; " in line]
    replicas = [line for line in outcome.err.splitlines() if " replicas, about " in line]
    chance = [line for line in outcome.err.splitlines() if ", which always answering " in line]
    assert (len(circuits), len(replicas)) == (2, 2), outcome.err
    assert outcome.err.count("\n") == 4 + len(chance), outcome.err


@pytest.mark.parametrize("option", OPTIONS)
def test_a_missing_package_is_named_with_the_command_that_installs_it(option: str, run_bare: Run) -> None:
    outcome = run_bare("train.py", "--multirun", "data=digits", "reducer=pca", "r=1,2", option)
    check_one_sentence(outcome, 'pip install "qnlnet[sweeps]"')
    assert option in outcome.err
