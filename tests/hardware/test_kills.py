"""The command line is killed at every step; the next one finds all as it must be, and no job is paid for twice.

Killed before a step is the same as killed after the one before it: nothing happens in between that others could see.
Killed during a step: a file is half written, or the client is at work on a call (on the first call: it is starting).
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hardware.killer import AFTER, BEFORE, DURING, ROOT, SETTLE, Ended, Killer
from loopback import Answer, Hang, LoopbackService

from qnlnet.hardware import COLLECTED, Submission, list_keys
from qnlnet.records.configurations import read_configurations
from qnlnet.runtime import State, read_sealed

pytestmark = pytest.mark.slow

WORKLOAD = ("--images", "4", "--shots", "64", "--resilience", "0", "--optimization-level", "1", "--yes")
SPLIT = {1: (), 2: ("--images-per-job", "2")}
PARTS = 2  # tests that share the kills of one command, so that they run side by side
KILLED = -signal.SIGKILL
SOON = 60.0  # seconds
READING = ("call device", "call remaining_seconds", "call find", "call status")  # they change nothing anywhere
REPORT = ("hardware.md", "hardware.png", "hardware.svg")

Moment = tuple[int, str]


@dataclass(frozen=True)
class Desk:
    """The command line on one ledger.

    Attributes:
        killer: Runs it.
        service: Where the jobs go.
        model: Folder of a trained run.
        ledger: Folder of the submissions.
        count: Number of jobs of a submission.
    """

    killer: Killer
    service: LoopbackService
    model: Path
    ledger: Path
    count: int = 1

    def submit_command(self, image_seed: int = 0) -> tuple[str, ...]:
        """Each seed makes a submission of its own."""
        where = ("--backend", "ibm_manila", "--ledger", str(self.ledger))
        return ("submit", str(self.model), *where, *WORKLOAD, *SPLIT[self.count], "--image-seed", str(image_seed))

    def submit(self, image_seed: int = 0, kill: Moment | None = None, settle: float = SETTLE) -> Ended:
        command = self.submit_command(image_seed)
        return self.killer.run(*command, environment=self.service.environment, kill=kill, settle=settle)

    def submit_killed_when(self, is_time: Callable[[], bool]) -> Ended:
        """Kills a submission from outside as soon as it is time, and waits for the end of its client."""
        pid = self.killer.start(*self.submit_command(), environment=self.service.environment)
        try:
            wait_until(is_time)
        finally:
            os.kill(pid, signal.SIGKILL)
            ended = self.killer.finish()
        return ended

    def collect(self, what: str, kill: Moment | None = None) -> Ended:
        command = ("collect", what, "--ledger", str(self.ledger))
        return self.killer.run(*command, environment=self.service.environment, kill=kill)

    @property
    def submissions(self) -> list[Submission]:
        return [Submission(self.ledger / key) for key in list_keys(self.ledger)]

    @property
    def states(self) -> list[str]:
        return [str(job.state) for submission in self.submissions for job in submission.jobs]

    @property
    def requests(self) -> int:
        """How often a job was submitted, in vain or not."""
        return self.service.requests.count(("POST", "/jobs"))

    @property
    def leftovers(self) -> set[Path]:
        return set(self.ledger.rglob("*.tmp"))

    def check_files(self) -> None:
        """All files are whole, no job is there twice, and what is on disk does not fall behind the service."""
        for path in self.ledger.rglob("*.json"):
            if path.name == "configs.json":  # what was measured, not what was paid for: it has no seal
                read_configurations(path.parent)
            else:
                read_sealed(path)
        held = {job.tags[0]: job for job in self.service.jobs}
        assert len(held) == len(self.service.jobs), "a job was submitted twice"
        planned = {}
        for submission in self.submissions:
            assert len(submission.jobs) == self.count
            for part, job in enumerate(submission.jobs):
                submission.request(part)  # inputs and circuit are whole
                planned[job.tag] = job.record
        assert set(held) <= set(planned), "a job has no plan"
        for tag, record in planned.items():
            if tag in held:
                assert record.state is not State.PLANNED
            if record.state not in (State.PLANNED, State.SUBMITTING):
                assert record.job_id == held[tag].id

    def check_killed(self, ended: Ended, begun: list[str], moment: str, older_leftovers: set[Path]) -> None:
        """It was killed where it should be, and has left no more than the file that it was writing."""
        assert (ended.status, ended.orphans) == (KILLED, False), ended.output
        assert ended.steps == begun
        left = [path.name for path in self.leftovers - older_leftovers]
        if moment == DURING and begun[-1].startswith("write "):
            (name,) = left
            assert name.startswith(f".{begun[-1].removeprefix('write ')}.")
        else:
            assert left == []
        self.check_files()

    def check_submitted(self, ended: Ended, submissions: int = 1) -> None:
        """The service holds one job for each job of each submission, and the ledger knows them."""
        assert (ended.status, ended.orphans) == (0, False), ended.output
        self.check_files()
        assert self.states == [str(State.SUBMITTED)] * submissions * self.count
        assert len(self.service.jobs) == submissions * self.count

    def check_collected(self, ended: Ended) -> None:
        """All results are home, a row for each submission, and the service holds what it held."""
        assert (ended.status, ended.orphans) == (0, False), ended.output
        self.check_files()
        assert {submission.state for submission in self.submissions} == {COLLECTED}
        assert {job.status for job in self.service.jobs} == {"Completed"}
        assert len(self.service.jobs) == self.count * len(self.submissions)
        rows = (self.ledger / "hardware.csv").read_text(encoding="utf-8").splitlines()[1:]
        assert sorted(row.split(",")[0] for row in rows) == [submission.key for submission in self.submissions]
        for submission in self.submissions:
            ids = " ".join(job.record.job_id for job in submission.jobs)
            assert sum(f",{ids}," in row for row in rows) == 1
        assert all((self.ledger / name).stat().st_size > 0 for name in REPORT)


@pytest.fixture(scope="session")
def killer(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[Killer]:
    """The command line in processes that can be killed."""
    with Killer(tmp_path_factory.mktemp("home"), model) as killer:
        yield killer


@pytest.fixture
def desk(killer: Killer, service: LoopbackService, model: Path, tmp_path: Path) -> Desk:
    """The command line on an empty ledger."""
    return Desk(killer, service, model, tmp_path / "hardware")


def wait_until(is_time: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not is_time():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def moments(steps: list[str], part: int, first: str, last: str) -> list[Moment]:
    """Returns the moments between two steps, both included, at which one of the tests kills a command."""
    start, end = steps.index(first), steps.index(last)
    each = [(number, BEFORE) for number in range(start, end + 1)]
    # Killed while it reads, it leaves nothing else than before; only the first call differs: the client is starting.
    each += [(number, DURING) for number in range(start, end + 1) if number == 0 or steps[number] not in READING]
    return [*each, (end, AFTER)][part::PARTS]


# Of two jobs, only those steps are tried that differ from those of one.
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("count", "first"), [(1, "call device"), (2, "call open_batch")])
def test_submit_is_killed(desk: Desk, tmp_path: Path, count: int, first: str, part: int) -> None:
    desk = replace(desk, count=count)
    desk.check_submitted(whole := desk.submit())
    assert whole.steps.count("call submit") == count
    for submissions, (number, moment) in enumerate(moments(whole.steps, part, first, "call close_batch"), 2):
        older = desk.leftovers
        killed = desk.submit(submissions, (number, moment))
        desk.check_killed(killed, whole.steps[: number + 1], moment, older)
        desk.check_submitted(desk.submit(submissions), submissions)
    desk.check_collected(desk.collect("--all"))


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("count", "last"), [(1, "write hardware.svg"), (2, "write values.npz")])
def test_collect_is_killed(desk: Desk, tmp_path: Path, count: int, last: str, part: int) -> None:
    desk = replace(desk, count=count)
    desk.check_submitted(desk.submit())
    (submission,), requests = desk.submissions, desk.requests

    def copy(name: str) -> Desk:
        shutil.copytree(desk.ledger, tmp_path / name)
        return replace(desk, ledger=tmp_path / name)

    (one := copy("whole")).check_collected(whole := one.collect(submission.key))
    for number, moment in moments(whole.steps, part, "call status", last):
        one = copy(f"{number}-{moment}")
        killed = one.collect(submission.key, (number, moment))
        one.check_killed(killed, whole.steps[: number + 1], moment, set())
        one.check_collected(one.collect(submission.key))
    assert desk.requests == requests


@pytest.mark.parametrize(("step", "moment"), [("write hardware.csv", BEFORE), ("write hardware.csv", DURING)])
def test_collect_all_is_killed_after_the_values_are_home(desk: Desk, step: str, moment: str) -> None:
    desk.check_submitted(desk.submit())
    begun = ["call status", "write state.json", "call fetch", "write answer.executor.json.gz", "write state.json"]
    begun += ["write values.npz", step]
    desk.check_killed(desk.collect("--all", (len(begun) - 1, moment)), begun, moment, set())
    desk.check_collected(desk.collect("--all"))


def test_killed_while_the_service_has_made_the_job_but_not_answered(desk: Desk) -> None:
    desk.service.add_fault("POST", "/jobs", Hang(60, after_processing=True))
    killed = desk.submit_killed_when(lambda: bool(desk.service.jobs))
    assert (killed.status, killed.orphans, desk.states) == (KILLED, False, ["submitting"])
    desk.check_submitted(desk.submit())
    assert desk.requests == 1
    desk.check_collected(desk.collect("--all"))


def test_killed_while_the_service_has_made_the_second_job_but_not_answered(desk: Desk) -> None:
    desk = replace(desk, count=2)
    desk.service.add_fault("POST", "/jobs", Hang(0))
    desk.service.add_fault("POST", "/jobs", Hang(60, after_processing=True))
    killed = desk.submit_killed_when(lambda: len(desk.service.jobs) == 2)
    assert (killed.status, killed.orphans, desk.states) == (KILLED, False, ["submitted", "submitting"])
    desk.check_collected(desk.collect("--all"))  # without another submission: it finds the job as well
    assert (desk.submit().status, desk.requests) == (0, 2)


def test_killed_while_the_service_is_slow_to_make_the_job(desk: Desk) -> None:
    desk.service.add_fault("POST", "/jobs", Hang(3))
    killed = desk.submit_killed_when(lambda: desk.requests == 1)
    assert (killed.status, killed.orphans, desk.states) == (KILLED, False, ["submitting"])
    assert not desk.service.jobs
    desk.check_submitted(desk.submit(settle=20))  # it waits, and adopts the job
    assert desk.requests == 1
    desk.check_collected(desk.collect("--all"))


def test_killed_while_a_request_is_under_way_that_never_makes_a_job(desk: Desk) -> None:
    desk.service.add_fault("POST", "/jobs", Hang(600))  # the end of the service ends it, without a job
    killed = desk.submit_killed_when(lambda: desk.requests == 1)
    assert (killed.status, killed.orphans, desk.states) == (KILLED, False, ["submitting"])
    desk.check_submitted(desk.submit())
    assert desk.requests == 2
    desk.check_collected(desk.collect("--all"))


def test_killed_while_the_client_repeats_its_request(desk: Desk) -> None:
    desk.service.add_fault("POST", "/jobs", Answer(503, "busy"), times=None)
    killed = desk.submit_killed_when(lambda: desk.requests == 2)
    assert (killed.status, killed.orphans, desk.states) == (KILLED, False, ["submitting"])
    desk.service.clear_faults()
    requests = desk.requests
    time.sleep(1)
    assert desk.requests == requests
    desk.check_submitted(desk.submit())
    desk.check_collected(desk.collect("--all"))


def test_killed_as_it_is_outside_of_tests(desk: Desk) -> None:
    """The program as a person starts it, with a client that shares nothing with it."""
    desk.service.add_fault("POST", "/jobs", Hang(60, after_processing=True))
    with subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "ibm_jobs.py"), *desk.submit_command()],
        env={**desk.killer.environment, **desk.service.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        wait_until(lambda: bool(desk.service.jobs))
        process.kill()
        process.communicate(timeout=SOON)  # its client has the same output: it ends when both have ended
    assert (process.returncode, desk.states) == (KILLED, ["submitting"])
    desk.check_submitted(desk.submit())
    assert desk.requests == 1
    desk.check_collected(desk.collect("--all"))
