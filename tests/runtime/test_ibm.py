"""The client of IBM Quantum against a stand-in of the service: devices, jobs, batches, answers."""

import logging
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from loopback import LoopbackService
from runtime.ibm_requests import ANGLES, SHOTS, build_request

from qnlnet.runtime import JobStatus, Phase
from qnlnet.runtime.estimators import decode_answer
from qnlnet.runtime.ibm import IBMClient


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackService]:
    devices = {"ibm_manila": "FakeManilaV2", "ibm_quito": "FakeQuitoV2"}
    with LoopbackService(devices, noise_free=True) as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        yield service


@pytest.fixture
def client(service: LoopbackService) -> Iterator[IBMClient]:
    logger = logging.getLogger("qiskit_ibm_runtime")
    level, propagate = logger.level, logger.propagate
    with warnings.catch_warnings():  # the constructor silences them, as it has a process of its own outside of tests
        yield IBMClient()
    logger.setLevel(level)
    logger.propagate = propagate


def test_a_job_from_submission_to_answer(service: LoopbackService, client: IBMClient) -> None:
    job_id = client.submit(build_request("mine"))
    (job,) = service.jobs
    assert (job.id, job.tags, job.backend, job.session_id, job.max_seconds) == (
        job_id,
        ["mine"],
        "ibm_manila",
        None,
        77,
    )
    assert client.find("mine") == [job_id]
    assert client.find("other") == client.find("mine", "other") == []
    assert client.status(job_id) == JobStatus(Phase.DONE, "", pytest.approx(2 + 0.00035 * 3 * SHOTS))
    program, answer = client.fetch(job_id)
    values, errors = decode_answer(program, answer)
    expected = np.cos(ANGLES[:, 0])
    # A mean of n outcomes ±1 has variance (1 − ⟨Z⟩²)/n; six standard errors are exceeded once in 10⁸ times.
    sigma = np.sqrt((1 - expected**2) / SHOTS)
    assert (np.abs(values - expected) <= 6 * sigma).all()
    # cos(3) = −0.99 leaves few outcomes +1, so errors of the sample scatter by some percent.
    np.testing.assert_allclose(errors, sigma, rtol=0.3, atol=1e-12)
    assert client.fetch(job_id) == (program, answer)  # word for word, again and again


def test_phases_of_a_job(service: LoopbackService, client: IBMClient) -> None:
    service.auto_complete = False
    job_id = client.submit(build_request())
    job = service.jobs[0]
    assert client.status(job_id) == JobStatus(Phase.QUEUED)
    job.status = "Running"
    assert client.status(job_id) == JobStatus(Phase.RUNNING)
    client.cancel(job_id)
    assert job.status == "Cancelled"
    assert client.status(job_id) == JobStatus(Phase.CANCELLED, "", None)


def test_the_reason_of_a_failure_without_secrets(service: LoopbackService, client: IBMClient) -> None:
    service.auto_complete = False
    job_id = client.submit(build_request())
    job = service.jobs[0]
    job.status, job.reason, job.reason_code = "Failed", f"broken\n  at {service.crn} by {service.token}", 1517
    job.usage_seconds = 3.5
    status = client.status(job_id)
    assert (status.phase, status.used_seconds) == (Phase.FAILED, 3.5)
    assert "1517" in status.reason
    assert "broken at … by …" in status.reason


def test_jobs_are_found_oldest_first(service: LoopbackService, client: IBMClient) -> None:
    service.auto_complete = False
    service.page_size = 2
    made = [client.submit(build_request(tag)) for tag in ("a", "b", "a", "a", "a")]
    assert client.find("a") == [made[0], made[2], made[3], made[4]]


def test_batches(service: LoopbackService, client: IBMClient) -> None:
    batch = client.open_batch("ibm_manila")
    client.submit(build_request(batch=batch))
    client.submit(build_request(batch=batch))
    assert [(own.id, own.mode, own.open) for own in service.batches] == [(batch, "batch", True)]
    assert [job.session_id for job in service.jobs] == [batch, batch]
    client.close_batch(batch)
    assert not service.batches[0].open
    client.close_batch(None)


def test_devices(service: LoopbackService, client: IBMClient) -> None:
    service.devices["ibm_quito"].queue_length = 1
    manila = client.device("ibm_manila", 4)
    assert (manila.name, manila.qubits) == ("ibm_manila", (0, 1, 2, 3, 4))
    assert (manila.pending_jobs, manila.problem) == (3, None)
    assert manila.target.num_qubits == 5
    assert manila.calibrated_at is not None
    assert client.device("least-busy", 4).name == "ibm_quito"
    held = service.devices["ibm_manila"]
    for operational, message, problem in ((True, "internal", "internal"), (False, "active", "offline")):
        held.operational, held.status_msg = operational, message
        assert client.device("ibm_manila", 4).problem == f"ibm_manila is {problem}"


def test_what_is_left_of_the_plan(service: LoopbackService, client: IBMClient) -> None:
    assert client.remaining_seconds() == 600
    service.usage["usage_consumed_seconds"] = 590
    assert client.remaining_seconds() == 10
    service.usage["usage_limit_reached"] = True
    assert client.remaining_seconds() == 0
    service.usage.clear()
    assert client.remaining_seconds() is None
