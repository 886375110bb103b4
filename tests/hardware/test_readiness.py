"""What stands in the way of a submission before anything is sent: devices, time limits, accounts."""

import time
from pathlib import Path

import pytest
from hardware.command import Jobs
from loopback import Answer, DropBefore, Hang, LoopbackService
from qiskit_ibm_runtime import QiskitRuntimeService

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("operational", "message", "said"), [(False, "active", "offline"), (True, "maintenance", "maintenance")]
)
def test_a_device_that_does_not_run_jobs(
    jobs: Jobs, service: LoopbackService, operational: bool, message: str, said: str
) -> None:
    device = service.devices["ibm_manila"]
    device.operational, device.status_msg = operational, message
    refused = jobs.submit()
    assert refused.status == 2
    assert f"ibm_manila is {said}, so nothing was submitted. Choose another backend or wait." in refused.err
    assert (service.jobs, jobs.keys) == ([], [])
    assert jobs("estimate", *jobs.workload()).status == 0
    assert service.jobs == []


def test_a_device_that_goes_offline_between_plan_and_job(jobs: Jobs, service: LoopbackService) -> None:
    service.add_fault("POST", "/jobs", Answer(403))
    assert jobs.submit().status == 2
    service.devices["ibm_manila"].status_msg = "internal"
    refused = jobs.submit()
    assert (refused.status, "error: ibm_manila is internal" in refused.err) == (2, True)
    assert (service.jobs, jobs.states) == ([], ["planned"])


def test_the_usage_limit(jobs: Jobs, service: LoopbackService) -> None:
    service.usage |= {"usage_consumed_seconds": 600, "usage_limit_reached": True}
    refused = jobs.submit()
    assert refused.status == 2
    assert "The usage limit of your instance is reached, so nothing was submitted." in refused.err
    assert "the usage limit of your instance is reached" in refused.out
    assert (service.jobs, jobs.keys) == ([], [])


def test_a_token_that_is_not_accepted(jobs: Jobs, service: LoopbackService, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = f"not-{service.token}"
    monkeypatch.setenv("QISKIT_IBM_TOKEN", wrong)
    refused = jobs.submit()
    assert refused.status == 2
    assert refused.err.startswith("error: IBM Quantum does not accept the account")
    assert "Set QISKIT_IBM_TOKEN to your API key" in refused.err
    assert service.token not in jobs.said
    assert (service.jobs, jobs.keys) == ([], [])


def test_a_key_that_is_withdrawn_looks_like_no_device(jobs: Jobs, service: LoopbackService) -> None:
    for path in ("/backends", "/instances/usage"):
        service.add_fault("GET", path, Answer(401), times=None)
    refused = jobs.submit()
    assert (refused.status, "IBM Quantum does not accept the account" in refused.err) == (2, True)
    assert "must name a device" not in refused.err


def test_no_account(slow_start: Jobs, service: LoopbackService, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOKEN", "INSTANCE", "URL", "CHANNEL"):
        monkeypatch.delenv(f"QISKIT_IBM_{name}")
    refused = slow_start.submit()
    assert refused.status == 2
    assert refused.err.startswith("error: There is no IBM Quantum account. Set QISKIT_IBM_TOKEN to your API key")
    assert service.requests == []


def test_a_saved_account(
    slow_start: Jobs, service: LoopbackService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    jobs, file = slow_start, tmp_path / "home" / ".qiskit" / "qiskit-ibm.json"
    QiskitRuntimeService.save_account(
        token=service.token,
        instance=service.crn,
        channel="ibm_quantum_platform",
        url=service.environment["QISKIT_IBM_URL"],
        filename=str(file),
    )
    for name in ("TOKEN", "INSTANCE", "URL", "CHANNEL"):
        monkeypatch.delenv(f"QISKIT_IBM_{name}")
    file.chmod(0o644)
    service.add_fault("POST", "/jobs", Answer(403, f"No, {service.token} of {service.crn}"))
    readable = jobs.submit()
    assert readable.status == 2
    assert f"warning: The saved account {file} holds your API key and can be read by others." in readable.err
    assert f"chmod 600 {file}" in readable.err
    file.chmod(0o600)
    private = jobs.submit()
    assert (private.status, private.err) == (0, "")
    assert len(service.jobs) == 1
    assert not any(secret in jobs.said for secret in (service.token, service.crn))


def test_silence_about_devices(jobs: Jobs, service: LoopbackService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QNLNET_IBM_TIMEOUT", "2")
    service.add_fault("GET", "/backends", Hang(600), times=None)
    started = time.monotonic()
    refused = jobs.submit()
    assert time.monotonic() - started < 60
    assert (refused.status, refused.err) == (2, "error: IBM Quantum has not answered within 2 seconds.\n")
    assert (service.jobs, jobs.keys) == ([], [])


@pytest.mark.parametrize("text", ["0", "-3", "soon", "inf"])
def test_a_time_limit_that_is_none(jobs: Jobs, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("QNLNET_IBM_TIMEOUT", text)
    refused = jobs.submit()
    assert refused.status == 2
    assert f"Argument `QNLNET_IBM_TIMEOUT` must be a number of seconds above 0, but is '{text}'." in refused.err


def test_no_network(jobs: Jobs, service: LoopbackService) -> None:
    service.close()
    refused = jobs.submit()
    assert (refused.status, "IBM Quantum cannot be reached" in refused.err) == (2, True)
    assert jobs.keys == []


def test_a_connection_dropped_at_the_login(jobs: Jobs, service: LoopbackService) -> None:
    service.add_fault("POST", "/identity/token", DropBefore(), times=None)
    refused = jobs.submit()
    assert (refused.status, "IBM Quantum cannot be reached" in refused.err) == (2, True)


@pytest.mark.parametrize("path", ["/identity/token", "/v3/resources/search"])
def test_a_login_server_that_is_down_is_no_fault_of_the_account(
    jobs: Jobs, service: LoopbackService, path: str
) -> None:
    service.add_fault("POST", path, Answer(503), times=None)
    refused = jobs.submit()
    assert (refused.status, refused.err.startswith("error: IBM Quantum is not available: ")) == (2, True)
    assert "does not accept the account" not in refused.err
