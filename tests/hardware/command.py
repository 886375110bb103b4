"""The command line as a function."""

from dataclasses import dataclass
from pathlib import Path

import ibm_jobs
import pytest

from qnlnet.hardware import Submission, list_keys

WORKLOAD = ("--images", "8", "--shots", "128", "--resilience", "0", "--optimization-level", "1")


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


class Jobs:
    """`python scripts/ibm_jobs.py` as a function, and the ledger that it works on.

    Attributes:
        model: Folder of a trained run.
        ledger: Folder of the submissions.
        said: All that the commands have printed so far.
    """

    def __init__(self, model: Path, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.model, self.ledger, self.said = model, ledger, ""
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Outcome:
        """Runs a command with --ledger; returns its exit status and what it printed."""
        self._capsys.readouterr()
        status = ibm_jobs.main([*arguments, "--ledger", str(self.ledger)])
        captured = self._capsys.readouterr()
        self.said += captured.out + captured.err
        return Outcome(status, captured.out, captured.err)

    def submit(self, *arguments: str, backend: str = "ibm_manila", ask: bool = False) -> Outcome:
        """Submits the small workload, without the question unless `ask`."""
        return self("submit", *self.workload(backend), *(() if ask else ("--yes",)), *arguments)

    def workload(self, backend: str = "ibm_manila") -> tuple[str, ...]:
        """Returns the arguments that say what runs where."""
        return (str(self.model), "--backend", backend, *WORKLOAD)

    @property
    def keys(self) -> list[str]:
        """The keys of all submissions."""
        return list_keys(self.ledger)

    @property
    def submission(self) -> Submission:
        """The only submission, as its folder has it now."""
        (key,) = self.keys
        return Submission(self.ledger / key)

    @property
    def states(self) -> list[str]:
        """The states of its jobs, as their folders have them now."""
        return [str(job.state) for job in self.submission.jobs]

    @property
    def rows(self) -> list[str]:
        """The rows of hardware.csv."""
        table = self.ledger / "hardware.csv"
        return table.read_text(encoding="utf-8").splitlines()[1:] if table.exists() else []
