"""Cancelling: what waits, what has ended, and what nobody knows of."""

import pytest
from hardware.command import Jobs
from loopback import Answer, DropAfter, DropBefore, LoopbackService

pytestmark = pytest.mark.slow


def test_cancelling_what_waits(jobs: Jobs, service: LoopbackService) -> None:
    service.auto_complete = False
    jobs.submit()
    key = jobs.submission.key
    cancelled = jobs("cancel", key)
    assert (cancelled.status, cancelled.out) == (0, f"Job {service.jobs[0].id} is cancelled.\n")
    assert (jobs.states, service.jobs[0].status) == (["cancelled"], "Cancelled")
    refused = jobs("collect", key)
    assert refused.status == 2
    assert "is cancelled: The job was cancelled. To run it again, submit the same with --repeat." in refused.err
    assert jobs("collect", "--all").status == 0
    assert jobs.submit().status == 0
    assert (len(service.jobs), jobs.rows) == (1, [])


def test_cancelling_what_has_ended(jobs: Jobs, service: LoopbackService) -> None:
    jobs.submit()
    key = jobs.submission.key
    service.complete(service.jobs[0])
    cancelled = jobs("cancel", key)
    assert cancelled.status == 0
    assert f"The job {service.jobs[0].id} has ended already." in cancelled.out
    assert jobs.states == ["submitted"]
    assert jobs("collect", key).status == 0
    assert len(jobs.rows) == 1


def test_cancelling_what_was_never_submitted(jobs: Jobs, service: LoopbackService) -> None:
    service.add_fault("POST", "/jobs", Answer(403))
    jobs.submit()
    key = jobs.submission.key
    assert jobs("cancel", key).status == 0
    assert jobs.states == ["cancelled"]
    assert jobs.submit().out.startswith("This has been submitted before, so nothing was done.")
    assert service.jobs == []


def test_cancelling_what_may_have_arrived(jobs: Jobs, service: LoopbackService) -> None:
    service.auto_complete = False
    service.add_fault("POST", "/jobs", DropAfter())
    service.add_fault("GET", "/jobs/.*", DropBefore())  # of no importance: the client asks again
    create = service.create_job

    def create_and_hide(*arguments, **options):
        service.add_fault("GET", "/jobs", Answer(400))
        return create(*arguments, **options)

    service.create_job = create_and_hide
    assert jobs.submit().status == 2
    assert jobs.states == ["submitting"]
    cancelled = jobs("cancel", jobs.submission.key)
    assert (cancelled.status, jobs.states) == (0, ["cancelled"])
    assert [job.status for job in service.jobs] == ["Cancelled"]


def test_a_cancellation_without_an_answer(jobs: Jobs, service: LoopbackService) -> None:
    service.auto_complete = False
    jobs.submit()
    key, job = jobs.submission.key, service.jobs[0]
    service.add_fault("POST", f"/jobs/{job.id}/cancel", DropAfter())
    unanswered = jobs("cancel", key)
    assert (unanswered.status, jobs.states) == (2, ["submitted"])
    assert "the connection broke" in unanswered.err
    assert f"job {1} is cancelled" in jobs("status").out
    assert (jobs.states, job.status) == (["cancelled"], "Cancelled")


def test_cancelling_a_batch_of_which_a_part_has_ended(jobs: Jobs, service: LoopbackService) -> None:
    service.auto_complete = False
    jobs.submit("--images-per-job", "3")
    service.complete(service.jobs[1])
    cancelled = jobs("cancel", jobs.submission.key)
    assert cancelled.status == 0
    assert f"The job {service.jobs[1].id} has ended already." in cancelled.out
    assert jobs.states == ["cancelled", "submitted", "cancelled"]
    assert [job.status for job in service.jobs] == ["Cancelled", "Completed", "Cancelled"]
