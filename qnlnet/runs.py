"""Cells from configuration to rows on disk: what is finished is kept, what is missing is trained.

Each cell has a folder with seeds.csv, epochs.csv and models/seed-N.pt. A replica counts as finished when seeds.csv
holds its row with the same configuration hash and the same images.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from qnlnet import provenance
from qnlnet.checkpoints import save_model
from qnlnet.circuits import circuit_from_config
from qnlnet.config import RunConfig, config_hash, run_directory
from qnlnet.data import Dataset, load_dataset
from qnlnet.errors import ArgumentError, ResultsError
from qnlnet.files import check_writable
from qnlnet.models import Features, prepare_features
from qnlnet.records import (
    backend_text,
    cell_keys,
    read_epoch_rows,
    read_seed_rows,
    upsert,
    write_table,
)
from qnlnet.simulator import is_constant
from qnlnet.training import Job, Progress, TrainedReplica, check_budget, train_replicas


class Run:
    """One cell on disk.

    Args:
        config: The cell.
        dataset: Its images.

    Raises:
        ResultsError: A file of an earlier run can not be read, the folder holds another cell or can not be written.
    """

    def __init__(self, config: RunConfig, dataset: Dataset) -> None:
        self.config = config
        self.dataset = dataset
        self.hash = config_hash(config)
        self.directory = run_directory(config)
        # Asked for once: what is committed while a run goes on is not what runs.
        self._provenance = {"commit": provenance.commit(), "versions": provenance.versions()}
        self._all_seeds = read_seed_rows(self.directory / "seeds.csv", missing_ok=True)
        self._all_epochs = read_epoch_rows(self.directory / "epochs.csv", missing_ok=True)
        if others := set(self._all_seeds.config_hash) - {self.hash}:  # its models would be overwritten
            raise ResultsError(
                f"The folder {self.directory} must hold one cell, but has rows of configuration {min(others)}. "
                "Choose another output_dir, or leave it out."
            )
        check_writable(self.directory)

    def missing_seeds(self) -> list[int]:
        """The seeds that have to be trained."""
        seeds = range(self.config.seeds)
        return list(seeds) if self.config.force else [seed for seed in seeds if seed not in set(self.seed_rows().seed)]

    def seed_rows(self) -> pd.DataFrame:
        """The per-seed rows of this cell with these images, for the seeds that are asked for."""
        rows = self._all_seeds
        same = (rows.config_hash == self.hash) & (rows.data_fingerprint == self.dataset.fingerprint)
        return rows[same & (rows.seed < self.config.seeds)]

    def epoch_rows(self) -> pd.DataFrame:
        """The per-epoch rows that belong to `seed_rows`."""
        rows = self._all_epochs
        return rows[(rows.config_hash == self.hash) & rows.seed.isin(self.seed_rows().seed)]

    def add(self, replica: TrainedReplica) -> None:
        """Stores a finished replica: its model first, then its rows."""
        seed = replica.job.seed
        save_model(self.directory, replica.job.config, seed, replica.model)
        common = {**cell_keys(self.config), "seed": seed, "config_hash": self.hash}
        epochs = [
            {
                **common,
                "epoch": epoch.number,
                "train_loss": epoch.train_loss,
                "train_accuracy": epoch.train_accuracy,
                "test_accuracy": epoch.test_accuracy,
            }
            for epoch in replica.epochs
        ]
        self._all_epochs = upsert(self._all_epochs, epochs)
        self._all_seeds = upsert(self._all_seeds, [{**common, **self._seed_row(replica)}])
        self._write()

    def _seed_row(self, replica: TrainedReplica) -> dict[str, Any]:
        last = replica.epochs[-1]
        return {
            "dropout": self.config.train.dropout,
            "num_qubits": self.config.num_qubits,
            "backend": backend_text(self.config.backend),
            "train_accuracy": last.train_accuracy,
            "test_accuracy": last.test_accuracy,
            "best_epoch_test_accuracy": max(epoch.test_accuracy for epoch in replica.epochs),
            "converged": last.test_accuracy > self.config.data.converged_above,
            "aer_agreement": replica.aer_agreement,
            "train_seconds": round(replica.train_seconds, 3),
            **self._provenance,
            "data_fingerprint": self.dataset.fingerprint,
            "data_official": self.dataset.official,
        }

    def _write(self) -> None:
        # Epochs first: a row in seeds.csv says that everything else of that seed is there.
        write_table(self._all_epochs, self.directory / "epochs.csv")
        write_table(self._all_seeds, self.directory / "seeds.csv")


def train_cells(cells: Sequence[RunConfig]) -> list[Run]:
    """Trains what is missing of all cells side by side, with progress on the terminal.

    Args:
        cells: The cells; each gets the folder `run_directory(cell)`. Replicas start in this order.

    Returns:
        The runs, in the order of `cells`, with all their rows.

    Raises:
        ArgumentError: A circuit is constant and its cell does not allow that.
        DataError: Images are missing or damaged.
        RequestRefusedError: Training on a device would cost more than its budget.
        ServiceError: IBM Quantum can not be asked.
        ResultsError: A folder can not be written.
        KeyboardInterrupt: After Ctrl-C; finished replicas are on disk.
    """
    for cell in cells:
        check_not_constant(cell)
    datasets = {cell.data: load_dataset(cell.data) for cell in cells}
    runs = [Run(cell, datasets[cell.data]) for cell in cells]
    features = _FeatureCache()
    jobs = [Job(run.config, seed, features.get(run)) for run in runs for seed in run.missing_seeds()]
    for run in runs:
        if missing := run.missing_seeds():  # finished cells need no features
            check_budget(run.config, features.get(run), len(missing))
    by_hash = {run.hash: run for run in runs}
    with Progress(jobs) as progress:

        def on_trained(replica: TrainedReplica) -> None:
            by_hash[config_hash(replica.job.config)].add(replica)
            progress.on_trained(replica)

        workers = cells[0].workers if cells else None
        train_replicas(jobs, workers=workers, on_epoch=progress.on_epoch, on_trained=on_trained)
    return runs


def check_not_constant(config: RunConfig) -> None:
    """Raises an `ArgumentError` for a circuit whose output no parameter can change, unless the cell allows it."""
    qnl = circuit_from_config(config)
    if config.allow_constant or not is_constant(qnl.circuit, qnl.observable, qnl.input_params + qnl.weight_params):
        return
    raise ArgumentError(
        f"Argument `readout_qubit` must be another qubit, but is {config.readout_qubit}: with ansatz="
        f"{config.ansatz.name}, r={config.feature_map_reps} and D={config.ansatz_reps} the expectation value of Z on "
        "that qubit is zero whatever the inputs and weights are, so there is nothing to learn. Use readout_qubit="
        f"{config.num_qubits - 1} as the released code does, r=2 or D=2, or allow_constant=true to train it anyway."
    )


class _FeatureCache:
    """Prepares the features of each kind once."""

    def __init__(self) -> None:
        self._features: dict[Any, Features] = {}

    def get(self, run: Run) -> Features:
        config = run.config
        key = (config.data, config.reducer.name, config.num_qubits, config.train.pca_scaling)
        if key not in self._features:
            self._features[key] = prepare_features(run.dataset, config)
        return self._features[key]
