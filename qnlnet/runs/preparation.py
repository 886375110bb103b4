"""Finds out what is missing of cells, before anything trains: a mistake is found at once."""

import traceback
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from qnlnet.config import RunConfig, config_hash, run_directory
from qnlnet.errors import ArgumentError, QNLNetError, argument_error, check_type
from qnlnet.files import write_file
from qnlnet.provenance import describe_code
from qnlnet.runs.choice import Choice
from qnlnet.runs.constant import check_not_constant
from qnlnet.runs.dead_parameters import DeadParameters
from qnlnet.runs.inputs import Inputs
from qnlnet.runs.keeper import ReplicaKeeper
from qnlnet.runs.outcome import Outcome
from qnlnet.runs.run_folder import Run
from qnlnet.training import Job, check_augmentation, check_budget


class Cell:
    """A cell on its way through a sweep.

    Attributes:
        choice: Its settings, and how they were found.
        words: What a candidate of a search is called.
        run: What is on disk; None until it is prepared.
        missing: The seeds that had to be trained.
        error: The first error.

    Raises:
        ArgumentError: The settings are no configuration.
    """

    def __init__(self, choice: Choice, words: str = "") -> None:
        advice = 'Take cells from load_config, such as load_config("data=digits").'
        check_type("cells", choice.config, RunConfig, advice)
        self.choice = choice
        self.words = words
        self.run: Run | None = None
        self.missing: list[int] = []
        self.error: Exception | None = None

    @property
    def config(self) -> RunConfig:
        """Its settings."""
        return self.choice.config

    @property
    def prepared(self) -> Run:
        """What is on disk, of a cell that is prepared."""
        assert self.run is not None
        return self.run

    @property
    def directory(self) -> Path:
        return run_directory(self.config) if self.run is None else self.run.directory

    def fail(self, error: Exception) -> None:
        """Keeps the first error; an unexpected one goes to failure.txt with its trace."""
        if self.error is not None:
            return
        self.error = error
        if not isinstance(error, QNLNetError):
            text = "".join(traceback.format_exception(error))
            try:
                write_file(self.directory / "failure.txt", text.encode())
            except QNLNetError:  # the error itself is reported anyway
                return

    def outcome(self) -> Outcome:
        """Returns what became of it."""
        rows = pd.DataFrame() if self.run is None else self.run.seed_rows()
        if self.error is None:
            return Outcome(self.config, self.directory, "trained" if self.missing else "kept", rows)
        error = self.error
        text = str(error) if isinstance(error, QNLNetError) else f"{type(error).__name__}: {error}"
        return Outcome(self.config, self.directory, "failed", rows, text, isinstance(error, ArgumentError))


class Preparation:
    """Finds out what is missing of cells.

    Args:
        is_search: Whether they are candidates, of which nothing but the accuracy is of interest.

    Attributes:
        cell_of: All replicas that must be trained, in order, each with its cell.
    """

    def __init__(self, *, is_search: bool) -> None:
        self._is_search = is_search
        self.cell_of: dict[Job, Cell] = {}
        self._inputs = Inputs()
        self._code = describe_code()
        self._dead_parameters = DeadParameters()
        self._hash_in: dict[Path, str] = {}  # by the folder of a cell

    def prepare(self, cell: Cell) -> None:
        """Finds out what is missing of a cell, and everything that would stop it.

        Raises:
            QNLNetError: It cannot be trained.
        """
        config = cell.config
        check_not_constant(config)
        check_augmentation(config)
        self._check_has_own_folder(config)
        cell.run = run = Run(config, self._inputs.dataset(config), self._code, keeps_models=not self._is_search)
        run.clean_up()
        run.keep_candidates(cell.choice.candidates)
        missing = run.missing_seeds()
        if missing:  # finished cells need no features
            features = self._inputs.features(config)
            check_budget(config, features, len(missing))
            for seed in missing:
                job = Job(config, seed, features, ReplicaKeeper(run, seed))
                note = partial(self._dead_parameters.sentence, config)
                job = replace(job, words=cell.words) if self._is_search else replace(job, note=note)
                self.cell_of[job] = cell
        cell.missing = missing

    def _check_has_own_folder(self, config: RunConfig) -> None:
        folder, own = run_directory(config), config_hash(config)
        if self._hash_in.setdefault(folder.absolute(), own) != own:
            advice = "Leave it out, and each cell gets a folder of its own."
            raise argument_error("output_dir", "differ from cell to cell", str(folder), advice)
