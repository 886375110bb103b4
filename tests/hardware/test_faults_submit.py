"""What goes wrong while jobs are submitted: never two jobs, never one that nobody knows of."""

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Timer
from typing import Any

import pytest
from hardware.command import Jobs
from loopback import Answer, AnswerAfter, DropAfter, DropBefore, Hang, Job, LoopbackService

from qnlnet.hardware.commands import lookup

pytestmark = pytest.mark.slow

REFUSAL = {"errors": [{"code": 1234, "message": "The stand-in says no."}], "trace": "0123456789abcdef"}


def on_new_job(service: LoopbackService, do: Callable[[Job], Any]) -> None:
    """Lets something happen as soon as the service holds a job."""
    create = service.create_job

    def create_and_do(*arguments: Any, **options: Any) -> Job:
        job = create(*arguments, **options)
        do(job)
        return job

    service.create_job = create_and_do


def set_timeout(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Limits calls to the service; submitting may take three times as long."""
    monkeypatch.setenv("QNLNET_IBM_TIMEOUT", str(seconds))


def live(service: LoopbackService) -> list[str]:
    return [job.id for job in service.jobs if job.status != "Cancelled"]


def assert_held(jobs: Jobs, service: LoopbackService, note: str) -> None:
    """The service holds one live job, and the ledger knows it."""
    (record,) = (job.record for job in jobs.submission.jobs)
    assert (str(record.state), [record.job_id]) == ("submitted", live(service))
    assert note in record.note


def assert_nothing_held(jobs: Jobs, service: LoopbackService) -> None:
    assert (service.jobs, jobs.states) == ([], ["planned"])


def test_a_connection_dropped_after_the_job_was_taken(jobs: Jobs, service: LoopbackService) -> None:
    service.add_fault("POST", "/jobs", DropAfter())
    submitted = jobs.submit()
    assert submitted.status == 0
    assert "Looking whether the job has arrived …" in submitted.out
    assert len(service.jobs) == 1
    assert_held(jobs, service, "found at the service by its tag")
    assert jobs("collect", "--all").status == 0


def test_a_connection_dropped_before_the_job_was_taken(jobs: Jobs, service: LoopbackService) -> None:
    service.add_fault("POST", "/jobs", DropBefore())
    submitted = jobs.submit()
    assert submitted.status == 2
    assert "Nothing was submitted: the service lists no such job." in submitted.err
    assert "run the same submit command again" in submitted.err
    assert_nothing_held(jobs, service)
    assert jobs.submit().status == 0
    assert len(service.jobs) == 1
    assert_held(jobs, service, "confirmed")


def test_no_answer_and_no_list(jobs: Jobs, service: LoopbackService) -> None:
    service.add_fault("POST", "/jobs", DropAfter())
    on_new_job(service, lambda _: service.add_fault("GET", "/jobs", Answer(400, REFUSAL), times=None))
    submitted = jobs.submit()
    assert submitted.status == 2
    assert "Whether the job has arrived is open" in submitted.err
    assert "submits nothing twice" in submitted.err
    assert "status" in submitted.err
    assert (jobs.states, len(service.jobs)) == (["submitting"], 1)
    again = jobs.submit()
    assert (again.status, jobs.states, len(service.jobs)) == (2, ["submitting"], 1)
    service.clear_faults()
    assert jobs.submit().status == 0
    assert len(service.jobs) == 1
    assert_held(jobs, service, "found")


def test_status_resolves_what_is_open(jobs: Jobs, service: LoopbackService) -> None:
    service.auto_complete = False
    service.add_fault("POST", "/jobs", DropAfter())
    on_new_job(service, lambda _: service.add_fault("GET", "/jobs", Answer(400, REFUSAL)))
    assert jobs.submit().status == 2
    assert jobs.states == ["submitting"]
    assert "job 1 is queued" in jobs("status").out
    assert len(service.jobs) == 1
    assert_held(jobs, service, "found")


def test_a_job_that_is_listed_late(jobs: Jobs, service: LoopbackService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "PATIENCE", replace(lookup.PATIENCE, settle_seconds=30))

    def hide(job: Job) -> None:
        tags, job.tags = job.tags, []
        Timer(1.0, lambda: setattr(job, "tags", tags)).start()

    service.add_fault("POST", "/jobs", DropAfter())
    on_new_job(service, hide)
    submitted = jobs.submit()
    assert submitted.status == 0
    assert "seconds" not in submitted.err
    assert "Waiting up to 30 s for the service to list the job." in submitted.out
    assert len(service.jobs) == 1
    assert_held(jobs, service, "found")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "IBM Quantum has refused the request"),
        (401, "IBM Quantum does not accept the account"),
        (403, "IBM Quantum has refused the request"),
    ],
)
def test_refusals(jobs: Jobs, service: LoopbackService, status: int, sentence: str) -> None:
    service.add_fault("POST", "/jobs", Answer(status, REFUSAL))
    refused = jobs.submit()
    assert refused.status == 2
    assert f"error: {sentence}" in refused.err
    assert "The stand-in says no." in refused.err
    assert_nothing_held(jobs, service)
    assert service.requests.count(("POST", "/jobs")) == 1
    assert jobs.submit().status == 0
    assert len(service.jobs) == 1


def test_too_many_requests_for_a_while(jobs: Jobs, service: LoopbackService) -> None:
    service.add_fault("POST", "/jobs", Answer(429, REFUSAL), times=2)
    submitted = jobs.submit()
    assert submitted.status == 0
    assert submitted.out.count("IBM Quantum takes no more jobs at the moment") == 2
    assert len(service.jobs) == 1
    assert_held(jobs, service, "confirmed")


def test_too_many_requests_for_ever(jobs: Jobs, service: LoopbackService) -> None:
    service.add_fault("POST", "/jobs", Answer(429, REFUSAL), times=None)
    submitted = jobs.submit("--images-per-job", "4")
    assert (submitted.status, "IBM Quantum has refused the request" in submitted.err) == (2, True)
    assert service.requests.count(("POST", "/jobs")) == 3
    assert (service.jobs, jobs.states) == ([], ["planned", "planned"])
    assert [batch.open for batch in service.batches] == [False]


def test_a_batch_that_breaks_in_the_middle(jobs: Jobs, service: LoopbackService) -> None:
    def refuse_the_second(job: Job) -> None:
        if job.tags[0].endswith("-0"):
            service.add_fault("POST", "/jobs", Answer(403, REFUSAL))

    on_new_job(service, refuse_the_second)
    assert jobs.submit("--images-per-job", "3").status == 2
    assert jobs.states == ["submitted", "planned", "planned"]
    first = service.jobs[0].id
    assert jobs.submit("--images-per-job", "3").status == 0
    assert jobs.states == ["submitted"] * 3
    assert len(service.jobs) == 3
    assert service.jobs[0].id == first
    assert [batch.open for batch in service.batches] == [False, False]
    assert {batch.mode for batch in service.batches} == {"batch"}
    assert jobs("collect", "--all").status == 0


def test_5xx_for_a_while(jobs: Jobs, service: LoopbackService) -> None:
    service.add_fault("POST", "/jobs", Answer(500), times=1)
    service.add_fault("POST", "/jobs", Answer(503), times=1)
    assert jobs.submit().status == 0
    assert service.requests.count(("POST", "/jobs")) == 3
    assert len(service.jobs) == 1
    assert_held(jobs, service, "confirmed")


def test_5xx_for_ever(jobs: Jobs, service: LoopbackService, monkeypatch: pytest.MonkeyPatch) -> None:
    set_timeout(monkeypatch, 3)  # the client repeats for 15 seconds
    service.add_fault("POST", "/jobs", Answer(500), times=None)
    submitted = jobs.submit()
    assert submitted.status == 2
    assert "has not answered within 9 seconds" in submitted.err
    assert "Nothing was submitted" in submitted.err
    assert_nothing_held(jobs, service)


def test_5xx_although_the_job_was_taken(jobs: Jobs, service: LoopbackService) -> None:
    service.auto_complete = False
    service.add_fault("POST", "/jobs", AnswerAfter(502), times=2)
    submitted = jobs.submit()
    assert submitted.status == 0
    assert [job.status for job in service.jobs] == ["Cancelled", "Cancelled", "Queued"]
    assert_held(jobs, service, f"The service also held {service.jobs[0].id}, which is cancelled")
    service.auto_complete = True
    assert jobs("collect", "--all").status == 0


def test_a_refusal_although_the_job_was_taken(jobs: Jobs, service: LoopbackService) -> None:
    service.add_fault("POST", "/jobs", AnswerAfter(400, REFUSAL))
    assert jobs.submit().status == 2
    assert jobs.submit().status == 0
    assert len(service.jobs) == 1
    assert_held(jobs, service, "found")


def test_5xx_for_ever_although_jobs_were_taken(
    jobs: Jobs, service: LoopbackService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.auto_complete = False
    set_timeout(monkeypatch, 2)
    service.add_fault("POST", "/jobs", AnswerAfter(500), times=None)
    submitted = jobs.submit()
    assert submitted.status == 0
    assert "has not answered within 6 seconds. Looking whether the job has arrived …" in submitted.out
    assert len(service.jobs) > 1
    assert live(service) == [service.jobs[0].id]
    assert_held(jobs, service, "found")


@pytest.mark.parametrize("after_processing", [True, False])
def test_silence_when_submitting(
    jobs: Jobs, service: LoopbackService, monkeypatch: pytest.MonkeyPatch, after_processing: bool
) -> None:
    set_timeout(monkeypatch, 2)
    service.add_fault("POST", "/jobs", Hang(600, after_processing))
    started = time.monotonic()
    submitted = jobs.submit()
    assert time.monotonic() - started < 60  # 6 seconds for the job, 1 for the list
    assert "has not answered within 6 seconds" in submitted.out
    if after_processing:
        assert submitted.status == 0
        assert len(service.jobs) == 1
        assert_held(jobs, service, "found")
    else:
        assert submitted.status == 2
        assert "Nothing was submitted: the service lists no such job." in submitted.err
        assert_nothing_held(jobs, service)


def test_a_job_that_comes_into_being_after_all_hope(
    jobs: Jobs, service: LoopbackService, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_timeout(monkeypatch, 1.5)
    service.add_fault("POST", "/jobs", Hang(9))
    assert jobs.submit().status == 2  # after 4.5 seconds for the job and 1 for the list
    assert_nothing_held(jobs, service)
    while not service.jobs:
        time.sleep(0.1)
    assert jobs.submit().status == 0
    assert len(service.jobs) == 1
    assert_held(jobs, service, "found")
