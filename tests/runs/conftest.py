"""Cells that train in a moment, and everything that a cell has on disk."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch

from qnlnet.config import RunConfig, load_config
from qnlnet.records import read_epoch_rows, read_seed_rows
from qnlnet.runs import run

MakeCell = Callable[..., RunConfig]


@pytest.fixture
def make_cell(tmp_path: Path) -> MakeCell:
    """Returns a function that makes a cell on the digits that trains in a moment, with a folder of its own."""
    return partial(build_cell, tmp_path)


def build_cell(parent: Path, *overrides: str, folder: str = "cell") -> RunConfig:
    own = {override.partition("=")[0] for override in overrides}
    usual = ("data=digits", "reducer=pca", "train.epochs=2", "seeds=3", f"output_dir={parent / folder}")
    return load_config(*(word for word in usual if word.partition("=")[0] not in own), *overrides)


@pytest.fixture(scope="module")
def good_numbers(
    tmp_path_factory: pytest.TempPathFactory, numbers_in: Callable[[Path], tuple[object, ...]]
) -> list[tuple[object, ...]]:
    """The numbers of `good_cells` where they train beside no other."""
    cells = build_good_cells(partial(build_cell, tmp_path_factory.mktemp("undisturbed")))
    return [numbers_in(outcome.directory) for outcome in run(cells)]


@pytest.fixture
def good_cells(make_cell: MakeCell) -> list[RunConfig]:
    """Two cells that nothing is wrong with."""
    return build_good_cells(make_cell)


def build_good_cells(make: MakeCell) -> list[RunConfig]:
    cnn = make("reducer=cnn", "seeds=1", "train.epochs=1", folder="good/cnn")
    return [make("seeds=2", folder="good/pca"), cnn]


@pytest.fixture(scope="session")
def numbers_in() -> Callable[[Path], tuple[object, ...]]:
    """Returns a function that gives all numbers in the folder of a cell but times: rows, epochs and weights."""

    def read(directory: Path) -> tuple[object, ...]:
        seeds = read_seed_rows(directory / "seeds.csv").drop(columns="train_seconds")
        epochs = read_epoch_rows(directory / "epochs.csv")
        weights = {}
        for path in sorted((directory / "models").iterdir()):
            state = torch.load(path, weights_only=True)["state_dict"]
            weights[path.name] = {name: tensor.numpy().tobytes() for name, tensor in state.items()}
        return seeds.to_csv(), epochs.to_csv(), weights

    return read
