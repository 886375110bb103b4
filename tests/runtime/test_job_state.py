"""The state of a job on disk: what is damaged, or describes no job, is not acted upon."""

from pathlib import Path

import pytest
from runtime.fake_service import FakeService, build_request

from qnlnet.errors import LedgerError
from qnlnet.runtime import JobRecord, Patience, write_sealed

TAG = "qnlnet-test"
PATIENCE = Patience(settle_seconds=0.2, look_seconds=0.02, pause_seconds=0.01, pauses=2)


@pytest.mark.parametrize(
    "content",
    [{}, {"state": "lost"}, {"state": "planned", "mood": 1}, {"since": "2020-01-01T00:00:00+00:00"}],
    ids=["nothing", "state", "key", "no-state"],
)
def test_a_state_that_describes_no_job(tmp_path: Path, content: dict[str, object]) -> None:
    write_sealed(tmp_path / "job" / "state.json", content)
    with pytest.raises(LedgerError, match="must describe a job, but does not"):
        JobRecord(tmp_path / "job", TAG, PATIENCE)


def test_a_damaged_state_is_not_acted_upon(tmp_path: Path) -> None:
    record = JobRecord(tmp_path / "job", TAG, PATIENCE)
    record.submit(FakeService(), build_request(TAG), lambda _: None)
    path = tmp_path / "job" / "state.json"
    path.write_text(path.read_text().replace("job-1", "job-2"))
    for read in (lambda: JobRecord(tmp_path / "job", TAG, PATIENCE), record.reload):
        with pytest.raises(LedgerError, match=r"state\.json is damaged"):
            read()
