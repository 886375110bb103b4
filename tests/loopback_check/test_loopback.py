"""The stand-in of the service, asked by the real client."""

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from loopback import LoopbackService
from qiskit.providers.exceptions import QiskitBackendNotFoundError
from qiskit_ibm_runtime import Batch, EstimatorV2, QiskitRuntimeService, Session
from qiskit_ibm_runtime.accounts.exceptions import InvalidAccountError
from qiskit_ibm_runtime.api.exceptions import RequestsApiError
from qiskit_ibm_runtime.exceptions import (
    IBMRuntimeError,
    RuntimeInvalidStateError,
    RuntimeJobFailureError,
    RuntimeJobMaxTimeoutError,
    RuntimeJobNotFound,
)
from qiskit_ibm_runtime.executor_estimator import Estimator

# The older estimator is deprecated, but still offered and therefore still served.
pytestmark = pytest.mark.filterwarnings("ignore:The EstimatorV2 class is deprecated:DeprecationWarning")

Submit = Callable[..., Any]
SHOTS = 4096
ANGLES = np.array([0.0, 1.0, np.pi])


@pytest.mark.parametrize("kind", [EstimatorV2, Estimator])
def test_results_are_those_of_the_circuit(service: LoopbackService, submit: Submit, kind: type) -> None:
    job = submit(kind)
    evs = job.result()[0].data.evs
    assert evs.shape == (2, 3)
    # Five standard deviations of a mean of 4,096 signs.
    np.testing.assert_allclose(evs[0], np.cos(ANGLES), rtol=0, atol=5 / np.sqrt(SHOTS))
    np.testing.assert_allclose(evs[1], 1, rtol=0, atol=1e-12)
    assert job.status() == "DONE"
    assert job.usage() == pytest.approx(2 + 0.00035 * service.jobs[0].executions)
    assert service.jobs[0].program_id == {EstimatorV2: "estimator", Estimator: "executor"}[kind]
    assert service.jobs[0].params["version" if kind is EstimatorV2 else "schema_version"] in (2, "v2.0")


@pytest.mark.slow
@pytest.mark.parametrize("kind", [EstimatorV2, Estimator])
def test_noise_is_there_and_results_repeat_themselves(service: LoopbackService, submit: Submit, kind: type) -> None:
    service.noise_free = False
    evs = submit(kind).result()[0].data.evs
    assert np.isfinite(evs).all()
    assert 0.5 < evs[1].min() < 0.99
    again = submit(kind)
    service.jobs[1].seed = service.jobs[0].seed
    service.jobs[1].params = service.jobs[0].params
    np.testing.assert_array_equal(again.result()[0].data.evs, evs)


def test_jobs_are_found_by_their_tags_over_several_pages(
    service: LoopbackService, client: QiskitRuntimeService, submit: Submit
) -> None:
    service.auto_complete = False
    jobs = [submit(tags=("run-1", f"part-{part}")) for part in range(5)]
    submit(tags=("run-2",))
    service.page_size = 2
    found = [job.job_id() for job in client.jobs(job_tags=["run-1"], limit=None)]
    assert found == [job.job_id() for job in reversed(jobs)]
    assert [job.job_id() for job in client.jobs(job_tags=["run-1", "part-3"])] == [jobs[3].job_id()]
    assert [job.job_id() for job in client.jobs(job_tags=["run-1"], limit=2, skip=1)] == found[1:3]
    assert client.jobs(job_tags=["run-3"]) == []
    service.jobs[0].status = "Completed"
    assert len(client.jobs(pending=True)) == 5
    assert client.jobs(pending=False)[0].tags == ["run-1", "part-0"]
    assert client.job(jobs[0].job_id()).tags == ["run-1", "part-0"]
    assert len(client.jobs(descending=False, backend_name="ibm_manila", program_id="executor")) == 6


def test_least_busy(service: LoopbackService, client: QiskitRuntimeService) -> None:
    service.devices["ibm_manila"].queue_length = 7
    assert QiskitRuntimeService().least_busy().name == "ibm_quito"
    service.devices["ibm_quito"].online = False
    backend = QiskitRuntimeService().least_busy(min_num_qubits=4)
    assert backend.name == "ibm_manila"
    assert backend.status().pending_jobs == 7
    service.devices["ibm_manila"].operational = False
    service.devices["ibm_manila"].status_msg = "internal"
    assert (backend.status().operational, backend.status().status_msg) == (False, "internal")
    with pytest.raises(QiskitBackendNotFoundError):
        client.backend("ibm_nowhere")


def test_cancelling(service: LoopbackService, client: QiskitRuntimeService, submit: Submit) -> None:
    service.auto_complete = False
    job = submit()
    assert job.status() == "QUEUED"
    job.cancel()
    assert service.jobs[0].status == "Cancelled"
    with pytest.raises(RuntimeInvalidStateError):
        client.job(job.job_id()).result()
    with pytest.raises(RuntimeInvalidStateError):
        client.job(job.job_id()).cancel()


def test_a_job_runs_when_it_is_told_to(service: LoopbackService, submit: Submit) -> None:
    service.auto_complete = False
    job = submit()
    service.jobs[0].status = "Running"
    assert job.status() == "RUNNING"
    assert job.usage() == 0
    service.complete(service.jobs[0])
    assert np.isfinite(job.result()[0].data.evs).all()


def test_batch(service: LoopbackService, client: QiskitRuntimeService, submit: Submit) -> None:
    with Batch(client.backend("ibm_manila")) as batch:
        job = submit(mode=batch)
        assert batch.status() == "Pending"
        same = Batch.from_id(batch.session_id, client)
    assert [(held.id, held.mode, held.open) for held in service.batches] == [(batch.session_id, "batch", False)]
    assert service.jobs[0].session_id == batch.session_id == client.job(job.job_id()).session_id
    assert batch.details()["state"] == "closed"
    with pytest.raises(IBMRuntimeError, match="1211"):  # refused by the service: this object does not know
        submit(mode=same)


def test_cancelling_a_batch(service: LoopbackService, client: QiskitRuntimeService, submit: Submit) -> None:
    service.auto_complete = False
    batch = Batch(client.backend("ibm_manila"))
    submit(mode=batch)
    batch.cancel()
    assert service.jobs[0].status == "Cancelled"
    assert not service.batches[0].open


def test_sessions_are_refused_on_an_open_plan(service: LoopbackService, client: QiskitRuntimeService) -> None:
    with pytest.raises(RequestsApiError, match="1352") as caught:
        Session(client.backend("ibm_manila"))
    assert caught.value.status_code == 400
    service.identity.plan = "premium"
    assert Session(client.backend("ibm_manila")).session_id == service.batches[0].id


def test_usage(service: LoopbackService, client: QiskitRuntimeService) -> None:
    service.usage["usage_consumed_seconds"] = 590
    assert client.usage()["usage_remaining_seconds"] == 10


def test_an_unknown_key_is_refused(service: LoopbackService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QISKIT_IBM_TOKEN", "not-" + service.token)
    with pytest.raises(InvalidAccountError) as caught:
        QiskitRuntimeService()
    assert "BXNIM0415E" in str(caught.value.__cause__.http_response.text)


def test_a_request_without_a_token_is_refused(service: LoopbackService) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(f"{service.url}/jobs", data=b"{}", method="POST"))
    caught.value.close()
    assert caught.value.code == 401
    assert service.jobs == []


def test_how_jobs_fail(service: LoopbackService, client: QiskitRuntimeService, submit: Submit) -> None:
    service.auto_complete = False
    failed, late = submit(), submit()
    service.jobs[0].status, service.jobs[0].reason, service.jobs[0].reason_code = "Failed", "broken", 1517
    service.jobs[1].status, service.jobs[1].reason, service.jobs[1].reason_code = "Cancelled", "too long", 1305
    with pytest.raises(RuntimeJobFailureError, match="Error code 1517; broken"):
        failed.result()
    with pytest.raises(RuntimeJobMaxTimeoutError):
        late.result()
    with pytest.raises(RuntimeJobNotFound):
        client.job("unknown")


def test_results_may_be_lost_or_replaced(service: LoopbackService, submit: Submit) -> None:
    job = submit()
    job.wait_for_final_state()
    held = service.jobs[0]
    held.results_gone = "empty"
    assert job.result() is None
    held.results_gone = True
    with pytest.raises(RequestsApiError) as caught:
        job.result()
    assert caught.value.status_code == 404
    held.results_gone, held.result_override = False, '{"schema_version": "v9.9"}'
    with pytest.raises(ValueError, match=r"v9\.9"):
        job.result()


def test_a_job_that_cannot_be_computed_fails(service: LoopbackService, submit: Submit) -> None:
    service.auto_complete = False
    job = submit()
    service.jobs[0].params = {}
    service.complete(service.jobs[0])
    assert job.status() == "ERROR"
    assert "ValidationError" in service.jobs[0].reason
