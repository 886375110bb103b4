"""API keys and names of instances reach neither files nor terminals."""

import gzip
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hardware.command import Jobs
from loopback import Answer, DropAfter, LoopbackService

pytestmark = pytest.mark.slow


def secrets(service: LoopbackService) -> list[str]:
    account = service.crn.split("/")[1].split(":")[0]
    granted = service.identity._granted
    return [service.token, service.crn, quote(service.crn, safe=""), service.crn.rstrip(":"), account, *granted]


def find_secrets(jobs: Jobs, service: LoopbackService) -> list[str]:
    """Returns where a secret stands: names of files, and the terminal."""
    texts = {str(path): path.read_bytes() for path in jobs.ledger.rglob("*") if path.is_file()}
    for path, data in list(texts.items()):
        if path.endswith(".gz"):
            texts[path] = gzip.decompress(data)
    texts["the terminal"] = jobs.said.encode()
    return [where for where, data in texts.items() for secret in secrets(service) if secret.encode() in data]


def gossip(service: LoopbackService) -> str:
    """What a talkative server might answer."""
    return (
        f"Key {service.token} (apikey={service.token}) may not use {service.crn}, see http://127.0.0.1/?i="
        f"{quote(service.crn, safe='')}&x=1. Authorization: Bearer {service.token}"
    )


@pytest.mark.parametrize("status", [401, 429])
def test_refusals_that_quote_secrets(jobs: Jobs, service: LoopbackService, status: int) -> None:
    body = {"errors": [{"code": 1234, "message": gossip(service)}]}
    service.add_fault("POST", "/jobs", Answer(status, body), times=None)
    refused = jobs.submit()
    assert refused.status == 2
    assert "1234" in refused.err  # the rest of what the server said is there
    assert jobs("list").status == 0
    assert find_secrets(jobs, service) == []
    assert service.jobs == []


def test_a_life_with_failures(jobs: Jobs, service: LoopbackService, monkeypatch: pytest.MonkeyPatch) -> None:
    service.add_fault("POST", "/jobs", DropAfter())
    service.add_fault("GET", "/jobs", Answer(400, gossip(service)))
    assert jobs.submit().status == 2
    assert jobs.submit().status == 0
    (job,) = service.jobs
    job.status, job.reason, job.reason_code = "Failed", f"Traceback: {gossip(service)}", 1517
    assert jobs("status").status == 0
    assert jobs("collect", jobs.submission.key).status == 2
    assert "1517" in jobs.said
    assert jobs.submit("--repeat").status == 0
    service.add_fault("GET", f"/jobs/{service.jobs[1].id}", Answer(404, gossip(service)))
    assert jobs("status").status == 2
    for path in ("/backends", "/instances/usage"):
        service.add_fault("GET", path, Answer(401, gossip(service)), times=None)
    assert jobs.submit("--repeat").status == 2
    assert find_secrets(jobs, service) == []
    assert len(service.jobs) == 2


def test_a_login_that_quotes_secrets(jobs: Jobs, service: LoopbackService) -> None:
    service.add_fault("POST", "/identity/token", Answer(400, {"errorMessage": gossip(service)}), times=None)
    assert jobs.submit().status == 2
    service.clear_faults()
    service.add_fault("POST", "/v3/resources/search", Answer(403, gossip(service)), times=None)
    assert jobs.submit().status == 2
    assert find_secrets(jobs, service) == []


def test_what_works_writes_no_secrets_either(jobs: Jobs, service: LoopbackService) -> None:
    jobs.submit("--images-per-job", "4")
    jobs("status")
    jobs("collect", "--all", "--wait")
    assert jobs.submission.state == "collected"
    assert find_secrets(jobs, service) == []


@pytest.mark.parametrize(("mode", "warned"), [(0o644, True), (0o640, True), (0o600, False)])
def test_a_readable_account_is_pointed_out(jobs: Jobs, tmp_path: Path, mode: int, warned: bool) -> None:
    file = tmp_path / "home" / ".qiskit" / "qiskit-ibm.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"other": {"token": "their-key"}}))
    file.chmod(mode)
    seen = jobs("status")
    assert seen.status == 0
    assert seen.err == (
        f"warning: The saved account {file} holds your API key and can be read by others. Run: chmod 600 {file}\n"
        if warned
        else ""
    )
