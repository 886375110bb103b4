"""experiments/baselines.py: the files that come out, and mistakes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from baselines import list_datasets
from experiments.test_mistakes import check_mistake

from qnlnet.audit.classical_rows import read_baseline_rows
from qnlnet.config import compose_config

pytestmark = pytest.mark.slow

Run = Callable[..., Any]
DIGITS = ("data=digits", "models=[logistic,k_nearest]", "output_dir=there")

MISTAKES = {
    "models=[forest]": "Argument `models` must be one of logistic, .*, but is 'forest'.",
    "models=[]": "Argument `models` must name at least one model, each once, but is [].",
    "reducer=cnn": "Argument `reducer` must be pca: classical models get its components, but is 'cnn'.",
    "folds=1": "Argument `folds` must be at least 2, but is 1.",
    "folds=1000": "Argument `folds` must be at most .*, the images of the smallest class, but is 1000.",
    "num_qubits=10000": "Argument `num_qubits` must be at most 20",
    "output_dir=/dev/null/below": "/dev/null/below.* cannot be written: Not a directory.",
}


def test_the_features_are_those_of_both_datasets_scaled_by_the_training_split() -> None:
    cells = list_datasets(compose_config("baselines", []), [], "baselines")
    assert [(cell.data.name, cell.num_qubits, cell.train.pca_scaling) for cell in cells] == [
        ("mnist", 4, "train_split"),
        ("cifar10", 4, "train_split"),
    ]


@pytest.mark.parametrize("overrides", list(MISTAKES))
def test_a_mistake_gives_one_sentence(overrides: str, run_here: Run) -> None:
    own = overrides.partition("=")[0]
    usual = [word for word in DIGITS if word.partition("=")[0] != own]
    check_mistake(run_here("baselines.py", *usual, overrides), MISTAKES[overrides])


def test_several_classes_are_fitted_and_a_second_time_nothing_is(run_here: Run, tmp_path: Path) -> None:
    outcome = run_here("baselines.py", *DIGITS, "data.classes=[0,1,2,3]")
    assert outcome.status == 0, outcome.err
    assert outcome.err.endswith("Baselines: 1 of 2 models\nBaselines: 2 of 2 models\n")
    folder = tmp_path / "there"
    assert sorted(path.name for path in folder.iterdir()) == ["baselines.csv", "baselines.md"]
    rows = read_baseline_rows(folder / "baselines.csv")
    assert rows.model.tolist() == ["logistic", "k_nearest"]
    assert set(rows.classes) == {"0/1/2/3"}
    before = {path: path.read_bytes() for path in folder.iterdir()}
    again = run_here("baselines.py", *DIGITS, "data.classes=[0,1,2,3]")
    assert (again.status, again.out) == (0, outcome.out)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
