"""Trains all cells of a table and writes the table, its figure and its rows.

python experiments/table.py                            # Table 1 of the paper
python experiments/table.py --config-name quickstart   # the same pipeline on scikit-learn's digits, in a minute
"""

import itertools
from pathlib import Path

from command_line import run_experiment
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from qnlnet.config import RunConfig, build_run_config, compose_config

_TABLE_KEYS = {"name", "axes", "output_dir", "figure"}  # what belongs to the table and not to its cells


def make_table(config: DictConfig) -> None:
    """Trains what is missing, then writes the table and says where it lies."""
    hydra = HydraConfig.get()
    cells = list_cells(config, list(hydra.overrides.task), str(hydra.job.config_name))
    directory, name = Path(config.output_dir), str(config.name)

    import pandas as pd  # these take seconds to import and are not needed for --help or for a mistake

    from qnlnet.figures import plot_table
    from qnlnet.files import check_writable
    from qnlnet.records import sort_rows, write_table
    from qnlnet.runs import train_cells
    from qnlnet.tables import format_terminal, summarise, write_tables
    from qnlnet.tracking import build_trackers

    check_writable(directory)
    runs = train_cells(cells)
    seed_rows = sort_rows(pd.concat([run.seed_rows() for run in runs], ignore_index=True))
    epoch_rows = sort_rows(pd.concat([run.epoch_rows() for run in runs], ignore_index=True))
    write_table(seed_rows, directory / "seeds.csv")
    write_table(epoch_rows, directory / "epochs.csv.gz")
    tables = write_tables(seed_rows, directory, name)
    figures = plot_table(seed_rows, directory, name) if config.figure else []
    with build_trackers(cells[0].logger) as trackers:
        trackers.on_table(name, tables)
        trackers.on_figure(name, figures)
    print(format_terminal(summarise(seed_rows)))
    print("\nTable:  " + ", ".join(map(str, tables)))
    if figures:
        print("Figure: " + ", ".join(map(str, figures)))
    print(f"Rows:   {directory / 'seeds.csv'}, {directory / 'epochs.csv.gz'}")


def list_cells(config: DictConfig, overrides: list[str], config_name: str) -> list[RunConfig]:
    """Returns every combination of the table's axes, with the overrides of the command line applied to each.

    Where an override and an axis set the same key the axis gives way: ``data=mnist`` leaves the MNIST rows.

    Args:
        config: The composed table.
        overrides: The overrides of the command line.
        config_name: The table's file in configs/; what it sets, such as `seeds`, reaches every cell.
    """
    own = [override for override in overrides if _key(override) not in _TABLE_KEYS]
    overridden = {_key(override) for override in own}
    keys = [key for key in config if key not in _TABLE_KEYS]
    cells = []
    for choices in itertools.product(*config.axes):
        words = [word for word in " ".join(choices).split() if _key(word) not in overridden]
        composed = compose_config(config_name, [*words, *own])
        cells.append(build_run_config(OmegaConf.masked_copy(composed, keys)))
    return list(dict.fromkeys(cells))  # an override makes choices equal that the table tells apart


def _key(override: str) -> str:
    return override.split("=")[0].lstrip("+")


if __name__ == "__main__":
    run_experiment(make_table, "table1")
