"""Trains one cell and writes its per-seed and per-epoch rows.

python experiments/train.py data=cifar10 reducer=pca ansatz=2 r=2 D=3 seeds=5
"""

from command_line import run_experiment
from omegaconf import DictConfig

from qnlnet.config import build_run_config


def train(config: DictConfig) -> None:
    """Trains the cell, then prints its row and where everything lies."""
    cell = build_run_config(config)

    from qnlnet.runs import train_cells  # torch and Qiskit: not needed for --help or for a mistake
    from qnlnet.tables import format_terminal, summarise

    (run,) = train_cells([cell])
    print(format_terminal(summarise(run.seed_rows())))
    print(f"\nRows and models are in {run.directory}: seeds.csv, epochs.csv, models/.")


if __name__ == "__main__":
    run_experiment(train, "train")
