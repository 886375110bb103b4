"""What goes wrong while results are fetched: nothing is lost, and nothing is taken for a result that is none."""

import gzip
import json
import time
from threading import Timer
from types import SimpleNamespace
from typing import Any

import pytest
from hardware.command import Jobs
from loopback import Answer, DropBefore, Hang, Job, LoopbackService

from qnlnet.runtime import polling
from qnlnet.runtime.estimators import encode_answer

pytestmark = pytest.mark.slow


@pytest.fixture
def submitted(jobs: Jobs, service: LoopbackService) -> Job:
    """A job that is submitted and waits."""
    service.auto_complete = False
    assert jobs.submit("--estimator", "legacy").status == 0
    return service.jobs[0]


@pytest.mark.parametrize(
    ("status", "reason", "code", "state", "sentence"),
    [
        ("Failed", "A qubit fell off.", 1517, "failed", "A qubit fell off."),
        ("Failed", None, None, "failed", "is failed: "),
        ("Cancelled", "Ran too long.", 1305, "failed", "ran longer than maximum execution time"),
        ("Cancelled", None, None, "cancelled", "The job was cancelled."),
    ],
)
def test_jobs_that_end_without_results(
    jobs: Jobs,
    service: LoopbackService,
    submitted: Job,
    status: Any,
    reason: str | None,
    code: int | None,
    state: str,
    sentence: str,
) -> None:
    submitted.status, submitted.reason, submitted.reason_code, submitted.usage_seconds = status, reason, code, 1.5
    refused = jobs("collect", jobs.submission.key, "--wait")
    assert refused.status == 2
    assert f"error: Job {submitted.id} is {state}:" in refused.err
    assert sentence in refused.err
    assert "To run it again, submit the same with --repeat." in refused.err
    assert jobs.states == [state]
    assert jobs.submission.jobs[0].record.used_seconds == 1.5
    asked = len(service.requests)
    assert jobs("collect", jobs.submission.key).err == refused.err  # and once more, without asking
    assert len(service.requests) == asked
    assert (len(service.jobs), jobs.rows) == (1, [])


@pytest.mark.parametrize("gone", [True, "empty"])
def test_results_that_are_gone(jobs: Jobs, service: LoopbackService, submitted: Job, gone: Any) -> None:
    service.complete(submitted)
    submitted.results_gone = gone
    refused = jobs("collect", "--all")
    assert refused.status == 2
    assert f"IBM Quantum no longer has the results of the job {submitted.id}" in refused.err
    assert (jobs.states, jobs.rows) == (["gone"], [])
    assert len(service.jobs) == 1


def test_a_job_that_the_service_does_not_know(jobs: Jobs, service: LoopbackService, submitted: Job) -> None:
    service.jobs.clear()
    refused = jobs("collect", "--all")
    assert refused.status == 2
    assert f"IBM Quantum does not know the job {submitted.id}. It may belong to another account" in refused.err
    assert (jobs.states, service.jobs) == (["submitted"], [])  # with the right account it is there


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (encode_answer([0.5] * 7, [0.1] * 7), "must hold values of shape (8,), but holds (7,)"),
        (encode_answer([0.5] * 6 + [float("nan"), float("inf")], [0.1] * 8), "but 2 of 8 are not"),
        ("<html>Sorry</html>", "cannot be read as the result of an estimator"),
        ("{}", "cannot be read as the result of an estimator"),
    ],
)
def test_answers_that_are_no_results(
    jobs: Jobs, service: LoopbackService, submitted: Job, text: str, sentence: str
) -> None:
    service.complete(submitted)
    submitted.result_override = text
    refused = jobs("collect", jobs.submission.key)
    assert refused.status == 2
    assert refused.err.startswith("error: The answer")
    assert sentence in refused.err
    assert jobs.states == ["retrieved"]  # and kept, as it came
    assert (jobs.submission.values_path.exists(), jobs.rows) == (False, [])


def test_an_answer_of_the_executor_with_another_shape(jobs: Jobs, service: LoopbackService) -> None:
    jobs.submit()
    jobs.submit("--images", "3")
    whole, part = service.jobs
    service.complete(part)
    service.complete(whole)
    whole.result_override = part.results
    key = whole.tags[0].split("-")[1]
    refused = jobs("collect", key)
    assert (refused.status, "must hold values of shape (8,), but holds (3,)" in refused.err) == (2, True)
    assert jobs("collect", "--all").status == 2
    assert len(jobs.rows) == 1


def test_collecting_with_the_account_of_somebody_else(jobs: Jobs, service: LoopbackService, submitted: Job) -> None:
    service.complete(submitted)
    service.add_fault("GET", f"/jobs/{submitted.id}", Answer(404))
    refused = jobs("collect", "--all")
    assert (refused.status, "It may belong to another account or instance." in refused.err) == (2, True)
    jobs("collect", jobs.submission.key)  # with the right one
    assert jobs.submission.state == "collected"


@pytest.mark.parametrize("status", [401, 403])
def test_a_question_is_refused(jobs: Jobs, service: LoopbackService, submitted: Job, status: int) -> None:
    service.complete(submitted)
    service.add_fault("GET", f"/jobs/{submitted.id}", Answer(status), times=None)
    assert (jobs("collect", "--all", "--wait").status, jobs("status").status) == (2, 2)
    assert jobs.states == ["submitted"]


def test_waiting_for_what_was_never_submitted(
    jobs: Jobs, service: LoopbackService, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = iter(range(10))
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: next(pauses))  # at last a StopIteration
    monkeypatch.setattr(polling, "time", clock)
    service.add_fault("POST", "/jobs", Answer(403))
    jobs.submit()
    refused = jobs("collect", jobs.submission.key, "--wait")
    assert (refused.status, jobs.states) == (3, ["planned"])
    assert "nothing was submitted; run the same submit command again" in refused.out
    assert service.jobs == []


def test_one_job_of_a_batch_fails(jobs: Jobs, service: LoopbackService) -> None:
    jobs.submit("--images-per-job", "3")
    service.jobs[1].status, service.jobs[1].reason = "Failed", "A qubit fell off."
    refused = jobs("collect", "--all", "--wait")
    assert refused.status == 2
    assert f"Job {service.jobs[1].id} is failed:" in refused.err
    assert "The answers of 2 other jobs are kept." in refused.err
    assert jobs.states == ["retrieved", "failed", "retrieved"]
    assert (len(service.jobs), jobs.rows) == (3, [])


def test_all_but_the_broken_are_collected(jobs: Jobs, service: LoopbackService) -> None:
    for _ in range(4):
        jobs.submit("--repeat")
    damaged, failed, *good = jobs.keys
    (jobs.ledger / damaged / "plan.json").write_text("{")
    (broken,) = (job for job in service.jobs if failed in job.tags[0])
    broken.status, broken.reason = "Failed", "A qubit fell off."
    collected = jobs("collect", "--all")
    assert collected.status == 2
    assert f"{jobs.ledger / damaged / 'plan.json'} is damaged" in collected.err
    assert f"error: {failed}: Job {broken.id} is failed: " in collected.err
    assert [row.split(",")[0] for row in jobs.rows] == good
    assert len(service.jobs) == 4


def test_what_is_on_disk_needs_no_service(jobs: Jobs, service: LoopbackService, submitted: Job) -> None:
    service.complete(submitted)
    assert jobs("collect", "--all").status == 0
    rows = jobs.rows
    jobs.submission.values_path.unlink()
    (jobs.ledger / "hardware.csv").unlink()
    service.close()
    assert jobs("collect", jobs.submission.key).status == 0
    assert jobs.submission.values_path.exists()
    assert len(jobs.rows) == 1
    assert jobs.rows[0].split(",")[:20] == rows[0].split(",")[:20]


def test_waiting_through_an_outage(jobs: Jobs, service: LoopbackService, submitted: Job) -> None:
    service.add_fault("GET", ".*", DropBefore(), times=None)
    service.add_fault("POST", ".*", DropBefore(), times=None)

    def come_back() -> None:
        service.clear_faults()
        service.complete(submitted)

    Timer(3.0, come_back).start()
    collected = jobs("collect", "--all", "--wait")
    assert collected.status == 0
    assert (jobs.submission.state, len(jobs.rows)) == ("collected", 1)


def test_waiting_has_an_end(jobs: Jobs, service: LoopbackService, submitted: Job) -> None:
    service.close()
    refused = jobs("collect", "--all", "--wait")
    assert (refused.status, "IBM Quantum cannot be reached" in refused.err) == (2, True)
    assert "Trying again; nothing is lost." in refused.out
    assert jobs.states == ["submitted"]


@pytest.mark.parametrize("status", [429, 500])
def test_waiting_through_refusals(jobs: Jobs, service: LoopbackService, submitted: Job, status: int) -> None:
    service.complete(submitted)
    service.add_fault("GET", f"/jobs/{submitted.id}", Answer(status), times=2)
    assert jobs("collect", "--all", "--wait").status == 0
    assert jobs.submission.state == "collected"


def test_silence_about_a_job(
    jobs: Jobs, service: LoopbackService, submitted: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QNLNET_IBM_TIMEOUT", "2")
    service.add_fault("GET", f"/jobs/{submitted.id}", Hang(600), times=None)
    started = time.monotonic()
    for command in (("status",), ("collect", "--all"), ("cancel", jobs.submission.key)):
        refused = jobs(*command)
        assert (refused.status, "IBM Quantum has not answered within 2 seconds." in refused.err) == (2, True)
    assert time.monotonic() - started < 90
    assert jobs.states == ["submitted"]
    service.clear_faults()
    service.complete(submitted)
    assert jobs("collect", "--all").status == 0


def test_an_answer_that_breaks_off(
    jobs: Jobs, service: LoopbackService, submitted: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QNLNET_IBM_TIMEOUT", "2")
    service.complete(submitted)
    service.add_fault("GET", f"/jobs/{submitted.id}/results", DropBefore(), times=None)
    refused = jobs("collect", "--all")
    assert (refused.status, jobs.states) == (2, ["submitted"])
    service.clear_faults()
    assert jobs("collect", "--all").status == 0


def test_the_answer_is_kept_word_for_word(jobs: Jobs, service: LoopbackService, submitted: Job) -> None:
    service.complete(submitted)
    jobs("collect", "--all")
    (file,) = (jobs.submission.directory / "jobs" / "0").glob("answer.*")
    assert file.name == "answer.estimator.json.gz"
    assert json.loads(gzip.decompress(file.read_bytes())) == json.loads(submitted.results or "")
