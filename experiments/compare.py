"""Trains cells with and without some changes, and compares them seed by seed.

python experiments/compare.py --config-name choices        # what each choice of the released script does
python experiments/compare.py --config-name contribution   # what the quantum layer contributes
"""

from functools import partial
from typing import Any

from command_line import run_experiment
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from output_folder import choose_output_folder

from qnlnet.config.cells import describe_cells
from qnlnet.config.comparisons import list_comparisons


def compare(config: DictConfig) -> None:
    """Trains what is missing, then writes rows, table and figure and says where they lie."""
    hydra = HydraConfig.get()
    overrides, config_name = list(hydra.overrides.task), str(hydra.job.config_name)
    comparisons = list_comparisons(config_name, overrides)
    directory = choose_output_folder(config, overrides, config_name, partial(describe_comparisons, config_name))
    name = str(config.name)

    # These take seconds to import, and are not needed for --help or for a mistake.
    from qnlnet.audit.write import build_forest, write_comparison_tables
    from qnlnet.figures import write_figure
    from qnlnet.files import check_writable
    from qnlnet.runs import train_cells
    from qnlnet.runs.rows import write_rows
    from qnlnet.tracking import build_trackers

    check_writable(directory)
    runs = train_cells(list(dict.fromkeys(cell for pair in comparisons for cell in (pair.base, pair.changed))))
    seed_rows, rows = write_rows(runs, directory)
    tables = write_comparison_tables(comparisons, seed_rows, directory, name)
    figures = write_figure(build_forest(comparisons, seed_rows), directory, name)
    with build_trackers(comparisons[0].base.logger) as trackers:
        trackers.on_table(name, tables)
        trackers.on_figure(name, figures)
    print("Table:  " + ", ".join(map(str, tables)))
    print("Figure: " + ", ".join(map(str, figures)))
    print("Rows:   " + ", ".join(map(str, rows)))


def describe_comparisons(config_name: str, config: DictConfig, overrides: list[str]) -> Any:
    """Returns what makes two comparisons of a file in configs/ the same: equal changes, cells and seeds."""
    pairs = list_comparisons(config_name, overrides)
    return config.get("name"), [(pair.change, describe_cells((pair.base, pair.changed))) for pair in pairs]


if __name__ == "__main__":
    run_experiment(compare, "choices")
