"""The runner in a new process: nothing is paid twice, and nothing is taken for another computation."""

from collections.abc import Callable

import numpy as np
import pytest
from runtime.fake_service import FakeService

from qnlnet.circuits import Circuit
from qnlnet.errors import AccountError, LedgerError, RequestRefusedError
from qnlnet.runtime import JobRunner, JobStatus, Phase

BuildCircuit = Callable[..., Circuit]
Build = Callable[..., JobRunner]

ROWS = np.random.default_rng(0).uniform(-3, 3, (5, 9))


def test_a_new_process_gets_the_answers_it_had(build: Build, service: FakeService) -> None:
    counter = iter(range(100))
    service.values = lambda rows: np.full(len(rows), next(counter) / 100)
    batches = [ROWS, ROWS[:2], ROWS, ROWS]
    runner = build()
    answers = [runner.run(rows) for rows in batches]
    service.calls.clear()
    again = build()
    for rows, known in zip(batches, answers, strict=True):
        np.testing.assert_array_equal(again.run(rows), known)
    assert service.calls == []
    assert again.spent_seconds == pytest.approx(runner.spent_seconds)
    again.run(ROWS)  # and goes on from there
    assert service.calls.count("submit") == 1
    assert len(service.jobs) == 5


def test_what_else_is_computed_is_another_job(build: Build, service: FakeService, build_circuit: BuildCircuit) -> None:
    runners = [
        build(),
        build(seed=1),
        build(shots=2000),
        build(repetition=1),
        build(resilience_level=1),
        build(layout=(0, 1, 2, 3)),
        build(build_circuit("1")),
        build(build_circuit("0", readout=0)),
    ]
    for runner in runners:
        runner.run(ROWS)
    build().run(ROWS + 2**-50)
    assert len({job.tags for job in service.jobs}) == len(service.jobs) == len(runners) + 1
    build(budget_seconds=1000.0).run(ROWS)  # the budget is not part of what is computed
    assert len(service.jobs) == len(runners) + 1


def test_a_larger_budget_goes_on_from_there(build: Build, service: FakeService, cost: float) -> None:
    runner = build(budget_seconds=2.5 * cost)
    known = [runner.run(ROWS), runner.run(ROWS)]
    with pytest.raises(RequestRefusedError, match="goes on from here"):
        runner.run(ROWS)
    service.calls.clear()
    richer = build(budget_seconds=3.5 * cost)
    for values in known:
        np.testing.assert_array_equal(richer.run(ROWS), values)
    assert service.calls == []
    richer.run(ROWS)
    assert len(service.jobs) == 3


def test_a_failed_job_is_not_submitted_again_by_itself(build: Build, service: FakeService) -> None:
    service.new_status = JobStatus(Phase.FAILED, "Error code 1517.")
    for _ in range(2):  # a new process says the same and submits nothing
        with pytest.raises(LedgerError, match="Job job-1 is failed: Error code 1517"):
            build().run(ROWS)
    assert len(service.jobs) == 1


def test_the_same_call_goes_on_where_an_error_stopped_it(build: Build, service: FakeService) -> None:
    runner = build()
    service.fail("status", AccountError("The token has expired."))
    with pytest.raises(AccountError):
        runner.run(ROWS)
    runner.run(ROWS)
    assert len(service.jobs) == 1


def test_a_process_that_ended_while_the_job_was_queued(
    build: Build, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(_: float) -> None:
        raise InterruptedError

    service.new_status = JobStatus(Phase.QUEUED)
    said: list[str] = []
    runner = build(say=said.append)
    with monkeypatch.context() as patch:
        patch.setattr("qnlnet.runtime.polling.time.sleep", end)
        with pytest.raises(InterruptedError):  # not KeyboardInterrupt, which pytest would take for its own
            runner.run(ROWS)
    assert said == ["Job job-1 is queued."]
    service.jobs[0].status = JobStatus(Phase.DONE)
    build().run(ROWS)
    assert len(service.jobs) == 1


def test_the_advice_to_repeat_a_failed_job_helps(build: Build, service: FakeService) -> None:
    service.new_status = JobStatus(Phase.FAILED, "Error code 1517.")
    with pytest.raises(LedgerError, match=r"Another backend\.repetition runs it again"):
        build().run(ROWS)
    service.new_status = JobStatus(Phase.DONE)
    np.testing.assert_array_equal(build(repetition=1).run(ROWS), np.cos(ROWS.sum(axis=1)))
    assert len(service.jobs) == 2
