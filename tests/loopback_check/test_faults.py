"""What goes wrong on request, as the real client shows it."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import RemoteDisconnected
from threading import Thread
from typing import Any

import pytest
from loopback import Answer, DropAfter, DropBefore, Hang, LoopbackService
from qiskit_ibm_runtime import QiskitRuntimeService
from qiskit_ibm_runtime.api.exceptions import RequestsApiError
from qiskit_ibm_runtime.exceptions import (
    IBMNotAuthorizedError,
    IBMRuntimeError,
)

pytestmark = pytest.mark.slow

Submit = Callable[..., Any]


@pytest.mark.parametrize(("status", "error"), [(400, IBMRuntimeError), (429, IBMRuntimeError)])
def test_fault_answer(service: LoopbackService, submit: Submit, status: int, error: type) -> None:
    service.add_fault("POST", "/jobs", Answer(status, {"errors": [{"code": 1234, "message": "No."}]}))
    with pytest.raises(error, match="1234") as caught:
        submit()
    assert isinstance(caught.value.__context__, RequestsApiError)
    assert caught.value.__context__.status_code == status
    assert service.jobs == []
    assert submit().status() == "DONE"


def test_fault_answer_401(service: LoopbackService, client: QiskitRuntimeService) -> None:
    service.add_fault("GET", "/instances/usage", Answer(401), times=None)
    for _ in range(2):
        with pytest.raises(IBMNotAuthorizedError):
            client.usage()
    service.clear_faults()
    assert client.usage()["usage_limit_seconds"] == 600


def test_fault_answer_500_is_repeated_by_the_client(service: LoopbackService, submit: Submit) -> None:
    service.add_fault("POST", "/jobs", Answer(500, "Sorry."))
    submit()
    assert service.requests.count(("POST", "/jobs")) == 2
    assert len(service.jobs) == 1


@pytest.mark.parametrize(("fault", "jobs"), [(DropBefore(), 0), (DropAfter(), 1)])
def test_fault_drop(
    service: LoopbackService, client: QiskitRuntimeService, submit: Submit, fault: Any, jobs: int
) -> None:
    service.add_fault("POST", "/jobs", fault)
    with pytest.raises(IBMRuntimeError, match="Connection aborted") as caught:
        submit(tags=("dropped",))
    assert caught.value.__context__.status_code == -1
    assert service.requests.count(("POST", "/jobs")) == 1
    assert [job.tags for job in client.jobs(job_tags=["dropped"])] == [["dropped"]] * jobs


def test_a_dropped_question_is_repeated_by_the_client(service: LoopbackService, client: QiskitRuntimeService) -> None:
    service.add_fault("GET", "/jobs", DropBefore())
    assert client.jobs() == []
    assert service.requests.count(("GET", "/jobs")) == 2


@pytest.mark.parametrize("after_processing", [False, True])
def test_fault_hang(service: LoopbackService, submit: Submit, after_processing: bool) -> None:
    service.add_fault("POST", "/jobs", Hang(1.0, after_processing))
    started = time.monotonic()
    thread = Thread(target=submit)
    thread.start()
    while ("POST", "/jobs") not in service.requests:
        time.sleep(0.01)
    time.sleep(0.3)
    assert len(service.jobs) == after_processing
    thread.join(10)
    assert time.monotonic() - started >= 1
    assert len(service.jobs) == 1


def test_closing_ends_a_silence() -> None:
    service = LoopbackService()
    service.add_fault("GET", "/silent", Hang(60))
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            urllib.request.urlopen(f"{service.url}/silent")
        except OSError as error:
            errors.append(error)

    thread = Thread(target=ask)
    thread.start()
    while not service.requests:
        time.sleep(0.01)
    started = time.monotonic()
    service.close()
    thread.join(5)
    assert time.monotonic() - started < 1
    assert [type(error) for error in errors] == [RemoteDisconnected]


def test_mistakes_of_the_stand_in_are_not_lost() -> None:
    def provoke() -> None:
        with LoopbackService() as service:
            data = f"apikey={service.token}".encode()
            with urllib.request.urlopen(f"{service.url}/identity/token", data) as answer:
                token = json.load(answer)["access_token"]
            headers = {"Authorization": f"Bearer {token}", "Service-CRN": service.crn}
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(urllib.request.Request(f"{service.url}/jobs", b"no JSON", headers))
            caught.value.close()

    with pytest.raises(RuntimeError, match="JSONDecodeError"):
        provoke()
