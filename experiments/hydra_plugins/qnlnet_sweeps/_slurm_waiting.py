"""Waits for the jobs of a sweep: for their results, or until Slurm reports that there will be none."""

import contextlib
import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from hydra.core.utils import JobReturn, JobStatus
from hydra_plugins.qnlnet_sweeps._slurm_queue import JobState, ask_states

from qnlnet.errors import QNLNetError

_SECONDS_BETWEEN_LOOKS, _LOOKS_PER_SECOND = 1.0, 50  # a thousand jobs shall not busy a shared file system
_SECONDS_BETWEEN_QUESTIONS = (2.0, 30.0)  # to the controller: the first ones come quickly
_SECONDS_FOR_THE_RESULT = 10.0  # a shared folder may show it that much later than the controller says that it is over
_ADVICE = {
    "CANCELLED": "Somebody cancelled it.",
    "OUT_OF_MEMORY": "Give it more memory with hydra.launcher.mem_gb.",
    "TIMEOUT": "It could not be queued again in time: raise hydra.launcher.signal_delay_s.",
}


class JobLostError(QNLNetError):
    """A job ended without a result."""


def wait_for(jobs: Mapping[int, Any]) -> dict[int, JobReturn]:
    """Returns what came of each job; shows on standard error how many wait, run and are done.

    Args:
        jobs: submitit's jobs, by the number of their cell.
    """
    wait = _Wait(jobs)
    line = _StatusLine(sys.stderr)
    try:
        while True:
            wait.look()
            line.show(wait.describe())
            if not wait.left:
                return wait.returned
            time.sleep(max(_SECONDS_BETWEEN_LOOKS, len(wait.left) / _LOOKS_PER_SECOND))
    finally:
        line.end()


class _Wait:
    def __init__(self, jobs: Mapping[int, Any]) -> None:
        self.left = dict(jobs)
        self.returned: dict[int, JobReturn] = {}
        self._states: dict[str, JobState] | None = {}
        self._over_since: dict[str, float] = {}
        self._ask_at = float("-inf")
        self._pause = _SECONDS_BETWEEN_QUESTIONS[0]

    def look(self) -> None:
        """Takes in the results that are there, and from time to time what the controller says of the others."""
        self._return({index: read_result(job) for index, job in self.left.items() if has_result(job)})
        now = time.monotonic()
        if not self.left or now < self._ask_at:
            return
        self._ask_at = now + self._pause
        self._pause = min(1.2 * self._pause, _SECONDS_BETWEEN_QUESTIONS[1])
        self._states = ask_states(job.job_id for job in self.left.values())
        over = [job_id for job_id, state in (self._states or {}).items() if state.is_over]
        self._over_since = {job_id: self._over_since.get(job_id, now) for job_id in over}
        late = [job_id for job_id in over if now - self._over_since[job_id] >= _SECONDS_FOR_THE_RESULT]
        self._return({index: self._lost(job) for index, job in self.left.items() if job.job_id in late})

    def _return(self, new: Mapping[int, JobReturn]) -> None:
        self.returned |= new
        for index in new:
            del self.left[index]

    def _lost(self, job: Any) -> JobReturn:
        if has_result(job):  # between the look and the answer
            return read_result(job)
        state = (self._states or {})[job.job_id].name
        reason = _ADVICE.get(state) or _last_line(job.paths.stderr)
        return _failed(job, f"ended without a result ({state}). {reason}")

    def describe(self) -> str:
        """Returns how many cells are where, such as ``Slurm, 12 cells: 3 done, 4 running, 5 waiting (Priority)``."""
        failed = sum(_has_failed(job) for job in self.returned.values())
        text = f"Slurm, {len(self.left) + len(self.returned)} cells: {len(self.returned) - failed} done"
        text += f", {failed} failed" if failed else ""
        if self._states is None:
            return f"{text}; squeue does not answer, asking again"
        states = [self._states[job.job_id] for job in self.left.values() if job.job_id in self._states]
        reasons = Counter(state.reason for state in states if state.waits)
        if running := len(self.left) - reasons.total():
            text += f", {running} running"
        text += f", {reasons.total()} waiting" if reasons else ""
        known = [reason for reason in reasons if reason != "None"]
        return f"{text} ({', '.join(known)})" if known else text


def has_result(job: Any) -> bool:
    """Whether the job has written its result."""
    folder: Path = job.paths.folder
    with contextlib.suppress(OSError):
        folder.chmod(folder.stat().st_mode)  # a network file system then looks again
    return job.paths.result_pickle.exists()


def read_result(job: Any) -> JobReturn:
    """Returns what the job wrote, or a failure with the reason."""
    try:
        return job.results()[0]
    except Exception as error:  # noqa: BLE001 - what the job met with, or a result that this code cannot read
        lines = [line.strip() for line in str(error).splitlines() if line.strip("- ")] or [type(error).__name__]
        cause = next((line for line in reversed(lines) if "Error: " in line), lines[0])
        return _failed(job, f"failed: {cause}.")


def _failed(job: Any, text: str) -> JobReturn:
    error = JobLostError(f"Slurm job {job.job_id} {text} Its log: {job.paths.stderr}")
    return JobReturn(status=JobStatus.FAILED, _return_value=error)


def _has_failed(job: JobReturn) -> bool:
    return job.status != JobStatus.COMPLETED or getattr(job._return_value, "status", "") == "failed"


def _last_line(log: Path) -> str:
    try:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return "It left no log."
    errors = [line for line in lines if "rror" in line]  # srun adds lines behind the one that matters
    return f"The last it said: {[*lines, *errors][-1].strip()}." if lines else "It said nothing."


class _StatusLine:
    """One line that changes on a terminal, a new line for each change elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = ""

    def show(self, text: str) -> None:
        if text == self._shown:
            return
        on_terminal = self._stream.isatty()
        width = shutil.get_terminal_size().columns - 1  # a longer line could not be written over
        line = f"\r{text[:width].ljust(min(len(self._shown), width))}" if on_terminal else text
        print(line, end="" if on_terminal else "\n", file=self._stream, flush=True)
        self._shown = text

    def end(self) -> None:
        if self._shown and self._stream.isatty():
            print(file=self._stream, flush=True)
