"""One job that the service holds: asking, collecting, reading and cancelling it."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from runtime.fake_service import FakeService, answer, build_request

from qnlnet.errors import (
    LedgerError,
    RequestRefusedError,
    ResultsGoneError,
    ServiceError,
    UnavailableError,
    UnknownJobError,
)
from qnlnet.runtime import JobRecord, JobStatus, Patience, Phase, State, read_sealed, write_sealed
from qnlnet.runtime.job_state import Record

TAG = "qnlnet-test"
PATIENCE = Patience(settle_seconds=0.2, look_seconds=0.02)
OUTAGE = UnavailableError("The connection broke.")
VALUES = np.cos([0.0, 1.0, 2.0])


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "job"


@pytest.fixture
def record(service: FakeService, folder: Path) -> JobRecord:
    """A job that the service holds."""
    record = JobRecord(folder, TAG, PATIENCE)
    record.submit(service, build_request(TAG), lambda _: None)
    service.calls.clear()
    return record


def read_again(folder: Path) -> JobRecord:
    return JobRecord(folder, TAG, PATIENCE)


def on_disk(folder: Path) -> str:
    return read_sealed(folder / "state.json")["state"]


def test_collecting(record: JobRecord, service: FakeService, folder: Path) -> None:
    assert record.refresh(service) is Phase.DONE
    assert on_disk(folder) == State.SUBMITTED
    assert read_sealed(folder / "state.json")["used_seconds"] == 2.5
    record.retrieve(service)
    assert on_disk(folder) == State.RETRIEVED
    assert service.calls == ["status", "fetch"]
    stored = (folder / "answer.estimator.json.gz").read_bytes()
    assert stored == service.jobs[0].answer  # word for word
    assert read_again(folder).record.answer_sha256 == hashlib.sha256(stored).hexdigest()
    assert sorted(own.name for own in folder.iterdir()) == ["answer.estimator.json.gz", "state.json"]
    for reader in (record, read_again(folder)):
        values, errors = reader.values((3,))
        np.testing.assert_array_equal(values, VALUES)
        np.testing.assert_array_equal(errors, [0.1, 0.1, 0.1])
    assert len(service.jobs) == 1


def test_what_is_on_disk_is_not_asked_for_again(record: JobRecord, service: FakeService, folder: Path) -> None:
    record.retrieve(service)
    service.calls.clear()
    record = read_again(folder)
    assert record.refresh(service) is None
    record.retrieve(service)
    assert service.calls == []


def test_an_answer_without_its_state_is_adopted_from_disk(
    record: JobRecord, service: FakeService, folder: Path
) -> None:
    before = (folder / "state.json").read_bytes()
    record.retrieve(service)
    (folder / "state.json").write_bytes(before)  # as if the program had ended between the two writes
    service.calls.clear()
    service.jobs.clear()
    record = read_again(folder)
    assert record.state is State.SUBMITTED
    record.retrieve(service)
    assert service.calls == []
    assert on_disk(folder) == State.RETRIEVED
    np.testing.assert_array_equal(record.values((3,))[0], VALUES)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (JobStatus(Phase.QUEUED), State.SUBMITTED),
        (JobStatus(Phase.RUNNING), State.SUBMITTED),
        (JobStatus(Phase.FAILED, "Error code 1517; broken", 1.5), State.FAILED),
        (JobStatus(Phase.CANCELLED, used_seconds=0.5), State.CANCELLED),
    ],
)
def test_where_a_job_is(record: JobRecord, service: FakeService, folder: Path, status: JobStatus, state: State) -> None:
    service.jobs[0].status = status
    assert record.refresh(service) is status.phase
    stored = read_sealed(folder / "state.json")
    assert (stored["state"], stored["used_seconds"]) == (state, status.used_seconds)
    if status.reason:
        assert stored["note"] == status.reason
    if state is not State.SUBMITTED:  # final: not asked again
        service.calls.clear()
        assert read_again(folder).refresh(service) is None
        assert service.calls == []


def test_a_failure_without_a_reason(record: JobRecord, service: FakeService) -> None:
    service.jobs[0].status = JobStatus(Phase.FAILED)
    record.refresh(service)
    assert record.record.note == "The service gives no reason."


def test_charged_seconds_are_kept_when_the_service_no_longer_tells(record: JobRecord, service: FakeService) -> None:
    record.refresh(service)
    service.jobs[0].status = JobStatus(Phase.CANCELLED)
    record.refresh(service)
    assert record.record.used_seconds == 2.5


@pytest.mark.parametrize("state", [State.PLANNED, State.SUBMITTING])
def test_asking_adopts_a_job_but_submits_none(service: FakeService, folder: Path, state: State) -> None:
    write_sealed(folder / "state.json", asdict(Record(state, "2020-01-01T00:00:00+00:00")))
    record = read_again(folder)
    assert record.refresh(service) is None
    assert on_disk(folder) == State.PLANNED  # by now the service would have listed it
    service.hold(TAG)
    assert record.refresh(service) is Phase.DONE
    assert on_disk(folder) == State.SUBMITTED
    assert "submit" not in service.calls
    assert len(service.jobs) == 1


def test_a_job_that_this_account_does_not_know_is_asked_for_again(
    record: JobRecord, service: FakeService, folder: Path
) -> None:
    jobs, service.jobs = service.jobs, []
    with pytest.raises(UnknownJobError, match="There is no job job-1"):
        record.refresh(service)
    assert on_disk(folder) == State.SUBMITTED
    service.jobs = jobs
    assert record.refresh(service) is Phase.DONE


def test_results_that_the_service_has_forgotten(record: JobRecord, service: FakeService, folder: Path) -> None:
    service.fail("fetch", ResultsGoneError("No longer."))
    with pytest.raises(ResultsGoneError):
        record.retrieve(service)
    assert on_disk(folder) == State.GONE
    assert list(folder.glob("answer*")) == []


@pytest.mark.parametrize(("method", "call"), [("status", JobRecord.refresh), ("fetch", JobRecord.retrieve)])
def test_outages_change_nothing(
    record: JobRecord,
    service: FakeService,
    folder: Path,
    method: str,
    call: Callable[[JobRecord, FakeService], object],
) -> None:
    before = (folder / "state.json").read_bytes()
    service.fail(method, OUTAGE)
    with pytest.raises(UnavailableError):
        call(record, service)
    assert (folder / "state.json").read_bytes() == before
    assert record.state is State.SUBMITTED
    call(record, service)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            np.zeros(4),
            r"must hold values of shape \(3,\), but holds \(4,\)\. It is kept as it came: .*answer\.estimator",
        ),
        (np.zeros((3, 1)), r"must hold values of shape \(3,\), but holds \(3, 1\)"),
        (np.array(0.0), r"must hold values of shape \(3,\), but holds \(\)"),
        (np.array([0.0, np.nan, 0.0]), "must hold finite values, but 1 of 3 are not"),
        (np.array([np.inf, np.nan, 0.0]), "must hold finite values, but 2 of 3 are not"),
    ],
)
def test_answers_that_are_not_what_was_asked_for(
    record: JobRecord, service: FakeService, folder: Path, values: np.ndarray, message: str
) -> None:
    service.jobs[0].answer = answer(values)
    record.retrieve(service)
    with pytest.raises(LedgerError, match=f"The answer to job job-1 {message}"):
        record.values((3,))
    assert (folder / "answer.estimator.json.gz").read_bytes() == service.jobs[0].answer
    assert on_disk(folder) == State.RETRIEVED


def test_an_answer_that_changed_on_disk(record: JobRecord, service: FakeService, folder: Path) -> None:
    record.retrieve(service)
    (folder / "answer.estimator.json.gz").write_bytes(answer(np.zeros(3)))
    with pytest.raises(LedgerError, match=r"is not what the service gave\. Restore it from a copy, or delete the"):
        read_again(folder).values((3,))


def test_deleting_the_folder_of_a_damaged_answer_brings_it_back(
    record: JobRecord, service: FakeService, folder: Path
) -> None:
    record.retrieve(service)
    for own in folder.iterdir():
        own.unlink()
    folder.rmdir()
    record = read_again(folder)
    assert record.refresh(service) is Phase.DONE
    record.retrieve(service)
    np.testing.assert_array_equal(record.values((3,))[0], VALUES)
    assert len(service.jobs) == 1


def test_an_answer_that_can_not_be_read(record: JobRecord, service: FakeService, folder: Path) -> None:
    record.retrieve(service)
    (folder / "answer.estimator.json.gz").unlink()
    with pytest.raises(LedgerError, match=r"cannot be read: No such file"):
        read_again(folder).values((3,))
    service.jobs[0].answer = b"garbage"
    other = JobRecord(folder.with_name("other"), TAG, PATIENCE)
    other.refresh(service)
    other.retrieve(service)  # kept as it came; only reading it fails
    with pytest.raises(LedgerError, match="cannot be read as the result of an estimator"):
        other.values((3,))


def test_cancelling(record: JobRecord, service: FakeService, folder: Path) -> None:
    record.cancel(service)
    assert service.phases() == [Phase.CANCELLED]
    assert on_disk(folder) == State.CANCELLED


def test_cancelling_what_was_never_submitted(service: FakeService, folder: Path) -> None:
    record = read_again(folder)
    record.cancel(service)
    assert on_disk(folder) == State.CANCELLED
    record.submit(service, build_request(TAG))
    assert service.calls == ["find"]
    assert service.jobs == []


@pytest.mark.parametrize("held", [True, False])
def test_cancelling_what_may_have_been_submitted(
    service: FakeService, folder: Path, held: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    write_sealed(folder / "state.json", asdict(Record(State.SUBMITTING, datetime.now(UTC).isoformat())))
    service.hidden_looks = 3
    if held:
        service.hold(TAG)
    read_again(folder).cancel(service)
    assert on_disk(folder) == State.CANCELLED
    assert service.phases() == [Phase.CANCELLED] * held
    assert "Waiting up to" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (RequestRefusedError("It has ended already.", 409), State.SUBMITTED),
        (OUTAGE, State.SUBMITTED),
        (UnknownJobError("There is no such job."), State.SUBMITTED),
    ],
)
def test_cancelling_in_vain(
    record: JobRecord, service: FakeService, folder: Path, error: ServiceError, state: State
) -> None:
    service.fail("cancel", error)
    with pytest.raises(type(error)):
        record.cancel(service)
    assert on_disk(folder) == state
    assert service.phases() == [Phase.DONE]


@pytest.mark.parametrize("state", [State.RETRIEVED, State.FAILED, State.CANCELLED, State.GONE])
def test_final_jobs_are_not_cancelled(service: FakeService, folder: Path, state: State) -> None:
    write_sealed(folder / "state.json", asdict(Record(state)))
    read_again(folder).cancel(service)
    assert service.calls == []
    assert on_disk(folder) == state
