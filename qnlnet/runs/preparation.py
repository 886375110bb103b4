"""Finds out what is missing of cells, before anything trains: a mistake is found at once."""

import traceback
from functools import partial
from pathlib import Path

import pandas as pd

from qnlnet.config import RunConfig, config_hash, run_directory
from qnlnet.errors import ArgumentError, QNLNetError, argument_error, check_type
from qnlnet.files import write_file
from qnlnet.provenance import describe_code
from qnlnet.runs.constant import check_not_constant
from qnlnet.runs.dead_parameters import DeadParameters
from qnlnet.runs.inputs import Inputs
from qnlnet.runs.keeper import ReplicaKeeper
from qnlnet.runs.outcome import Outcome
from qnlnet.runs.run_folder import Run
from qnlnet.training import Job, check_budget


class Cell:
    """A cell on its way through a sweep.

    Attributes:
        config: Its settings.
        run: What is on disk; None until it is prepared.
        missing: The seeds that had to be trained.
        error: The first error.

    Raises:
        ArgumentError: `config` is no configuration.
    """

    def __init__(self, config: RunConfig) -> None:
        check_type("cells", config, RunConfig, 'Take cells from load_config, such as load_config("data=digits").')
        self.config = config
        self.run: Run | None = None
        self.missing: list[int] = []
        self.error: Exception | None = None

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

    Attributes:
        cell_of: All replicas that must be trained, in order, each with its cell.
    """

    def __init__(self) -> None:
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
        self._check_has_own_folder(config)
        cell.run = run = Run(config, self._inputs.dataset(config), self._code)
        run.clean_up()
        missing = run.missing_seeds()
        if missing:  # finished cells need no features
            features = self._inputs.features(config)
            check_budget(config, features, len(missing))
            for seed in missing:
                note = partial(self._dead_parameters.sentence, config)
                self.cell_of[Job(config, seed, features, ReplicaKeeper(run, seed), note)] = cell
        cell.missing = missing

    def _check_has_own_folder(self, config: RunConfig) -> None:
        folder, own = run_directory(config), config_hash(config)
        if self._hash_in.setdefault(folder.absolute(), own) != own:
            advice = "Leave it out, and each cell gets a folder of its own."
            raise argument_error("output_dir", "differ from cell to cell", str(folder), advice)
