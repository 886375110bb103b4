"""The second tag of a job: only what was submitted from this very folder is adopted by it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from runtime.fake_service import FakeService, build_request

from qnlnet.errors import LedgerError, UnavailableError
from qnlnet.runtime import JobRecord, Patience, Phase, State, read_sealed

TAG, OWN, OTHER = "qnlnet-test", "own-fingerprint", "another-fingerprint"


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def build(tmp_path: Path) -> Callable[[], JobRecord]:
    patience = Patience(settle_seconds=0.1, look_seconds=0.02)
    return lambda: JobRecord(tmp_path / "ledger" / "jobs" / "1", TAG, patience, fingerprint=OWN)


Build = Callable[[], JobRecord]


def submit(record: JobRecord, service: FakeService) -> None:
    record.submit(service, build_request(TAG, fingerprint=OWN), lambda _: None)


def test_both_tags_are_submitted(build: Build, service: FakeService) -> None:
    submit(build(), service)
    assert service.jobs[0].tags == (TAG, OWN)


def test_an_own_job_is_adopted_whatever_else_there_is(build: Build, service: FakeService) -> None:
    service.hold(TAG, OTHER)
    own = service.hold(TAG, OWN)
    record = build()
    submit(record, service)
    assert (record.state, record.record.job_id) == (State.SUBMITTED, own.id)
    assert "submit" not in service.calls
    assert service.phases() == [Phase.DONE, Phase.DONE]  # the other is no twin


def test_the_job_of_another_folder_is_neither_adopted_nor_doubled(
    build: Build, service: FakeService, tmp_path: Path
) -> None:
    service.hold(TAG, OTHER)
    with pytest.raises(LedgerError) as caught:
        submit(build(), service)
    assert "holds the job job-1 of the same request, but it was submitted with another device, layout or" in str(
        caught.value
    )
    assert str(tmp_path / "ledger") in str(caught.value)
    assert "submit" not in service.calls
    assert len(service.jobs) == 1


def test_an_unanswered_submission_is_found_by_both(build: Build, service: FakeService, tmp_path: Path) -> None:
    service.fail("submit", UnavailableError("The connection broke."), afterwards=True)
    submit(build(), service)
    state = read_sealed(tmp_path / "ledger" / "jobs" / "1" / "state.json")
    assert (state["state"], state["job_id"]) == (State.SUBMITTED, "job-1")
    assert len(service.jobs) == 1


def test_the_job_of_another_folder_is_no_twin(tmp_path: Path) -> None:
    service = FakeService(hidden_looks=1)  # it is listed late
    service.hold("tag", "another")
    record = JobRecord(tmp_path / "ledger" / "jobs" / "1", "tag", Patience(0.1, 0.02), fingerprint="own")
    record.submit(service, build_request("tag", fingerprint="own"), lambda _: None)
    assert service.phases() == [Phase.DONE, Phase.DONE]
