"""One cell on disk: seeds.csv, epochs.csv, perhaps gradients.csv, models/seed-N.pt, and checkpoints.

A replica counts as finished when seeds.csv holds its row with the same configuration hash and the same images, and
epochs.csv all its epochs.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import pandas as pd

from qnlnet.checkpoints import ReplicaCheckpoint, save_model
from qnlnet.compilation import processor
from qnlnet.config import RunConfig, run_directory
from qnlnet.data import Dataset
from qnlnet.errors import ResultsError
from qnlnet.files import check_writable, remove_leftovers
from qnlnet.models import count_parameters
from qnlnet.provenance import describe_code
from qnlnet.records import KEYS, cell_keys, read_epoch_rows, read_gradient_rows, read_seed_rows, upsert
from qnlnet.records.candidates import CANDIDATES, write_candidates
from qnlnet.records.configurations import FILE_NAME, add_configuration, remember
from qnlnet.records.schema import cell_columns
from qnlnet.runs.chance import has_converged
from qnlnet.runs.known_table import KnownTable
from qnlnet.runs.locks import Claim, locked
from qnlnet.training import TrainedReplica

_FILES = (CANDIDATES, FILE_NAME, "gradients.csv", "epochs.csv", "seeds.csv")


class Run:
    """One cell on disk.

    Args:
        config: The cell.
        dataset: Its images.
        code: Commit and versions of what runs; None asks for them.
        keeps_models: Whether trained models go to models/.

    Attributes:
        candidates: The candidates that its settings were chosen among, as candidates.csv has them; none if they were
            given.

    Raises:
        ResultsError: A file of an earlier run cannot be read, the folder holds another cell or cannot be written.
    """

    def __init__(
        self,
        config: RunConfig,
        dataset: Dataset,
        code: Mapping[str, str] | None = None,
        *,
        keeps_models: bool = True,
    ) -> None:
        self.config = config
        self.candidates = pd.DataFrame()
        self._keeps_models = keeps_models
        self.dataset = dataset
        self.hash = remember(config)
        self.directory = run_directory(config)
        self._columns = cell_columns(config)
        self._code = describe_code() if code is None else code
        self._seeds = KnownTable(self.directory / "seeds.csv", read_seed_rows)
        self._epochs = KnownTable(self.directory / "epochs.csv", read_epoch_rows)
        self._gradients = KnownTable(self.directory / "gradients.csv", read_gradient_rows)
        self._read()
        check_writable(self.directory)

    def refresh(self) -> None:
        """Sees what other processes have stored in the meantime.

        Raises:
            ResultsError: A file cannot be read, or the folder now holds another cell.
        """
        with self._locked():
            self._read()

    def _read(self) -> None:
        self._all_seeds = self._seeds.read()
        self._all_epochs = self._epochs.read()
        if others := set(self._all_seeds.config_hash) - {self.hash}:  # its models would be overwritten
            raise ResultsError(
                f"The folder {self.directory} must hold one cell, but has rows of configuration {min(others)}. "
                "Choose another output_dir, or leave it out."
            )

    def keep_candidates(self, candidates: pd.DataFrame) -> None:
        """Keeps the candidates that the cell's settings were chosen among, beside its rows.

        Raises:
            ResultsError: The folder cannot be written.
        """
        self.candidates = candidates
        if not candidates.empty:
            with self._locked():
                write_candidates([candidates], [self.hash], self.directory)

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self.directory / "locks" / "rows.lock")

    def missing_seeds(self) -> list[int]:
        """The seeds that have to be trained."""
        finished = set() if self.config.force else set(self.seed_rows().seed)
        return [seed for seed in range(self.config.seeds) if seed not in finished]

    def is_stored(self, seed: int) -> bool:
        """Whether a replica is on disk by now, from whatever process."""
        rows = self._seeds.read()
        epochs = self._epochs.read()  # later, as it is written earlier
        return seed in set(rows.seed[self._is_finished(rows, epochs)])

    def claim(self, seed: int) -> Claim:
        """Returns the right to train a replica, not yet taken."""
        return Claim(self.directory / "locks" / f"seed-{seed}.lock")

    def checkpoint(self, seed: int) -> ReplicaCheckpoint:
        """Returns where the checkpoints of a replica are; they count for this code and these images only.

        They count on other processors, too: a job that is queued again may meet another one, and would never end.
        """
        origin = {"configuration": self.hash, "images": self.dataset.fingerprint, **self._code}
        return ReplicaCheckpoint(self.directory / "checkpoints", seed, origin)

    def seed_rows(self) -> pd.DataFrame:
        """The per-seed rows of this cell with these images, for the seeds that are asked for."""
        rows = self._all_seeds
        return rows[self._is_finished(rows, self._all_epochs) & (rows.seed < self.config.seeds)]

    def _is_finished(self, rows: pd.DataFrame, epochs: pd.DataFrame) -> pd.Series:
        counts = epochs.seed[epochs.config_hash == self.hash].value_counts()
        is_whole = rows.seed.map(counts) == self.config.train.epochs  # not so where epochs.csv has lost lines
        return is_whole & (rows.config_hash == self.hash) & (rows.data_fingerprint == self.dataset.fingerprint)

    def epoch_rows(self) -> pd.DataFrame:
        """The per-epoch rows that belong to `seed_rows`."""
        rows = self._all_epochs
        return rows[(rows.config_hash == self.hash) & rows.seed.isin(self.seed_rows().seed)]

    def gradient_rows(self) -> pd.DataFrame:
        """The rows of gradients.csv that belong to `seed_rows`; none unless `train.gradient_norms`."""
        rows = self._gradients.read()
        return rows[(rows.config_hash == self.hash) & rows.seed.isin(self.seed_rows().seed)]

    def add(self, *replicas: TrainedReplica) -> list[dict[str, Any]]:
        """Stores finished replicas beside what other processes have stored: their models first, then their rows.

        Returns:
            The per-seed row of each.

        Raises:
            ResultsError: A file cannot be read or written; what was there stays.
        """
        rows = [{**self._keys(replica), **self._seed_row(replica)} for replica in replicas]
        with self._locked():
            self._remove_half_written_files()
            self._read()  # a folder that has become another cell's keeps its models
            for replica in replicas if self._keeps_models else ():
                save_model(self.directory, replica.job.config, replica.job.seed, replica.model)
            # Epochs first: a row in seeds.csv says that everything else of that seed is there.
            epochs = [row for replica in replicas for row in self._epoch_rows(replica)]
            add_configuration(self.directory, self.config)
            if gradients := [row for replica in replicas for row in self._gradient_rows(replica)]:
                self._gradients.write(upsert(self._gradients.read(), gradients))
            self._all_epochs = upsert(self._all_epochs, epochs)
            self._epochs.write(self._all_epochs)
            self._all_seeds = upsert(self._all_seeds, rows)
            self._seeds.write(self._all_seeds)
        for replica in replicas:
            self._remove_remains(replica.job.seed)
        return rows

    def clean_up(self) -> None:
        """Removes what earlier attempts have left: their error, and files of replicas that are finished."""
        (self.directory / "failure.txt").unlink(missing_ok=True)
        if any(any(self.directory.glob(f".{name}.*.tmp")) for name in _FILES):
            with self._locked():
                self._remove_half_written_files()
        for seed in self.seed_rows().seed:
            files = (f"checkpoints/seed-{seed}.*", f"checkpoints/.seed-{seed}.*", f"models/.seed-{seed}.*")
            if any(any(self.directory.glob(pattern)) for pattern in files) and (claim := self.claim(seed)).take():
                self._remove_remains(seed)  # unless another process trains it again
                claim.release()

    def _remove_half_written_files(self) -> None:
        for name in _FILES:
            remove_leftovers(self.directory / name)

    def _remove_remains(self, seed: int) -> None:
        self.checkpoint(seed).remove()
        remove_leftovers(self.directory / "models" / f"seed-{seed}.pt")

    def _keys(self, replica: TrainedReplica) -> dict[str, Any]:
        return {**cell_keys(self.config), "seed": replica.job.seed, "config_hash": self.hash}

    def _epoch_rows(self, replica: TrainedReplica) -> list[dict[str, Any]]:
        return [
            {
                **self._keys(replica),
                "epoch": epoch.number,
                "train_loss": epoch.train_loss,
                "train_accuracy": epoch.train_accuracy,
                "test_accuracy": epoch.test_accuracy,
            }
            for epoch in replica.epochs
        ]

    def _gradient_rows(self, replica: TrainedReplica) -> list[dict[str, Any]]:
        return [
            {**self._keys(replica), "epoch": epoch.number, "parameter": name, "gradient_norm": norm}
            for epoch in replica.epochs
            for name, norm in epoch.gradient_norms.items()
        ]

    def _seed_row(self, replica: TrainedReplica) -> dict[str, Any]:
        last = replica.epochs[-1]
        return {
            **{name: value for name, value in self._columns.items() if name not in KEYS},
            "train_accuracy": last.train_accuracy,
            "test_accuracy": last.test_accuracy,
            "best_epoch_test_accuracy": max(epoch.test_accuracy for epoch in replica.epochs),
            "converged": has_converged(self.config, self.dataset, last.test_accuracy),
            "aer_agreement": replica.aer_agreement,
            "train_seconds": round(replica.train_seconds, 3),
            "parameters": count_parameters(replica.model),
            "commit": self._code["commit"],
            "versions": f"{self._code['versions']}; cpu {processor()}",  # digits depend on it
            "data_fingerprint": self.dataset.fingerprint,
            "data_official": self.dataset.official,
        }
