"""What works: each command is a program of its own, and only the ledger connects them."""

import builtins
from dataclasses import replace

import numpy as np
import pytest
from hardware.command import WORKLOAD, Jobs
from loopback import LoopbackService

pytestmark = pytest.mark.slow

SHOTS = int(WORKLOAD[3])


def test_submit_leave_collect(slow_start: Jobs, service: LoopbackService) -> None:
    jobs = slow_start
    service.auto_complete = False
    submitted = jobs.submit()
    (job,) = service.jobs
    key = jobs.submission.key
    assert submitted.status == 0
    assert f"Submitted {key}: {job.id}." in submitted.out
    assert f"collect {key} --ledger {jobs.ledger} --wait" in submitted.out
    assert jobs.states == ["submitted"]

    status = jobs("status")
    assert (status.status, f"{key}: IBM Quantum says job 1 is queued." in status.out) == (0, True)
    early = jobs("collect", key)
    assert (early.status, "job 1: submitted" in early.out) == (3, True)
    assert jobs.rows == []

    service.complete(job)
    collected = jobs("collect", key)
    assert collected.status == 0
    assert f"{key}  digits-0-1_pca" in collected.out
    assert jobs.submission.state == "collected"
    assert jobs.submission.jobs[0].record.used_seconds == pytest.approx(job.estimated_seconds)
    assert [row.split(",")[0] for row in jobs.rows] == [key]
    assert (jobs.ledger / "hardware.md").exists()
    assert len(service.jobs) == 1


def test_what_is_done_is_not_done_again(jobs: Jobs, service: LoopbackService) -> None:
    jobs.submit()
    jobs("collect", "--all")
    table, asked = jobs.rows, len(service.requests)
    again = jobs.submit()
    assert again.status == 0
    assert again.out.startswith("This has been submitted before, so nothing was done. To run it again, add --repeat.")
    assert jobs("collect", jobs.submission.key[:5]).status == 0
    assert jobs("collect", "--all").out == "There is nothing to collect.\n"
    assert f"{jobs.submission.key}  collected" in jobs("list").out
    assert len(service.requests) == asked
    assert len(service.jobs) == 1
    assert jobs.rows == table


def test_repeating(jobs: Jobs, service: LoopbackService) -> None:
    jobs.submit()
    assert jobs.submit("--repeat").status == 0
    assert jobs.submit().status == 0
    assert len(service.jobs) == len(jobs.keys) == 2
    assert {job.tags[0] for job in service.jobs} == {f"qnlnet-{key}-0" for key in jobs.keys}
    assert jobs("collect", "--all", "--wait").status == 0
    assert sorted(row.split(",")[0] for row in jobs.rows) == jobs.keys


def test_estimating_submits_nothing(jobs: Jobs, service: LoopbackService) -> None:
    estimated = jobs("estimate", *jobs.workload())
    assert estimated.status == 0
    assert "executions  1,024" in estimated.out
    assert estimated.out.endswith("Nothing was submitted.\n")
    assert (service.jobs, jobs.keys) == ([], [])
    jobs.submit()
    assert f"{jobs.submission.key}  submitted" in jobs("estimate", *jobs.workload()).out
    assert len(service.jobs) == 1


def test_the_budget(jobs: Jobs, service: LoopbackService) -> None:
    for refused in (jobs.submit("--budget", "1"), jobs("estimate", *jobs.workload(), "--budget", "1")):
        assert refused.status == 2
        assert "more than --budget 1, so nothing was submitted" in refused.err
    assert (service.jobs, jobs.keys) == ([], [])
    assert jobs.submit("--budget", "30").status == 0
    assert service.jobs[0].max_seconds == jobs.submission.plan.circumstances.max_seconds == 30


def test_the_question(jobs: Jobs, service: LoopbackService, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(builtins, "input", lambda _: "n")
    declined = jobs.submit(ask=True)
    assert (declined.status, declined.out.endswith("Nothing was submitted.\n")) == (0, True)
    monkeypatch.setattr(builtins, "input", nobody)
    unheard = jobs.submit(ask=True)
    assert (unheard.status, "Add --yes." in unheard.err) == (2, True)
    assert (service.jobs, jobs.keys) == ([], [])
    monkeypatch.setattr(builtins, "input", lambda _: "y")
    assert jobs.submit(ask=True).status == 0
    assert len(service.jobs) == 1


@pytest.mark.parametrize("estimator", ["executor", "legacy"])
def test_a_batch(jobs: Jobs, service: LoopbackService, estimator: str) -> None:
    service.noise_free = True
    submitted = jobs.submit("--images-per-job", "3", "--estimator", estimator)
    assert submitted.status == 0
    key = jobs.submission.key
    assert [job.tags[0] for job in service.jobs] == [f"qnlnet-{key}-{part}" for part in range(3)]
    assert [job.program_id for job in service.jobs] == [{"executor": "executor", "legacy": "estimator"}[estimator]] * 3
    (batch,) = service.batches
    assert (batch.mode, batch.open, batch.backend) == ("batch", False, "ibm_manila")
    assert {job.session_id for job in service.jobs} == {batch.id}
    limit = jobs.submission.plan.circumstances.max_seconds
    assert {job.max_seconds for job in service.jobs} == {limit}
    assert limit is not None
    assert 3 * limit <= 120  # the default budget
    assert jobs("collect", "--all").status == 0
    assert jobs.submission.state == "collected"
    with np.load(jobs.submission.values_path) as arrays:
        values = arrays["values"]
    # Five standard deviations of a mean of 128 signs; without noise nothing else is between the two.
    np.testing.assert_allclose(values, jobs.submission.inputs().exact_values, rtol=0, atol=5 / np.sqrt(SHOTS))
    assert len(jobs.rows) == 1


def test_a_single_job_needs_no_batch(jobs: Jobs, service: LoopbackService) -> None:
    jobs.submit("--estimator", "legacy")
    assert [(job.program_id, job.session_id) for job in service.jobs] == [("estimator", None)]
    assert service.batches == []
    assert jobs("collect", "--all").status == 0


def test_a_job_is_found_by_its_tag_over_several_pages(jobs: Jobs, service: LoopbackService) -> None:
    service.auto_complete, service.page_size = False, 2
    jobs.submit()
    jobs.submit("--repeat")
    other = next(job for job in service.jobs if job.tags != service.jobs[0].tags)
    first = service.jobs[0]
    for number in range(4):  # later ones with the same tag, as an impatient client may have made
        service.jobs.append(replace(first, id=f"twin{number}", created=other.created))
    key = first.tags[0].split("-")[1]
    (jobs.ledger / key / "jobs" / "0" / "state.json").unlink()  # the folder is a copy from before the submission
    again = jobs.submit()
    assert again.status == 0
    assert f"Going on with {key}, which was planned before and is planned." in again.out
    assert [job.id for job in service.jobs if job.status == "Queued"] == [first.id, other.id]
    assert [job.id for job in service.jobs if job.status == "Cancelled"] == [f"twin{number}" for number in range(4)]
    status = jobs("status", key)
    assert f"job 1: submitted, {first.id}. The job was found at the service by its tag." in status.out
    assert "twin3, which is cancelled" in status.out


def test_the_least_busy_device(jobs: Jobs, service: LoopbackService) -> None:
    def set_queues(**queues: int) -> None:
        for name, length in queues.items():
            service.devices[name].queue_length = length

    set_queues(ibm_manila=7, ibm_quito=2)
    assert jobs.submit(backend="least-busy").status == 0
    set_queues(ibm_manila=1, ibm_quito=9)
    assert jobs.submit(backend="least-busy").out.startswith("This has been submitted before")
    assert [job.backend for job in service.jobs] == ["ibm_quito"]
    assert jobs.submission.plan.circumstances.device == "ibm_quito"
    assert jobs("collect", "--all").status == 0
    assert ",ibm_quito," in jobs.rows[0]


def test_what_the_service_does_not_know(jobs: Jobs, service: LoopbackService) -> None:
    unknown = jobs.submit(backend="ibm_nowhere")
    assert unknown.status == 2
    assert "It has ibm_manila, ibm_quito." in unknown.err
    assert "Argument `backend` must name a device with at least 4 qubits" in unknown.err
    assert jobs("collect", "abc").status == 2
    assert (service.jobs, jobs.keys) == ([], [])


def test_a_simulated_device_is_not_submitted_to(jobs: Jobs, service: LoopbackService) -> None:
    refused = jobs.submit(backend="fake-manila")
    assert (refused.status, "Simulated devices: rehearse." in refused.err) == (2, True)
    assert service.requests == []
