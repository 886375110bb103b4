"""Submits cells to Slurm through submitit, and finds those that earlier calls have submitted."""

import contextlib
import io
import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hydra_plugins.hydra_submitit_launcher.config import BaseQueueConf
from hydra_plugins.qnlnet_sweeps import _hold_signals
from hydra_plugins.qnlnet_sweeps._slurm_queue import list_own_jobs

from qnlnet.errors import QNLNetError

_FOLDER, _TIMEOUTS = "submitit_folder", "max_num_timeout"


def submit(task: Any, calls: Sequence[tuple[Any, ...]], options: Mapping[str, Any]) -> list[Any]:
    """Submits one job for each call of `task`, several as a job array, and returns submitit's jobs.

    Args:
        task: What a job calls; it is pickled.
        calls: The arguments of each job.
        options: What configs/hydra/launcher/submitit_slurm.yaml holds, less what is ours.

    Raises:
        QNLNetError: There is no Slurm here, or it does not take the jobs.
    """
    import submitit  # slow; Hydra imports this module for --help as well

    if shutil.which("sbatch") is None:
        raise QNLNetError(
            "The program sbatch must be there, but is not. Run this on a machine from which jobs can be submitted, or "
            "choose hydra/launcher=joblib."
        )
    common = BaseQueueConf.__dataclass_fields__
    executor = submitit.AutoExecutor(options[_FOLDER], cluster="slurm", slurm_max_num_timeout=options[_TIMEOUTS])
    parameters = {
        name if name in common else f"slurm_{name}": value
        for name, value in options.items()
        if name not in (_FOLDER, _TIMEOUTS)
    }
    # Whatever follows srun's own options is the beginning of the command.
    parameters["slurm_srun_args"] = [sys.executable, "-IS", _hold_signals.__file__]
    parameters["slurm_setup"] = [*_exports(), *options.get("setup", [])]
    executor.update_parameters(**parameters)
    try:
        with _outside_of_jobs(), contextlib.redirect_stderr(io.StringIO()):  # it would print the error as well
            jobs: list[Any] = executor.map_array(task, *zip(*calls, strict=True))
    except (RuntimeError, OSError) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise QNLNetError(
            f"Slurm does not take the jobs: {text}. See configs/hydra/launcher/submitit_slurm.yaml."
        ) from error
    return jobs


def find_submitted(folder: str, config_name: str) -> dict[tuple[str, ...], Any]:
    """Returns submitit's jobs of earlier calls that still wait or run, by the overrides of their cell.

    Args:
        folder: Where jobs are written, with %j for their number.
        config_name: Which file in configs/ their cells start from.
    """
    import submitit

    found = {}
    for job_id in list_own_jobs():
        job: Any = submitit.SlurmJob(folder=folder, job_id=job_id)
        try:
            submission = job.submission()
            if submission.function.config.hydra.job.config_name == config_name:
                found[tuple(submission.args[0])] = job
        except Exception:  # noqa: BLE001 - not a job of this project, or of another version of it
            continue
    return found


def names(jobs: Iterable[Any]) -> str:
    """Returns the numbers that squeue and scancel take: those of whole arrays."""
    return ",".join(sorted({job.job_id.partition("_")[0] for job in jobs}))


def _exports() -> list[str]:
    """Shell commands for what jobs need to know even where the cluster does not pass the environment on."""
    wanted = [name for name in os.environ if name == "PYTHONPATH" or name.startswith("QNLNET_")]
    return [f"export {name}={shlex.quote(os.environ[name])}" for name in wanted] + ["unset SLURM_EXPORT_ENV"]


@contextlib.contextmanager
def _outside_of_jobs() -> Iterator[None]:
    """Hides what a surrounding Slurm job has set, such as its memory, which would contradict that of the new jobs."""
    inside = "SLURM_JOB_ID" in os.environ
    hidden = {
        name: os.environ.pop(name)
        for name in list(os.environ)
        if inside and name.startswith(("SLURM_", "SRUN_", "SUBMITIT_")) and name != "SLURM_CONF"
    }
    try:
        yield
    finally:
        os.environ.update(hidden)
