"""Every error of the client becomes one of ours, of the right class and without secrets."""

import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from loopback import Answer, DropAfter, DropBefore, LoopbackService
from runtime.ibm_requests import build_request

from qnlnet.errors import (
    AccountError,
    ArgumentError,
    QNLNetError,
    RequestRefusedError,
    ResultsGoneError,
    UnavailableError,
    UnknownJobError,
)
from qnlnet.runtime.ibm import IBMClient

Call = Callable[[IBMClient], Any]


@pytest.fixture(scope="module")
def held() -> Iterator[LoopbackService]:
    with LoopbackService(noise_free=True) as service:
        yield service


@pytest.fixture
def service(held: LoopbackService, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackService]:
    """One service for all tests, without the faults and jobs of the last one."""
    for name, value in held.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("urllib3.util.retry.Retry.sleep", lambda *_: None)  # repetitions pause for 15 s in all
    held.clear_faults()
    held.jobs.clear()
    yield held
    held.clear_faults()


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The client's constructor silences warnings and a logger, as it has a process of its own outside of tests."""
    logger = logging.getLogger("qiskit_ibm_runtime")
    level, propagate = logger.level, logger.propagate
    with warnings.catch_warnings():
        yield
    logger.setLevel(level)
    logger.propagate = propagate


@pytest.fixture
def client(service: LoopbackService) -> IBMClient:
    client = IBMClient()
    assert client.find("nothing") == []  # signed in
    return client


def catch(client: IBMClient, service: LoopbackService, call: Call, kind: type[QNLNetError]) -> str:
    """Returns the text of an error, after a look whether it is of that very class and gives nothing away."""
    with pytest.raises(kind) as caught:
        call(client)
    assert type(caught.value) is kind
    text = f"{caught.value} {caught.value!r}"
    account = service.crn.split("/")[1].split(":")[0]
    for secret in (service.token, service.crn, quote(service.crn, safe=""), account, "eyJ"):  # how tokens begin
        assert secret not in text
    assert caught.value.__cause__ is None  # nothing behind it, either, where a stack trace is printed
    assert caught.value.__suppress_context__
    assert "\n" not in text
    return str(caught.value)


def telling(service: LoopbackService) -> dict[str, Any]:
    """The body of an error that repeats what it was asked with."""
    said = f"key {service.token}, instance {service.crn} or {quote(service.crn, safe='')}, Bearer eyJhbGciOi.J9"
    return {"errors": [{"code": 1234, "message": said}]}


def submit(client: IBMClient) -> Any:
    return client.submit(build_request())


@pytest.mark.slow
@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 429])
def test_refused_submissions(client: IBMClient, service: LoopbackService, status: int) -> None:
    service.add_fault("POST", "/jobs", Answer(status, telling(service)))
    with pytest.raises(RequestRefusedError) as caught:
        submit(client)
    assert caught.value.status == status
    service.add_fault("POST", "/jobs", Answer(status, telling(service)))
    text = catch(client, service, submit, RequestRefusedError)
    assert text.startswith("IBM Quantum has refused the request: ")
    assert "1234" in text
    assert service.jobs == []
    assert service.requests.count(("POST", "/jobs")) >= 2  # refusals are not repeated by the client


def test_a_key_that_is_no_longer_accepted(client: IBMClient, service: LoopbackService) -> None:
    service.add_fault("POST", "/jobs", Answer(401, telling(service)), times=None)
    assert "QISKIT_IBM_TOKEN" in catch(client, service, submit, AccountError)
    service.add_fault("GET", "/instances/usage", Answer(401, telling(service)), times=None)
    catch(client, service, IBMClient.remaining_seconds, AccountError)
    service.add_fault("GET", "/jobs", Answer(401, telling(service)), times=None)
    catch(client, service, lambda own: own.find("tag"), AccountError)
    assert service.jobs == []


@pytest.mark.parametrize(("fault", "jobs"), [(DropBefore(), 0), (DropAfter(), 1)])
def test_a_broken_connection_leaves_it_open(client: IBMClient, service: LoopbackService, fault: Any, jobs: int) -> None:
    service.add_fault("POST", "/jobs", fault)
    text = catch(client, service, submit, UnavailableError)
    assert text.startswith("IBM Quantum cannot be reached, or the connection broke: ")
    assert len(service.jobs) == jobs
    assert client.find("tag") == [job.id for job in service.jobs]


@pytest.mark.parametrize("body", ["garbage", "", "{}", "[]", "null", '{"id": "1"}', '{"backend": "ibm_manila"}'])
def test_an_answer_that_no_one_understands_leaves_it_open(
    client: IBMClient, service: LoopbackService, body: str
) -> None:
    service.add_fault("POST", "/jobs", Answer(200, body))
    catch(client, service, submit, UnavailableError)


def test_a_service_in_trouble_leaves_it_open(client: IBMClient, service: LoopbackService) -> None:
    before = service.requests.count(("POST", "/jobs"))
    service.add_fault("POST", "/jobs", Answer(500, telling(service)), times=None)
    catch(client, service, submit, UnavailableError)
    assert service.requests.count(("POST", "/jobs")) - before == 6  # the client asks five more times


def test_questions_in_an_outage(client: IBMClient, service: LoopbackService) -> None:
    service.add_fault("GET", ".*", DropBefore(), times=None)
    calls: list[Call] = [
        IBMClient.remaining_seconds,
        lambda own: own.find("tag"),
        lambda own: own.status("1"),
        lambda own: own.fetch("1"),
        lambda own: own.cancel("1"),
    ]
    for call in calls:
        catch(client, service, call, UnavailableError)


@pytest.mark.parametrize("body", ["garbage", "{}", "null"])
def test_answers_to_questions_that_no_one_understands(client: IBMClient, service: LoopbackService, body: str) -> None:
    job_id = client.submit(build_request())
    service.add_fault("GET", "/jobs", Answer(200, body))
    catch(client, service, lambda own: own.find("tag"), UnavailableError)
    service.add_fault("GET", f"/jobs/{job_id}", Answer(200, body))
    catch(client, service, lambda own: own.status(job_id), UnavailableError)
    service.add_fault("GET", "/instances/usage", Answer(200, "garbage"))
    catch(client, service, IBMClient.remaining_seconds, UnavailableError)


@pytest.mark.parametrize("method", ["status", "fetch", "cancel"])
def test_an_unknown_job(client: IBMClient, service: LoopbackService, method: str) -> None:
    text = catch(client, service, lambda own: getattr(own, method)("unknown"), UnknownJobError)
    assert text.startswith("IBM Quantum does not know the job unknown. It may belong to another account or instance.")


@pytest.mark.parametrize("gone", [True, "empty"])
def test_results_that_are_gone(client: IBMClient, service: LoopbackService, gone: Any) -> None:
    job_id = submit(client)
    assert client.status(job_id).phase == "done"
    service.jobs[0].results_gone = gone
    text = catch(client, service, lambda own: own.fetch(job_id), ResultsGoneError)
    assert text.startswith(f"IBM Quantum no longer has the results of the job {job_id}; ")


def test_a_job_that_has_ended_can_not_be_cancelled(client: IBMClient, service: LoopbackService) -> None:
    job_id = submit(client)
    client.status(job_id)
    with pytest.raises(RequestRefusedError, match=f"The job {job_id} has ended already") as caught:
        client.cancel(job_id)
    assert caught.value.status == 409


@pytest.mark.parametrize("name", ["ibm_nowhere", "least-busy"])
def test_devices_that_the_instance_does_not_have(client: IBMClient, service: LoopbackService, name: str) -> None:
    text = catch(client, service, lambda own: own.device(name, 99), ArgumentError)
    assert text == (
        f"Argument `backend` must name a device with at least 99 qubits of your instance, but is '{name}'. "
        "It has ibm_manila."
    )


def test_a_refused_key_does_not_look_like_a_typo(client: IBMClient, service: LoopbackService) -> None:
    service.add_fault("GET", ".*", Answer(401, telling(service)), times=None)
    catch(client, service, lambda own: own.device("ibm_manila", 4), AccountError)


def test_accounts_that_are_not_accepted(
    service: LoopbackService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def ask(client: IBMClient) -> Any:
        return client.find("tag")

    monkeypatch.setenv("QISKIT_IBM_TOKEN", "not-" + service.token)
    catch(IBMClient(), service, ask, AccountError)
    monkeypatch.setenv("QISKIT_IBM_TOKEN", service.token)
    service.add_fault("POST", "/identity/token", DropBefore(), times=None)
    catch(IBMClient(), service, ask, UnavailableError)  # the client itself says that the key is bad
    service.clear_faults()
    for name in service.environment:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    text = catch(IBMClient(), service, ask, AccountError)
    assert text.startswith("There is no IBM Quantum account. Set QISKIT_IBM_TOKEN to your API key")


def test_gates_that_the_device_does_not_have_are_refused_before_anything_is_sent(
    client: IBMClient, service: LoopbackService
) -> None:
    service.devices["ibm_manila"].properties["qubits"][1].append(
        {"date": "2024-01-01T00:00:00+00:00", "name": "operational", "unit": "", "value": 0}
    )
    try:
        before = service.requests.count(("POST", "/jobs"))
        text = catch(client, service, submit, RequestRefusedError)
        assert text.startswith("The circuit uses what ibm_manila reports as faulty: ")
        assert service.requests.count(("POST", "/jobs")) == before
    finally:
        service.devices["ibm_manila"].properties["qubits"][1].pop()
