"""What Slurm's controller says about jobs. It needs no accounting, which small clusters do not have."""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

# A job in one of these will not run any more. PREEMPTED is among them: a job that is queued again is PENDING.
_OVER = {"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED"}
_OVER |= {"NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"}
_FORMAT = "--format=%i|%T|%r"


@dataclass(frozen=True)
class JobState:
    """A job as the controller sees it.

    Attributes:
        name: Slurm's word, such as PENDING; GONE once the controller has forgotten the job, minutes after its end.
        reason: Why it waits, such as Resources.
    """

    name: str
    reason: str = ""

    @property
    def is_over(self) -> bool:
        """Whether the job will not run any more."""
        return self.name in _OVER or self == GONE

    @property
    def waits(self) -> bool:
        """Whether the job has yet to start, or to start again."""
        return self.name in ("PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT", "CONFIGURING")


GONE = JobState("GONE")


def ask_states(job_ids: Iterable[str]) -> dict[str, JobState] | None:
    """Returns the state of each job, or None if the controller does not answer.

    Args:
        job_ids: Such as ``12`` or, in an array, ``12_3``.
    """
    wanted = list(job_ids)
    arrays = sorted({job_id.partition("_")[0] for job_id in wanted})
    # All tasks of an array at once: one question, however many cells a sweep has.
    answer = _squeue(f"--jobs={','.join(arrays)}", "--states=all")
    if answer is None:
        return None
    return {job_id: answer.get(job_id, GONE) for job_id in wanted}


def list_own_jobs() -> list[str]:
    """Returns this user's jobs that wait or run; none if the controller does not answer."""
    return [job_id for job_id, state in (_squeue("--me") or {}).items() if not _is_leaving(state)]


def is_leaving(job_id: str) -> bool:
    """Whether a running job has been ended or put back into the queue; False if it is unknown."""
    states = ask_states([job_id])
    if states is None:
        return False
    return states[job_id].waits or _is_leaving(states[job_id])


def _is_leaving(state: JobState) -> bool:
    return state.is_over or state.name == "COMPLETING"  # otherwise RUNNING, or something rare such as SIGNALING


def _squeue(*arguments: str) -> dict[str, JobState] | None:
    command = ["squeue", "--noheader", "--array", _FORMAT, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return {} if "Invalid job id" in done.stderr else None
    lines = (line.strip().split("|", 2) for line in done.stdout.splitlines() if line.count("|") >= 2)
    return {job_id: JobState(name, reason) for job_id, name, reason in lines}
