"""Tables of trained cells: seeds.csv, epochs.csv.gz, and what is made of them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.errors import ResultsError
from qnlnet.evidence.checking.candidates import check_candidates
from qnlnet.evidence.checking.derived import Write, check_figures, check_strays, check_texts
from qnlnet.evidence.checking.epoch_rows import check_epoch_rows
from qnlnet.evidence.checking.finding import Finding, count, read_table
from qnlnet.evidence.checking.gradient_rows import check_gradient_drawing, check_gradient_rows
from qnlnet.evidence.checking.kinds import figures_of, table_of
from qnlnet.evidence.checking.origins import NOTES, check_origins, describe_origins
from qnlnet.evidence.checking.seed_rows import check_seed_rows
from qnlnet.records import read_epoch_rows, read_gradient_rows, read_seed_rows
from qnlnet.records.candidates import CANDIDATES
from qnlnet.records.stored import row_id

SEEDS, EPOCHS, GRADIENTS = "seeds.csv", "epochs.csv.gz", "gradients.csv.gz"


def check_seed_table(folder: Path, finding: Finding) -> None:
    """Checks one table and notes what was found."""
    name = folder.resolve().name
    if (seeds := read_table(read_seed_rows, folder / SEEDS, finding)) is None:
        return
    finding.facts.append(f"{count(len(seeds), 'row')} of {count(seeds.config_hash.nunique(), 'cell')}")
    ids = pd.Series([row_id(row) for row in seeds[["config_hash", "seed"]].to_dict("records")], index=seeds.index)
    finding.problems += check_seed_rows(seeds)
    finding.problems += _check_epochs(folder, seeds, finding)
    drawn = _check_gradients(folder, seeds, finding)
    finding.problems += check_origins(seeds, ids, folder)
    check_candidates(folder, seeds, finding)
    write, endings = table_of(folder, name)
    written = [f"{name}{ending}" for ending in endings]
    finding.problems += check_texts(folder, lambda target: write(seeds, target, name), SEEDS)
    finding.facts.append(f"{_listed(name, written)} made again{_check_figures(folder, name, seeds, finding, written)}")
    finding.problems += check_strays(folder, [SEEDS, EPOCHS, GRADIENTS, CANDIDATES, NOTES, *drawn, *written])
    finding.facts += describe_origins(seeds)


def _check_figures(folder: Path, name: str, seeds: pd.DataFrame, finding: Finding, written: list[str]) -> str:
    """Checks all figures of a table, adds their names to `written`, and returns in words what was checked."""
    words = ""
    for ending, build in figures_of(folder, name).items():
        stem = name + ending
        fact, problems = check_figures(folder, stem, _drawing_of(build, seeds, stem), SEEDS)
        words += f", {fact}"
        finding.problems += problems
        written += [f"{stem}.png", f"{stem}.svg"]
    return words or ", no figure"


def _drawing_of(build: Callable[[pd.DataFrame], Any], seeds: pd.DataFrame, stem: str) -> Write:
    from qnlnet.figures import write_figure

    return lambda target: write_figure(build(seeds), target, stem)


def _listed(name: str, files: list[str]) -> str:
    """Returns for example ``small.csv, .md and .tex``."""
    *first, last = [file if index == 0 else file.removeprefix(name) for index, file in enumerate(files)]
    return f"{', '.join(first)} and {last}"


def _check_epochs(folder: Path, seeds: pd.DataFrame, finding: Finding) -> Iterator[str]:
    try:
        epochs = read_epoch_rows(folder / EPOCHS)
    except ResultsError as error:
        yield str(error)
        return
    finding.facts.append(count(len(epochs), "epoch"))
    yield from check_epoch_rows(seeds, epochs)


def _check_gradients(folder: Path, seeds: pd.DataFrame, finding: Finding) -> list[str]:
    """Checks the rows of gradients and what is drawn of them, where they are there; returns the names of the latter."""
    path = folder / GRADIENTS
    if not path.exists() or (rows := read_table(read_gradient_rows, path, finding)) is None:
        return []
    finding.facts.append(count(len(rows), "norm"))
    finding.problems += check_gradient_rows(seeds, rows)
    return check_gradient_drawing(folder, seeds, rows, finding)
