"""`hydra/launcher=submitit_slurm`: every cell of a sweep is a Slurm job; one that dies does not stop the others.

submitit writes the job and runs it. What is ours: a dead job is noticed without accounting, a failure leaves the other
results alone, jobs of an earlier call that still run are waited for instead of submitted again, and a job that Slurm
itself has put back into the queue ends quietly.
"""

import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn
from hydra_plugins.hydra_submitit_launcher.config import SlurmQueueConf
from hydra_plugins.hydra_submitit_launcher.submitit_launcher import SlurmLauncher as SubmititSlurmLauncher
from hydra_plugins.qnlnet_sweeps._hold_signals import SIGNALS
from hydra_plugins.qnlnet_sweeps._slurm_queue import is_leaving
from hydra_plugins.qnlnet_sweeps._slurm_submission import find_submitted, names, submit
from hydra_plugins.qnlnet_sweeps._slurm_waiting import wait_for


@dataclass
class SlurmTypes(SlurmQueueConf):
    """The types of configs/hydra/launcher/submitit_slurm.yaml, for which Hydra finds them in its store."""

    mem_gb: float | None = None
    array_size: int = 1000
    setup: list[str] = field(default_factory=list)


ConfigStore.instance().store(group="hydra/launcher", name="submitit_slurm_types", node=SlurmTypes, provider="qnlnet")


class SlurmLauncher(SubmititSlurmLauncher):
    """Submits the cells of a sweep as job arrays, and waits for all of them.

    Args:
        array_size: Most cells in one array.
        params: Options of sbatch and submitit.
    """

    def __init__(self, array_size: int, **params: Any) -> None:
        super().__init__(**params)
        self._array_size = array_size

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Returns one job for each list of overrides, whatever became of it.

        Raises:
            QNLNetError: There is no Slurm here, or it does not take the jobs.
            KeyboardInterrupt: After Ctrl-C; the jobs go on.
        """
        assert self.config is not None
        Path(str(self.config.hydra.sweep.dir)).mkdir(parents=True, exist_ok=True)
        cells = [tuple(overrides) for overrides in job_overrides]
        submitted = find_submitted(self.params["submitit_folder"], self.config.hydra.job.config_name)
        jobs = {index: submitted[cell] for index, cell in enumerate(cells) if cell in submitted}
        if jobs:
            _say(f"Under way since an earlier call: {len(jobs)} of {len(cells)} cells, as job {names(jobs.values())}.")
        jobs |= self._submit_all(
            {index: cell for index, cell in enumerate(cells) if index not in jobs}, initial_job_idx
        )
        try:
            returned = wait_for(jobs)
        except KeyboardInterrupt:
            numbers = names(jobs.values())
            _say(
                f"\nThe jobs go on without this process. To see them: squeue --jobs={numbers}. To end them: scancel "
                f"{numbers.replace(',', ' ')}. The same command waits for them again."
            )
            raise
        return [returned[index] for index in range(len(cells))]

    def _submit_all(self, cells: dict[int, tuple[str, ...]], initial_job_idx: int) -> dict[int, Any]:
        jobs: dict[int, Any] = {}
        indices = list(cells)
        for start in range(0, len(indices), self._array_size):
            chunk = indices[start : start + self._array_size]
            # What the plugin's __call__ takes: overrides, and for Hydra the folder's key, number and name of the job.
            calls = [
                (list(cells[index]), "hydra.sweep.dir", number, f"job_id_for_{number}", Singleton.get_state())
                for index, number in ((index, initial_job_idx + index) for index in chunk)
            ]
            array = submit(self, calls, self.params)
            jobs |= dict(zip(chunk, array, strict=True))
            logs = array[0].paths.folder.parent
            _say(f"Submitted to Slurm: {len(chunk)} of {len(cells)} cells, as job {names(array)}; logs are in {logs}.")
        return jobs

    def __call__(self, *args: Any) -> JobReturn:
        """Trains a cell; runs in the job."""
        import submitit

        # A job that was killed while it wrote its result has left a half one, on which submitit would fail.
        result: Path = submitit.JobEnvironment().paths.result_pickle
        result.with_suffix(result.suffix + ".save_tmp").unlink(missing_ok=True)
        # submitit has its handler in place; it would ignore SIGTERM, which is all that some clusters send.
        signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGUSR2))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        return super().__call__(*args)

    def checkpoint(self, *args: Any) -> Any:
        """Lets submitit put the job back into the queue; runs in the job, when a signal says that it must go.

        The replicas write their own checkpoints on the way out. A job that does not run any more in Slurm's eyes was
        cancelled, or is in the queue again: it ends without a result, and to ask for the queue would be an error.
        """
        import submitit

        for number in SIGNALS:  # more of them come, for all threads and for what is started below
            signal.signal(number, lambda number, frame: None)
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        if is_leaving(submitit.JobEnvironment().job_id):
            print("Slurm has ended this job or queued it again.", flush=True)
            sys.exit(1)
        return super().checkpoint(*args)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
