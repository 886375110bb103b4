"""Trains the missing replicas of many cells side by side; one that fails leaves the others alone."""

import traceback
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from qnlnet.config import LoggerConfig, RunConfig, config_hash, run_directory
from qnlnet.errors import ArgumentError, QNLNetError, argument_error
from qnlnet.files import write_file
from qnlnet.provenance import describe_code
from qnlnet.runs.chance import describe_chance, describe_imbalance
from qnlnet.runs.choice import Candidate, Choice, choose
from qnlnet.runs.constant import check_not_constant
from qnlnet.runs.dead_parameters import DeadParameters
from qnlnet.runs.inputs import Inputs
from qnlnet.runs.keeper import ReplicaKeeper
from qnlnet.runs.outcome import Outcome
from qnlnet.runs.run_folder import Run
from qnlnet.tracking import Trackers, build_trackers
from qnlnet.training import Epoch, Job, Observer, Progress, TrainedReplica, check_budget, train_replicas


def run(cells: Iterable[RunConfig]) -> list[Outcome]:
    """Trains what is missing of all cells, with progress on the terminal, and returns what became of each.

    All replicas of all cells share one pool of threads, the images and the features. What cells leave open is chosen
    first, on held-out training images. A cell that fails leaves the others alone; what another process is training is
    taken over from there. Calling it again goes on with what is missing.

    Args:
        cells: The cells; each gets the folder `run_directory(cell)`. Replicas start in this order.

    Returns:
        One outcome for each cell, in order.

    Raises:
        KeyboardInterrupt: After Ctrl-C; finished replicas, and checkpoints of the others, are on disk.
    """
    sweep = _Sweep([_Cell(Choice(config)) for config in cells])
    for cell in sweep.cells:
        try:
            (cell.choice,) = choose([cell.config], _train_candidates)
            sweep.prepare(cell)
        except Exception as error:  # noqa: BLE001 - belongs to this cell, whatever it is
            cell.fail(error)
    sweep.train()
    return [cell.outcome() for cell in sweep.cells]


def train_cells(cells: Sequence[RunConfig]) -> list[Run]:
    """Trains what is missing of all cells side by side, like `run`, where only all of them together are of use.

    Args:
        cells: The cells; each gets the folder `run_directory(cell)`. Replicas start in this order.

    Returns:
        The runs, in the order of `cells`, with all their rows.

    Raises:
        ArgumentError: A circuit is constant and its cell does not allow that.
        DataError: Images are missing or damaged.
        RequestRefusedError: Training on a device would cost more than its budget.
        ServiceError: IBM Quantum cannot be asked.
        ResultsError: A folder cannot be read or written.
        Exception: The first error of a replica, once the others have finished.
        KeyboardInterrupt: After Ctrl-C; finished replicas, and checkpoints of the others, are on disk.
    """
    return _train_all(_Sweep([_Cell(choice) for choice in choose(cells, _train_candidates)]))


def _train_candidates(candidates: Sequence[Candidate]) -> list[Run]:
    """Trains the candidates of a search side by side: their rows are what is wanted, not their models."""
    cells = [_Cell(Choice(candidate.config), candidate.words()) for candidate in candidates]
    return _train_all(_Sweep(cells, is_search=True))


def _train_all(sweep: "_Sweep") -> list[Run]:
    for cell in sweep.cells:
        sweep.prepare(cell)
    sweep.train()
    for cell in sweep.cells:
        if cell.error is not None:
            raise cell.error
    return [cell.run for cell in sweep.cells if cell.run is not None]


class _Cell:
    """A cell on its way through a sweep; a candidate of a search has words of its own."""

    def __init__(self, choice: Choice, words: str = "") -> None:
        self.choice = choice
        self.words = words
        self.run: Run | None = None
        self.missing: list[int] = []
        self.error: Exception | None = None

    @property
    def config(self) -> RunConfig:
        return self.choice.config

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
        rows = pd.DataFrame() if self.run is None else self.run.seed_rows()
        if self.error is None:
            return Outcome(self.config, self.directory, "trained" if self.missing else "kept", rows)
        error = self.error
        text = str(error) if isinstance(error, QNLNetError) else f"{type(error).__name__}: {error}"
        return Outcome(self.config, self.directory, "failed", rows, text, isinstance(error, ArgumentError))


class _Sweep(Observer):
    """Cells, the jobs that they need, and what happens to them.

    Args:
        cells: The cells.
        is_search: Whether they are candidates, of which nothing but the accuracy is of interest.
    """

    def __init__(self, cells: Iterable[_Cell], is_search: bool = False) -> None:
        self.cells = list(cells)
        self._is_search = is_search
        self._inputs = Inputs()
        self._code = describe_code()
        self._dead_parameters = DeadParameters()
        self._jobs: list[Job] = []
        self._cell_of: dict[Job, _Cell] = {}
        self._progress = Progress([])
        self._trackers: dict[LoggerConfig, Trackers] = {}
        self._hash_in: dict[Path, str] = {}  # by the folder of a cell

    def prepare(self, cell: _Cell) -> None:
        """Finds out what is missing of a cell, and everything that would stop it.

        Raises:
            QNLNetError: It cannot be trained.
        """
        config = cell.config
        check_not_constant(config)
        self._check_has_own_folder(config)
        cell.run = run = Run(config, self._inputs.dataset(config), self._code, keeps_models=not self._is_search)
        run.clean_up()
        run.keep_candidates(cell.choice.candidates)
        missing = run.missing_seeds()
        if missing:  # finished cells need no features
            features = self._inputs.features(config)
            check_budget(config, features, len(missing))
            for seed in missing:
                note = partial(self._dead_parameters.sentence, config)
                job = Job(config, seed, features, ReplicaKeeper(run, seed))
                job = replace(job, words=cell.words) if self._is_search else replace(job, note=note)
                self._jobs.append(job)
                self._cell_of[job] = cell
        cell.missing = missing

    def _check_has_own_folder(self, config: RunConfig) -> None:
        folder, own = run_directory(config), config_hash(config)
        if self._hash_in.setdefault(folder.absolute(), own) != own:
            advice = "Leave it out, and each cell gets a folder of its own."
            raise argument_error("output_dir", "differ from cell to cell", str(folder), advice)

    def train(self) -> None:
        """Trains all jobs."""
        if not self._jobs:
            return
        self._progress = Progress(self._jobs, what="candidates" if self._is_search else "replicas")
        with self._progress, ExitStack() as stack:
            for logger in {job.config.logger for job in self._jobs}:
                self._trackers[logger] = stack.enter_context(build_trackers(logger))
            if not self._is_search:
                self._tell_of_imbalance()
            train_replicas(self._jobs, self, workers=self.cells[0].config.workers)
            if not self._is_search:
                self._tell_of_chance()

    def _tell_of_imbalance(self) -> None:
        """Reports each dataset whose classes are of very different size, once."""
        told: set[str] = set()
        for cell in self.cells:
            if cell.missing and (sentence := describe_imbalance(cell.config, _run_of(cell).dataset)) not in ("", *told):
                told.add(sentence)
                self._progress.on_cell_note(cell.config, sentence)

    def _tell_of_chance(self) -> None:
        """Reports for each cell the seeds whose accuracy is no better than chance."""
        for cell in self.cells:
            if cell.missing and (sentence := describe_chance(_run_of(cell).dataset, _run_of(cell).seed_rows())):
                self._progress.on_cell_note(cell.config, sentence)

    def on_started(self, job: Job) -> None:
        self._progress.on_started(job)

    def on_waiting(self) -> None:
        self._progress.on_waiting()

    def on_epoch(self, job: Job, epoch: Epoch) -> None:
        self._progress.on_epoch(job, epoch)
        self._trackers[job.config.logger].on_epoch(job.config, job.seed, epoch)

    def on_resumed(self, job: Job, epochs: Sequence[Epoch]) -> None:
        self._progress.on_resumed(job, epochs)
        self._trackers[job.config.logger].on_resumed(job.config, job.seed, epochs)

    def on_trained(self, replica: TrainedReplica) -> None:
        self._store([replica])

    def on_last_trained(self, replicas: Sequence[TrainedReplica]) -> None:
        for cell in self.cells:  # the tables of each are written once, however many replicas there are
            if of_cell := [replica for replica in replicas if self._cell_of[replica.job] is cell]:
                self._store(of_cell)

    def _store(self, replicas: Sequence[TrainedReplica]) -> None:
        """Stores finished replicas of one cell."""
        run = _run_of(self._cell_of[replicas[0].job])
        try:
            rows = run.add(*replicas)
        except Exception as error:  # noqa: BLE001 - belongs to this cell, whatever it is
            for replica in replicas:
                self.on_failed(replica.job, error)
            return
        for replica, row in zip(replicas, rows, strict=True):
            job = replica.job
            self._progress.on_trained(replica)
            trackers = self._trackers[job.config.logger]
            trackers.on_trained(job.config, job.seed, row)
        trackers.on_cell(job.config, run.seed_rows())

    def on_failed(self, job: Job, error: Exception) -> None:
        cell = self._cell_of[job]
        if cell.error is None and len(self.cells) > 1:  # of a cell on its own, the caller tells
            self._progress.on_failed(job, error)
        cell.fail(error)
        self._trackers[job.config.logger].on_failed(job.config, job.seed, str(error))

    def on_finished_elsewhere(self, job: Job) -> None:
        try:
            _run_of(self._cell_of[job]).refresh()
        except Exception as error:  # noqa: BLE001 - as above
            self.on_failed(job, error)
            return
        self._progress.on_finished_elsewhere(job)

    def on_note(self, job: Job, text: str) -> None:
        self._progress.on_note(job, text)


def _run_of(cell: _Cell) -> Run:
    assert cell.run is not None  # it has jobs, so it was prepared
    return cell.run
