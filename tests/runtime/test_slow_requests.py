"""A request that broke late, and twins that cannot be cancelled: what the record says and does."""

import time
from pathlib import Path

from runtime.fake_service import FakeService, build_request

from qnlnet.errors import RequestRefusedError, UnavailableError
from qnlnet.runtime import JobRecord, Patience, State


def test_a_request_that_was_slow_and_then_broke_is_waited_for(tmp_path: Path) -> None:
    service = FakeService()

    def slow(_: object) -> None:
        time.sleep(0.4)  # longer than the service needs to list a job
        service.hidden_looks = 2  # which counts from the moment when it took the job in

    service.on_submit = slow
    service.fail("submit", UnavailableError("The connection broke."), afterwards=True)
    record = JobRecord(tmp_path / "job", "tag", Patience(settle_seconds=0.3, look_seconds=0.02))
    record.submit(service, build_request("tag"), lambda _: None)
    assert (record.state, record.record.job_id) == (State.SUBMITTED, "job-1")


def test_notes_end_with_one_full_stop(tmp_path: Path) -> None:
    service = FakeService(copies=2)
    service.fail("cancel", RequestRefusedError("It has ended.", 409))
    record = JobRecord(tmp_path / "job", "tag")
    record.submit(service, build_request("tag"), lambda _: None)
    assert record.record.note.endswith("could not be cancelled: It has ended.")
