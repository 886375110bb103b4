"""One job, never submitted twice and never lost: what is on disk and what the service holds after every accident."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from runtime.fake_service import FakeService, build_request

from qnlnet.config import RuntimeConfig
from qnlnet.errors import AccountError, RequestRefusedError, ResultsError, UnavailableError
from qnlnet.runtime import JobRecord, Patience, Phase, State, read_sealed, write_sealed
from qnlnet.runtime.job_state import Record

TAG = "qnlnet-test"
PATIENCE = Patience(settle_seconds=0.2, look_seconds=0.02, pause_seconds=0.01, pauses=2)
LONG_AGO = "2020-01-01T00:00:00+00:00"
OUTAGE = UnavailableError("The connection broke.")
TOO_MANY = RequestRefusedError("Too many requests.", 429)


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def build(tmp_path: Path) -> Callable[[], JobRecord]:
    """Returns what a new process would do: it reads the folder."""
    return lambda: JobRecord(tmp_path / "job", TAG, PATIENCE)


Build = Callable[[], JobRecord]


def on_disk(tmp_path: Path) -> Record:
    stored = read_sealed(tmp_path / "job" / "state.json")
    return Record(**{**stored, "state": State(stored["state"])})


def put_on_disk(tmp_path: Path, state: State, since: str = LONG_AGO) -> None:
    write_sealed(tmp_path / "job" / "state.json", asdict(Record(state, since)))


def silent(_: str) -> None:
    """Says nothing."""


def submit(record: JobRecord, service: FakeService, say: Callable[[str], None] = silent) -> None:
    record.submit(service, build_request(TAG), say)


@pytest.mark.parametrize(("device", "left"), [("fake-manila", State.PLANNED), ("ibm_fez", State.SUBMITTING)])
@pytest.mark.parametrize("accident", [KeyboardInterrupt(), MemoryError(), ZeroDivisionError("a bug")])
def test_accidents_while_a_request_leaves(
    build: Build, service: FakeService, tmp_path: Path, device: str, left: State, accident: BaseException
) -> None:
    request = replace(build_request(TAG), device=device, config=RuntimeConfig(name=device))
    service.fail("submit", accident)
    with pytest.raises(type(accident)):
        build().submit(service, request, silent)
    assert on_disk(tmp_path).state is left  # a simulated job ends with its process; IBM may have one
    build().submit(service, request, silent)
    assert on_disk(tmp_path).state is State.SUBMITTED
    assert len(service.jobs) == 1


def test_the_plain_way(build: Build, service: FakeService, tmp_path: Path) -> None:
    seen: list[State] = []
    service.on_submit = lambda request: seen.append(on_disk(tmp_path).state)
    record = build()
    assert record.state is State.PLANNED
    assert not (tmp_path / "job").exists()
    submit(record, service)
    assert seen == [State.SUBMITTING]  # on disk before the request leaves
    assert on_disk(tmp_path) == record.record
    assert (record.state, record.record.job_id) == (State.SUBMITTED, "job-1")
    assert service.calls == ["find", "submit", "find"]  # after the last one it is known that there is only one
    assert len(service.jobs) == 1
    age = datetime.now(UTC) - datetime.fromisoformat(record.record.since)
    assert 0 <= age.total_seconds() < 60


def test_a_second_submission_does_nothing(build: Build, service: FakeService) -> None:
    record = build()
    submit(record, service)
    calls = len(service.calls)
    submit(record, service)
    submit(build(), service)  # in a new process
    assert len(service.calls) == calls
    assert len(service.jobs) == 1


@pytest.mark.parametrize("state", [State.RETRIEVED, State.FAILED, State.CANCELLED, State.GONE])
def test_final_states_submit_nothing(build: Build, service: FakeService, tmp_path: Path, state: State) -> None:
    put_on_disk(tmp_path, state)
    submit(build(), service)
    assert (service.calls, on_disk(tmp_path).state) == ([], state)


def test_a_deleted_folder_finds_its_job_again(build: Build, service: FakeService, tmp_path: Path) -> None:
    submit(build(), service)
    (tmp_path / "job" / "state.json").unlink()
    submit(build(), service)
    assert (on_disk(tmp_path).state, on_disk(tmp_path).job_id) == (State.SUBMITTED, "job-1")
    assert service.calls.count("submit") == len(service.jobs) == 1


def test_a_request_that_never_arrived(build: Build, service: FakeService, tmp_path: Path) -> None:
    service.fail("submit", OUTAGE)
    with pytest.raises(UnavailableError) as caught:
        submit(build(), service)
    assert str(caught.value) == "The connection broke. Nothing was submitted: the service lists no such job."
    assert on_disk(tmp_path).state is State.PLANNED
    assert service.jobs == []
    submit(build(), service)
    assert on_disk(tmp_path).state is State.SUBMITTED
    assert len(service.jobs) == 1


@pytest.mark.parametrize("late", [0, 3])
def test_an_answer_that_never_arrived(build: Build, service: FakeService, tmp_path: Path, late: int) -> None:
    service.on_submit = lambda request: setattr(service, "hidden_looks", late)
    service.fail("submit", OUTAGE, afterwards=True)
    said: list[str] = []
    submit(build(), service, said.append)
    assert (on_disk(tmp_path).state, on_disk(tmp_path).job_id) == (State.SUBMITTED, "job-1")
    assert len(service.jobs) == 1
    assert service.calls.count("submit") == 1
    assert said[0] == "The connection broke. Looking whether the job has arrived …"


def test_an_answer_that_never_arrived_and_an_outage_behind_it(
    build: Build, service: FakeService, tmp_path: Path
) -> None:
    service.on_submit = lambda request: service.fail("find", OUTAGE)
    service.fail("submit", OUTAGE, afterwards=True)
    with pytest.raises(UnavailableError, match="Whether the job has arrived is open, as the service cannot be asked"):
        submit(build(), service)
    assert on_disk(tmp_path).state is State.SUBMITTING
    assert len(service.jobs) == 1
    submit(build(), service)  # the next process finds it
    assert (on_disk(tmp_path).state, on_disk(tmp_path).job_id) == (State.SUBMITTED, "job-1")
    assert len(service.jobs) == 1


@pytest.mark.parametrize("arrived", [False, True])
def test_a_process_that_ended_while_the_request_was_under_way(
    build: Build, service: FakeService, tmp_path: Path, arrived: bool
) -> None:
    def end(_: object) -> None:
        if arrived:
            service.hold(TAG)
        raise KeyboardInterrupt

    service.on_submit = end
    with pytest.raises(KeyboardInterrupt):
        submit(build(), service)
    assert on_disk(tmp_path).state is State.SUBMITTING
    service.on_submit = lambda request: None
    service.hidden_looks = 2
    submit(build(), service)
    assert on_disk(tmp_path).state is State.SUBMITTED
    assert len(service.jobs) == 1
    assert service.calls.count("submit") == (0 if arrived else 1)  # the first never came through


def test_a_request_of_long_ago_is_looked_for_but_not_waited_for(
    build: Build, service: FakeService, tmp_path: Path
) -> None:
    put_on_disk(tmp_path, State.SUBMITTING)
    said: list[str] = []
    submit(build(), service, said.append)
    assert said == []
    assert service.calls == ["find", "find", "submit", "find"]
    assert len(service.jobs) == 1


def test_a_fresh_request_is_waited_for(build: Build, service: FakeService, tmp_path: Path) -> None:
    put_on_disk(tmp_path, State.SUBMITTING, datetime.now(UTC).isoformat())
    said: list[str] = []
    submit(build(), service, said.append)
    assert said == ["Waiting up to 0 s for the service to list the job."]  # 0.2 s
    assert service.calls.count("find") > 4
    assert len(service.jobs) == 1


def test_a_clock_that_was_set_back_waits_no_longer_than_a_fresh_request(
    build: Build, service: FakeService, tmp_path: Path
) -> None:
    put_on_disk(tmp_path, State.SUBMITTING, "2999-01-01T00:00:00+00:00")
    submit(build(), service)
    assert len(service.jobs) == 1


@pytest.mark.parametrize("error", [RequestRefusedError("Too many shots.", 400), AccountError("No such key.")])
def test_a_refusal_is_final(build: Build, service: FakeService, tmp_path: Path, error: Exception) -> None:
    service.fail("submit", error)
    with pytest.raises(type(error), match=str(error)):
        submit(build(), service)
    assert (on_disk(tmp_path).state, on_disk(tmp_path).note) == (State.PLANNED, str(error))
    assert service.jobs == []
    assert service.calls == ["find", "submit"]
    submit(build(), service)
    assert len(service.jobs) == 1


def test_too_many_requests_are_repeated_after_a_pause(build: Build, service: FakeService, tmp_path: Path) -> None:
    service.fail("submit", TOO_MANY, TOO_MANY)
    said: list[str] = []
    submit(build(), service, said.append)
    assert on_disk(tmp_path).state is State.SUBMITTED
    assert len(service.jobs) == 1
    assert said == ["IBM Quantum takes no more jobs at the moment; trying again in 0.01 s."] * 2


def test_too_many_requests_end_the_patience(build: Build, service: FakeService, tmp_path: Path) -> None:
    service.fail("submit", *[TOO_MANY] * 10)
    with pytest.raises(RequestRefusedError, match="Too many"):
        submit(build(), service)
    assert service.calls.count("submit") == PATIENCE.pauses + 1
    assert on_disk(tmp_path).state is State.PLANNED
    assert service.jobs == []


@pytest.mark.parametrize("error", [OUTAGE, AccountError("No such key.")])
def test_nothing_is_submitted_while_the_service_can_not_be_asked(
    build: Build, service: FakeService, tmp_path: Path, error: Exception
) -> None:
    service.fail("find", error)
    with pytest.raises(type(error)):
        submit(build(), service)
    assert service.calls == ["find"]
    assert not (tmp_path / "job").exists()


def test_a_confirmed_job_is_safe_whatever_comes_then(build: Build, service: FakeService, tmp_path: Path) -> None:
    service.on_submit = lambda request: service.fail("find", OUTAGE)
    submit(build(), service)
    assert (on_disk(tmp_path).state, on_disk(tmp_path).job_id) == (State.SUBMITTED, "job-1")


@pytest.mark.parametrize("answered", [True, False])
def test_twins_are_cancelled(build: Build, service: FakeService, tmp_path: Path, answered: bool) -> None:
    service.copies = 3
    if not answered:
        service.fail("submit", OUTAGE, afterwards=True)
    submit(build(), service)
    assert service.phases() == [Phase.DONE, Phase.CANCELLED, Phase.CANCELLED]
    state = on_disk(tmp_path)
    assert (state.state, state.job_id) == (State.SUBMITTED, "job-1")
    assert "The service also held job-2, which is cancelled; job-3, which is cancelled." in state.note


def test_a_twin_that_can_not_be_cancelled_is_noted(build: Build, service: FakeService, tmp_path: Path) -> None:
    service.copies = 2
    service.fail("cancel", RequestRefusedError("It has ended.", 409))
    submit(build(), service)
    state = on_disk(tmp_path)
    assert (state.state, state.job_id) == (State.SUBMITTED, "job-1")
    assert "The service also held job-2, which could not be cancelled: It has ended." in state.note


def test_jobs_with_other_tags_are_left_alone(build: Build, service: FakeService, tmp_path: Path) -> None:
    service.hold("qnlnet-other")
    submit(build(), service)
    assert on_disk(tmp_path).job_id == "job-2"
    assert Phase.CANCELLED not in service.phases()


def test_a_folder_that_can_not_be_written_submits_nothing(service: FakeService, tmp_path: Path) -> None:
    (tmp_path / "job").write_text("a file where the folder should be")
    with pytest.raises(ResultsError, match="cannot be written"):
        JobRecord(tmp_path / "job" / "1", TAG, PATIENCE).submit(service, build_request(TAG), silent)
    assert service.jobs == []
    assert "submit" not in service.calls


def test_a_job_that_ended_with_its_process_is_planned_again(build: Build, service: FakeService, tmp_path: Path) -> None:
    submit(build(), service)
    service.jobs.clear()
    record = build()
    record.forget()
    assert (on_disk(tmp_path).state, on_disk(tmp_path).job_id) == (State.PLANNED, "")
    submit(record, service)
    assert on_disk(tmp_path).state is State.SUBMITTED
