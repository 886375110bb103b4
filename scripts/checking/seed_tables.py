"""Tables of trained cells: seeds.csv, epochs.csv.gz, and what is made of them."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd

from checking.derived import check_figures, check_strays, check_texts
from checking.epoch_rows import check_epoch_rows
from checking.finding import Finding, count, read_table
from checking.origins import NOTES, check_origins, describe_origins
from checking.seed_rows import check_seed_rows
from qnlnet.config import CONFIG_DIR, compose_config
from qnlnet.errors import ResultsError
from qnlnet.records import read_epoch_rows, read_seed_rows
from qnlnet.records.stored import row_id
from qnlnet.tables import write_tables

SEEDS, EPOCHS = "seeds.csv", "epochs.csv.gz"


def check_seed_table(folder: Path, finding: Finding) -> None:
    """Checks one table and notes what was found."""
    name = folder.resolve().name
    if (seeds := read_table(read_seed_rows, folder / SEEDS, finding)) is None:
        return
    finding.facts.append(f"{count(len(seeds), 'row')} of {count(seeds.config_hash.nunique(), 'cell')}")
    ids = pd.Series([row_id(row) for row in seeds[["config_hash", "seed"]].to_dict("records")], index=seeds.index)
    finding.problems += check_seed_rows(seeds)
    finding.problems += _check_epochs(folder, seeds, finding)
    finding.problems += check_origins(seeds, ids, folder)
    finding.problems += check_texts(folder, lambda target: write_tables(seeds, target, name), SEEDS)
    if has_figure(folder, name):
        from qnlnet.figures import plot_table

        fact, problems = check_figures(folder, name, partial(plot_table, seeds, name=name), SEEDS)
        finding.facts.append(f"{name}.csv, .md and .tex made again, {fact}")
        finding.problems += problems
    else:
        finding.facts.append(f"{name}.csv, .md and .tex made again, no figure")
    endings = ("csv", "md", "tex", "png", "svg")
    finding.problems += check_strays(folder, [SEEDS, EPOCHS, NOTES, *(f"{name}.{ending}" for ending in endings)])
    finding.facts += describe_origins(seeds)


def _check_epochs(folder: Path, seeds: pd.DataFrame, finding: Finding) -> Iterator[str]:
    try:
        epochs = read_epoch_rows(folder / EPOCHS)
    except ResultsError as error:
        yield str(error)
        return
    finding.facts.append(count(len(epochs), "epoch"))
    yield from check_epoch_rows(seeds, epochs)


def has_figure(folder: Path, name: str) -> bool:
    """Returns whether there must be a figure: as the table's file in configs/ says, else as there is one."""
    if (CONFIG_DIR / f"{name}.yaml").is_file():
        return bool(compose_config(name, []).get("figure", False))
    return any((folder / f"{name}.{ending}").exists() for ending in ("png", "svg"))
