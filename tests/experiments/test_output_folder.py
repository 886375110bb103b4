"""What overrides make of a committed table goes to outputs/, and what makes the same table again to results/."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import compare
import noise
import pytest
import table
from omegaconf import DictConfig
from output_folder import choose_output_folder

from qnlnet.config import compose_config
from qnlnet.files import choose_folder

Describe = Callable[[str, DictConfig, list[str]], Any]
Run = Callable[..., Any]
TABLE, COMPARE = table.describe_table, compare.describe_comparisons
NOISE = noise.describe_noise


@pytest.mark.slow
@pytest.mark.parametrize(
    ("describe", "name", "words", "folder"),
    [
        (TABLE, "table1", "", "results/table1"),
        (TABLE, "table1", "workers=1 force=true data.root=x", "results/table1"),
        (TABLE, "table1", "data.verify=false", "outputs/table1"),  # other images, for all that is known
        (TABLE, "table1", "data.verify=false output_dir=results/table1", "results/table1"),
        (COMPARE, "choices", "data.verify=false", "outputs/choices"),
        (NOISE, "noise", "data.verify=false", "outputs/noise"),
        (TABLE, "table1", "logger=tensorboard", "results/table1"),
        (TABLE, "table1", "r=1 D=1", "results/table1"),  # what the file says already
        (TABLE, "table1", "seeds=1", "outputs/table1"),
        (TABLE, "table1", "train.epochs=3", "outputs/table1"),
        (TABLE, "table1", "data=mnist reducer=pca", "outputs/table1"),
        (TABLE, "table1", "name=mine", "outputs/table1"),
        (TABLE, "table1", "seeds=1 output_dir=results/table1", "results/table1"),
        (TABLE, "table1", "seeds=1 output_dir=elsewhere", "elsewhere"),
        (TABLE, "table2", "seeds=1", "outputs/table2"),
        (TABLE, "quickstart", "seeds=1", "outputs/quickstart"),
        (COMPARE, "choices", "workers=1", "results/choices"),
        (COMPARE, "choices", "data=mnist", "outputs/choices"),
        (NOISE, "noise", "workers=1", "results/noise"),
        (NOISE, "noise", "shots=[16]", "outputs/noise"),
        (NOISE, "noise", "seeds=1", "outputs/noise"),
    ],
)
def test_the_folder_follows_from_what_is_asked_for(
    describe: Describe, name: str, words: str, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    overrides = words.split()
    config = compose_config(name, overrides)
    assert choose_output_folder(config, overrides, name, partial(describe, name)) == Path(folder)
    usual = compose_config(name, []).output_dir
    moved = "output_dir" not in words and folder != usual
    sentence = f"This is not what {usual} holds, so it goes to {folder}; name a folder to write elsewhere.\n"
    assert capsys.readouterr().err == (sentence if moved else "")


@pytest.mark.slow
def test_a_changed_table_leaves_the_committed_one(run_here: Run, tmp_path: Path) -> None:
    committed = tmp_path / "results" / "table1" / "seeds.csv"
    committed.parent.mkdir(parents=True)
    committed.write_text("committed")
    outcome = run_here("table.py", "train.epochs=1", "seeds=1", "axes=[['reducer=pca'],['data=digits'],['ansatz=0']]")
    assert outcome.status == 0, outcome.err
    assert "so it goes to outputs/table1" in outcome.err
    assert committed.read_text() == "committed"
    assert (tmp_path / "outputs" / "table1" / "table1.md").exists()


def test_folders_of_programs() -> None:
    results, mine = Path("results/figure6"), Path("mine")
    assert choose_folder(None, results, is_usual=True) == results
    assert choose_folder(None, results, is_usual=False) == Path("outputs/figure6")
    assert choose_folder(mine, results, is_usual=False) == mine
    assert choose_folder(None, mine, is_usual=False) == mine
    assert choose_folder(None, Path("results"), is_usual=False) == Path("outputs")
