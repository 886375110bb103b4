"""Trains all cells of a table and writes the table, its figures and its rows.

python experiments/table.py                            # Table 1 of the paper
python experiments/table.py --config-name table2       # Table 2
python experiments/table.py --config-name ablation     # the effect of r, D, ansatz and readout
python experiments/table.py --config-name quickstart   # Table 1's pipeline on scikit-learn's digits, in a minute
"""

from functools import partial
from typing import Any

from command_line import run_experiment
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from output_folder import choose_output_folder

from qnlnet.config.cells import describe_cells, list_cells


def make_table(config: DictConfig) -> None:
    """Trains what is missing, then writes the table and says where it lies."""
    hydra = HydraConfig.get()
    overrides, config_name = list(hydra.overrides.task), str(hydra.job.config_name)
    cells = list_cells(config_name, overrides)
    directory = choose_output_folder(config, overrides, config_name, partial(describe_table, config_name))
    name = str(config.name)

    # These take seconds to import, and are not needed for --help or for a mistake.
    from qnlnet.figures import figure_kind, plot_figures
    from qnlnet.files import check_writable
    from qnlnet.runs import train_cells
    from qnlnet.runs.rows import write_rows
    from qnlnet.tables import table_kind
    from qnlnet.tracking import build_trackers

    kind, figures_of_kind = table_kind(config.table), figure_kind(config.figure)
    check_writable(directory)
    runs = train_cells(cells)
    seed_rows, rows = write_rows(runs, directory)
    tables = kind.write(seed_rows, directory, name)
    figures = plot_figures(figures_of_kind, seed_rows, directory, name)
    with build_trackers(cells[0].logger) as trackers:
        trackers.on_table(name, tables)
        trackers.on_figure(name, figures)
    print(kind.format_terminal(seed_rows))
    print("\nTable:  " + ", ".join(map(str, tables)))
    if figures:
        print("Figure: " + ", ".join(map(str, figures)))
    print("Rows:   " + ", ".join(map(str, rows)))


def describe_table(config_name: str, config: DictConfig, overrides: list[str]) -> Any:
    """Returns what makes two tables of a file in configs/ the same: equal cells and seeds, and what becomes of them."""
    shown = [config.get(key) for key in ("name", "table", "figure")]
    return shown, describe_cells(list_cells(config_name, overrides))


if __name__ == "__main__":
    run_experiment(make_table, "table1")
