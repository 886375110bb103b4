"""IBM Quantum from a process of its own, with a limit on every call."""

import pickle
from collections.abc import Iterator

import pytest
from loopback import Hang, LoopbackService
from runtime.ibm_requests import build_request

from qnlnet.errors import ArgumentError, RequestRefusedError, UnavailableError
from qnlnet.runtime import Phase, RemoteService


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackService]:
    with LoopbackService(noise_free=True) as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        yield service


@pytest.mark.slow
def test_a_job_through_another_process_and_a_service_that_keeps_silent(service: LoopbackService) -> None:
    remote = RemoteService(limit=60)
    try:
        device = remote.device("ibm_manila", 4)
        assert device.target.num_qubits == 5
        job_id = remote.submit(build_request("mine"))
        assert remote.find("mine") == [job_id] == [job.id for job in service.jobs]
        assert remote.status(job_id).phase is Phase.DONE
        assert remote.fetch(job_id)[0] == "executor"
        with pytest.raises(RequestRefusedError) as caught:
            remote.cancel(job_id)
        assert caught.value.status == 409
        assert remote.remaining_seconds() == 600
        remote._limit = 0.5
        service.add_fault("GET", "/instances/usage", Hang(30))
        with pytest.raises(UnavailableError, match=r"has not answered within 0\.5 seconds"):
            remote.remaining_seconds()
        service.add_fault("POST", "/jobs", Hang(30, after_processing=True))
        remote._limit = 20  # signing in again takes a few seconds, and submissions have three times the limit
        remote.device("ibm_manila", 4)
        remote._limit = 1 / 3
        with pytest.raises(UnavailableError, match="has not answered within 1 seconds"):
            remote.submit(build_request("silent"))
        assert [job.tags for job in service.jobs] == [["mine"], ["silent"]]  # it is there: never submit blindly
    finally:
        remote.close()


@pytest.mark.parametrize("text", ["0", "-1", "soon", "nan", "inf"])
def test_limits_that_are_none(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("QNLNET_IBM_TIMEOUT", text)
    with pytest.raises(ArgumentError) as caught:
        RemoteService()
    assert str(caught.value) == (
        f"Argument `QNLNET_IBM_TIMEOUT` must be a number of seconds above 0, but is '{text}'. "
        "It stands in the environment."
    )


@pytest.mark.parametrize(("text", "limit"), [("", 120.0), ("7.5", 7.5)])
def test_the_limit_stands_in_the_environment(monkeypatch: pytest.MonkeyPatch, text: str, limit: float) -> None:
    monkeypatch.setenv("QNLNET_IBM_TIMEOUT", text)
    assert RemoteService()._limit == limit


def test_errors_pickle_with_their_status() -> None:
    error = pickle.loads(pickle.dumps(RequestRefusedError("No.", 403)))
    assert (str(error), error.status) == ("No.", 403)
