"""Where the cells of a sweep run makes no difference to what comes of them, nor to what is said at the end."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from experiments.sweeps import check_one_sentence, read_hints, read_outputs, read_table, same_rows

pytestmark = pytest.mark.slow

Run = Callable[..., Any]
CELLS = ("data=digits", "reducer=pca", "train.epochs=2", "seeds=2", "ansatz=0,2", "readout_qubit=3,0")
LAUNCHERS = {
    "together": (),
    "together, one by one": ("hydra.sweeper.max_batch_size=1",),
    "basic": ("hydra/launcher=basic",),
    "joblib, two by two": ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.sweeper.max_batch_size=2"),
}


@pytest.fixture
def run_sweep(run_here: Run, run_there: Run) -> Run:
    """Returns a function that runs a sweep here, or with joblib in another process."""

    def run(script: str, *arguments: str) -> Any:
        # Where warnings are errors, as here, a thread of joblib's can die of one, and its results never arrive.
        return (run_there if "hydra/launcher=joblib" in arguments else run_here)(script, "--multirun", *arguments)

    return run


def without_time(text: str) -> tuple[Any, ...]:
    """Returns the table without times, the reasons and the hints."""
    table = {label: columns[:-1] for label, columns in read_table(text).items()}
    return table, text.split("\n\n")[1:-1], read_hints(text)


@pytest.fixture(scope="module")
def kept() -> list[tuple[Any, Any]]:
    """Holds what `default` has found out."""
    return []


@pytest.fixture
def default(kept: list[tuple[Any, Any]], run_here: Run, tmp_path: Path) -> tuple[Any, Any]:
    """What the default launcher says, and the rows it leaves, found out once; the folder is empty again."""
    if not kept:
        outcome = run_here("train.py", "--multirun", *CELLS)
        kept.append((outcome, read_outputs(tmp_path)))
        shutil.rmtree(tmp_path / "outputs")
    return kept[0]


@pytest.mark.parametrize("launcher", list(LAUNCHERS))
def test_every_launcher_gives_the_rows_and_the_summary_of_the_default_one(
    launcher: str, run_here: Run, run_sweep: Run, default: tuple[Any, Any], tmp_path: Path
) -> None:
    expected, rows = default
    assert len(rows) == 2
    outcome = run_sweep("train.py", *CELLS, *LAUNCHERS[launcher])
    assert outcome.status == expected.status == 1
    assert without_time(outcome.out) == without_time(expected.out)
    assert "2 of 4 cells failed. What the sentences above name must be changed first" in outcome.out
    assert read_hints(outcome.out) == []
    assert same_rows(read_outputs(tmp_path), rows)
    assert "Traceback" not in outcome.out + outcome.err
    again = run_here("train.py", "--multirun", *CELLS)
    assert [columns[0] for columns in read_table(again.out).values()].count("kept") == 2


@pytest.mark.parametrize("launcher", list(LAUNCHERS))
def test_every_launcher_finds_mistakes_before_anything_trains(launcher: str, run_here: Run, tmp_path: Path) -> None:
    words = [word for word in LAUNCHERS[launcher] if "max_batch_size" not in word]
    check_one_sentence(
        run_here("train.py", "--multirun", *CELLS, "ansatz=0,7", *words),
        "Argument `ansatz` must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry",
    )
    check_one_sentence(run_here("train.py", "--multirun", *CELLS, "sedes=1,2", *words), "There is no configuration key")
    assert read_outputs(tmp_path) == {}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a trained cell."""
    from qnlnet.config import load_config
    from qnlnet.runs import train_cells

    folder = tmp_path_factory.mktemp("trained")
    words = ("data=digits", "reducer=pca", "train.epochs=1", "seeds=2", f"output_dir={folder}")
    return train_cells([load_config(*words)])[0].directory


EVALUATE = {
    "its own": (),
    "cells, together": ("hydra/sweeper=cells", "hydra/launcher=together"),
    "cells, basic": ("hydra/sweeper=cells", "hydra/launcher=basic"),
    "together": ("hydra/launcher=together",),
}
JOBLIB = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")


@pytest.mark.parametrize("how", list(EVALUATE))
def test_trained_models_are_evaluated_on_several_backends(how: str, trained: Path, run_sweep: Run) -> None:
    words = (f"run={trained}", "backend=exact,aer", "images=20,30")
    outcome = run_sweep("evaluate.py", *words, *EVALUATE[how])
    assert outcome.status == 0, outcome.err
    said = [line.partition(" on ")[2] for line in outcome.out.splitlines()]
    assert sorted(line.partition(":")[0] + line.partition(") on")[2].partition(";")[0] for line in said) == [
        *("aer 20 images", "aer 30 images", "exact 20 images", "exact 30 images"),
    ]


@pytest.mark.parametrize("launcher", [EVALUATE["its own"], EVALUATE["together"], JOBLIB], ids=" ".join)
def test_an_evaluation_that_fails_ends_the_sweep_with_a_sentence(
    launcher: tuple[str, ...], trained: Path, run_sweep: Run
) -> None:
    outcome = run_sweep("evaluate.py", f"run={trained}", "backend=aer", "images=20,0", *launcher)
    assert outcome.status == 2
    assert outcome.out.count(" on 20 images; exact simulator ") == 1
    assert outcome.err.splitlines()[-1] == "error: Argument `images` must be at least 1, but is 0."
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("how", ["cells, together", "cells, basic"])
def test_an_evaluation_that_fails_leaves_the_others_alone_where_that_is_asked_for(
    how: str, trained: Path, run_sweep: Run
) -> None:
    outcome = run_sweep("evaluate.py", f"run={trained}", "backend=exact", "images=0,20", *EVALUATE[how])
    assert outcome.status == 1
    assert outcome.out.count(" on 20 images; exact simulator ") == 1
    assert "images=0: Argument `images` must be at least 1, but is 0.\n" in outcome.out
    assert "1 of 2 cells failed." in outcome.out
    assert "Traceback" not in outcome.err + outcome.out


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Optuna's
def test_evaluations_have_no_accuracy_to_search_for(trained: Path, run_here: Run) -> None:
    check_one_sentence(
        run_here("evaluate.py", "--multirun", f"run={trained}", "backend=exact", "hydra/sweeper=optuna"),
        "There is no configuration key `train.learning_rate`.",
    )
