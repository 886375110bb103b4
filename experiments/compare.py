"""Trains cells with and without some changes, and compares them seed by seed.

python experiments/compare.py --config-name choices        # what each choice of the released script does
python experiments/compare.py --config-name contribution   # what the quantum layer contributes
"""

from pathlib import Path

from command_line import run_experiment
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from qnlnet.config.comparisons import list_comparisons


def compare(config: DictConfig) -> None:
    """Trains what is missing, then writes rows, table and figure and says where they lie."""
    hydra = HydraConfig.get()
    comparisons = list_comparisons(str(hydra.job.config_name), list(hydra.overrides.task))
    directory, name = Path(config.output_dir), str(config.name)

    import pandas as pd  # these take seconds to import and are not needed for --help or for a mistake

    from qnlnet.audit import write_comparisons
    from qnlnet.files import check_writable
    from qnlnet.records import sort_rows, write_table
    from qnlnet.runs import train_cells

    check_writable(directory)
    runs = train_cells(list(dict.fromkeys(cell for pair in comparisons for cell in (pair.base, pair.changed))))
    seed_rows = sort_rows(pd.concat([run.seed_rows() for run in runs], ignore_index=True))
    epoch_rows = sort_rows(pd.concat([run.epoch_rows() for run in runs], ignore_index=True))
    write_table(seed_rows, directory / "seeds.csv")
    write_table(epoch_rows, directory / "epochs.csv.gz")
    written = write_comparisons(comparisons, seed_rows, directory, name)
    print("\n".join(map(str, written)))
    print(f"Rows: {directory / 'seeds.csv'}, {directory / 'epochs.csv.gz'}")


if __name__ == "__main__":
    run_experiment(compare, "choices")
