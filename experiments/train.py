"""Trains one cell, or with --multirun many, and writes their per-seed and per-epoch rows.

python experiments/train.py data=cifar10 reducer=pca ansatz=2 r=2 D=3 seeds=5
python experiments/train.py --multirun data=mnist,cifar10 reducer=pca ansatz=0,1,2 r=1,2,3
"""

from typing import Any

from command_line import exit_on_mistake, is_sweep, run_experiment
from omegaconf import DictConfig
from rerun import repeat_if_asked
from show_hash import show_hash, take_option

from qnlnet.config import build_run_config
from qnlnet.errors import QNLNetError


def train(config: DictConfig) -> Any:
    """Trains the cell, then prints its row and where everything lies; in a sweep it returns the outcome."""
    cell = build_run_config(config)

    from qnlnet.runs import run, train_cells  # torch and Qiskit: not needed for --help or for a mistake
    from qnlnet.tables import format_terminal, summarise

    if is_sweep():
        return run([cell])[0]
    (done,) = train_cells([cell])
    print(format_terminal(summarise(done.seed_rows())))
    tried = "" if done.candidates.empty else "candidates.csv, "
    tried += "gradients.csv, " if cell.train.gradient_norms else ""
    print(f"\nRows and models are in {done.directory}: seeds.csv, epochs.csv, {tried}models/.")
    return None


def train_together(configs: list[DictConfig]) -> list[Any]:
    """Trains all cells of a sweep side by side; returns for each its outcome, or why it could not start."""
    built = [_build_or_error(config) for config in configs]

    from qnlnet.runs import run

    outcomes = iter(run([cell for cell in built if not isinstance(cell, QNLNetError)]))
    return [cell if isinstance(cell, QNLNetError) else next(outcomes) for cell in built]


def _build_or_error(config: DictConfig) -> Any:
    try:
        return build_run_config(config)
    except QNLNetError as error:
        return error


if __name__ == "__main__":
    task = exit_on_mistake(lambda: repeat_if_asked(train))
    if take_option():
        run_experiment(show_hash, "train")
    else:
        run_experiment(task, "train", run_together=train_together)
