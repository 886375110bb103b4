"""`hydra/launcher=joblib`: every cell of a sweep in a process of its own, as many at a time as there are cores."""

import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus
from hydra_plugins.hydra_joblib_launcher.joblib_launcher import JoblibLauncher as PlainJoblibLauncher
from omegaconf import DictConfig

from qnlnet.errors import QNLNetError

_THREADS = "workers"


class JoblibLauncher(PlainJoblibLauncher):
    """Runs cells side by side in processes, each with its share of the cores.

    A cell whose process dies is tried once more, and then fails alone.

    Args:
        n_jobs: Processes; −1 is one per core.
    """

    def __init__(self, n_jobs: int) -> None:
        super().__init__()
        self._n_jobs = n_jobs

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Returns one job for each list of overrides, whatever became of it.

        Raises:
            KeyboardInterrupt: After Ctrl-C.
        """
        from joblib import effective_n_jobs
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        processes = min(effective_n_jobs(self._n_jobs), len(job_overrides))
        threads = max(1, effective_n_jobs(-1) // processes)
        calls = {
            index: self._call(with_threads(overrides, threads, self.config), initial_job_idx + index)
            for index, overrides in enumerate(job_overrides)
        }
        returned: dict[int, JobReturn] = {}
        try:
            if processes > 1:
                for index, job in _run_all(calls, processes):
                    returned[index] = job
        except TerminatedWorkerError:  # it does not say which cell it was
            left = len(calls) - len(returned)
            print(f"A process has died. {left} cells are left and run one at a time.", file=sys.stderr, flush=True)
        for index in sorted(calls.keys() - returned.keys()):
            try:
                returned |= dict(_run_all({index: calls[index]}, 2))  # with 1 it would be this process that dies
            except TerminatedWorkerError as error:
                returned[index] = JobReturn(status=JobStatus.FAILED, _return_value=_death(error))
        return [returned[index] for index in range(len(calls))]

    def _call(self, overrides: list[str], number: int) -> tuple[Any, ...]:
        return number, overrides, self.hydra_context, self.config, self.task_function, Singleton.get_state()


def with_threads(overrides: Sequence[str], threads: int, config: DictConfig | None) -> list[str]:
    """Returns the overrides with the number of threads, unless they set it or the task knows no such key."""
    known = config is not None and _THREADS in config
    is_set = any(word.partition("=")[0].lstrip("+") == _THREADS for word in overrides)
    return [*overrides, f"{_THREADS}={threads}"] if known and not is_set else list(overrides)


def _run_all(calls: Mapping[int, tuple[Any, ...]], processes: int) -> Iterator[tuple[int, JobReturn]]:
    """Runs all calls in processes and yields what they return as soon as it is there."""
    from joblib import Parallel, delayed

    run = delayed(_run)
    pool = Parallel(n_jobs=processes, backend="loky", return_as="generator_unordered", batch_size=1)
    yield from pool(run(index, *call) for index, call in calls.items())


def _run(index: int, *call: Any) -> tuple[int, JobReturn]:
    """Runs in the process."""
    from hydra_plugins.hydra_joblib_launcher._core import execute_job

    if sys.stderr.isatty():
        sys.stderr = _WholeLines()
    return index, execute_job(*call)


class _WholeLines(io.TextIOWrapper):
    """Standard error of a process among others: not a terminal, whose line they would all rewrite."""

    def __init__(self) -> None:
        super().__init__(os.fdopen(os.dup(2), "wb"), line_buffering=True)

    def isatty(self) -> bool:
        return False


def _death(error: Exception) -> QNLNetError:
    return QNLNetError(
        f"Its process died: {str(error).splitlines()[0]} Where memory is short, choose a smaller hydra.launcher.n_jobs."
    )
