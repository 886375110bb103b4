"""Trains the missing replicas of many cells side by side; one that fails leaves the others alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, overload

from qnlnet.config import RunConfig
from qnlnet.runs.chance import describe_chance, describe_imbalance
from qnlnet.runs.choice import Candidate, Choice, choose
from qnlnet.runs.outcome import Outcome
from qnlnet.runs.preparation import Cell, Preparation
from qnlnet.runs.reports import Reports
from qnlnet.runs.run_folder import Run
from qnlnet.training import Job, TrainedReplica, train_replicas


@overload
def run(cells: RunConfig) -> Outcome: ...
@overload
def run(cells: Iterable[RunConfig]) -> list[Outcome]: ...


def run(cells: RunConfig | Iterable[RunConfig]) -> Outcome | list[Outcome]:
    """Trains what is missing of all cells, with progress on the terminal, and returns what became of each.

    All replicas of all cells share one pool of threads, the images and the features. What cells leave open is chosen
    first, on held-out training images. A cell that fails leaves the others alone; what another process is training is
    taken over from there. Calling it again goes on with what is missing.

    Args:
        cells: One cell, or several; each gets the folder `run_directory(cell)`. Replicas start in this order.

    Returns:
        The outcome of the one cell, or one for each, in order.

    Raises:
        ArgumentError: One of `cells` is no configuration.
        KeyboardInterrupt: After Ctrl-C; finished replicas, and checkpoints of the others, are on disk.
    """
    if isinstance(cells, RunConfig):
        return run([cells])[0]
    return [cell.outcome() for cell in _train([Cell(Choice(config)) for config in cells], on_error="keep")]


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
    chosen = choose(cells, _train_candidates)
    return [cell.prepared for cell in _train([Cell(choice) for choice in chosen], on_error="raise")]


def _train_candidates(candidates: Sequence[Candidate]) -> list[Run]:
    """Trains the candidates of a search side by side: their rows are what is wanted, not their models."""
    cells = [Cell(Choice(candidate.config), candidate.words()) for candidate in candidates]
    return [cell.prepared for cell in _train(cells, on_error="raise", is_search=True)]


def _train(cells: Sequence[Cell], on_error: Literal["keep", "raise"], *, is_search: bool = False) -> Sequence[Cell]:
    """Trains what is missing of all cells and returns them.

    Args:
        cells: The cells.
        on_error: Whether a cell keeps its error; or the first one is raised, before anything trains where possible.
        is_search: Whether they are candidates, of which nothing but the accuracy is of interest.
    """
    preparation = Preparation(is_search=is_search)
    for cell in cells:
        try:
            if cell.config.choices:
                (cell.choice,) = choose([cell.config], _train_candidates)
            preparation.prepare(cell)
        except Exception as error:
            if on_error == "raise":
                raise
            cell.fail(error)
    if cell_of := preparation.cell_of:
        what = "candidates" if is_search else "replicas"
        with _Training(cell_of, is_alone=len(cells) == 1, what=what) as training:
            if not is_search:
                _tell_of_imbalance(cells, training)
            train_replicas(list(cell_of), training, workers=cells[0].config.workers)
            if not is_search:
                _tell_of_chance(cells, training)
    for cell in cells:
        if cell.error is not None and on_error == "raise":
            raise cell.error
    return cells


class _Training(Reports):
    """Stores what is trained, and keeps what fails with its cell, before anyone else hears of it.

    Args:
        cell_of: All replicas that will be trained, each with its cell.
        is_alone: Whether there is one cell only: of its failure the caller tells.
        what: What the replicas are called.
    """

    def __init__(self, cell_of: Mapping[Job, Cell], is_alone: bool, what: str) -> None:
        super().__init__(list(cell_of), what)
        self._cell_of = cell_of
        self._is_alone = is_alone

    def on_trained(self, replica: TrainedReplica) -> None:
        self._store([replica])

    def on_last_trained(self, replicas: Sequence[TrainedReplica]) -> None:
        of_cell: dict[Cell, list[TrainedReplica]] = {}
        for replica in replicas:  # the tables of each cell are written once, however many replicas there are
            of_cell.setdefault(self._cell_of[replica.job], []).append(replica)
        for each in of_cell.values():
            self._store(each)

    def _store(self, replicas: Sequence[TrainedReplica]) -> None:
        """Stores finished replicas of one cell."""
        run = self._cell_of[replicas[0].job].prepared
        try:
            rows = run.add(*replicas)
        except Exception as error:  # noqa: BLE001 - belongs to this cell, whatever it is
            for replica in replicas:
                self.on_failed(replica.job, error)
            return
        self.on_stored(replicas, rows, run.seed_rows())

    def on_failed(self, job: Job, error: Exception) -> None:
        cell = self._cell_of[job]
        self.report_failure(job, error, on_terminal=cell.error is None and not self._is_alone)
        cell.fail(error)

    def on_finished_elsewhere(self, job: Job) -> None:
        try:
            self._cell_of[job].prepared.refresh()
        except Exception as error:  # noqa: BLE001 - as above
            self.on_failed(job, error)
            return
        super().on_finished_elsewhere(job)


def _tell_of_imbalance(cells: Iterable[Cell], reports: Reports) -> None:
    """Reports each dataset whose classes are of very different size, once."""
    told: set[str] = set()
    for cell in cells:
        if cell.missing and (sentence := describe_imbalance(cell.config, cell.prepared.dataset)) not in ("", *told):
            told.add(sentence)
            reports.on_cell_note(cell.config, sentence)


def _tell_of_chance(cells: Iterable[Cell], reports: Reports) -> None:
    """Reports for each cell the seeds whose accuracy is no better than chance."""
    for cell in cells:
        if cell.missing and (sentence := describe_chance(cell.prepared.dataset, cell.prepared.seed_rows())):
            reports.on_cell_note(cell.config, sentence)
