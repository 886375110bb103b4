"""--help: it says what can be chosen, and comes at once because nothing heavy is imported for it."""

from collections.abc import Callable
from typing import Any

import pytest

from qnlnet.config import CONFIG_DIR

HEAVY = ("torch", "qiskit", "qiskit_machine_learning", "qiskit_aer", "numba", "pandas", "sklearn", "matplotlib")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "table"),
    [("train.py", ()), ("table.py", ()), *(("table.py", ("--config-name", name)) for name in ("table2", "ablation"))],
)
def test_help_names_every_choice_and_imports_nothing_heavy(
    script: str, table: tuple[str, ...], run_there: Callable[..., Any]
) -> None:
    outcome = run_there(script, *table, "--help", python=("-X", "importtime"))
    assert outcome.status == 0
    for group in (path for path in CONFIG_DIR.iterdir() if path.is_dir() and path.name != "hydra"):
        (line,) = (line for line in outcome.out.splitlines() if line.startswith(f"{group.name}: "))
        assert set(line.partition(": ")[2].split(", ")) == {path.stem for path in group.glob("*.yaml")}
    assert " ".join(["python", f"experiments/{script}", *table]) in outcome.out
    imported = {line.rpartition("|")[2].strip() for line in outcome.err.splitlines() if line.startswith("import time:")}
    assert "hydra" in imported
    assert not imported & set(HEAVY)


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["train.py", "r=0"], ["table.py", "D=abc"]])
def test_a_mistake_is_found_before_anything_heavy_is_imported(
    arguments: list[str], run_there: Callable[..., Any]
) -> None:
    outcome = run_there(*arguments, python=("-X", "importtime"))
    assert outcome.status == 2
    imported = {line.rpartition("|")[2].strip() for line in outcome.err.splitlines() if line.startswith("import time:")}
    assert not imported & set(HEAVY)


def test_the_configuration_can_be_shown(run_here: Callable[..., Any]) -> None:
    outcome = run_here("train.py", "--cfg", "job", "data=cifar10", "r=2")
    assert outcome.status == 0
    assert "\n  r: 2\n" in outcome.out
    assert "name: cifar10" in outcome.out
