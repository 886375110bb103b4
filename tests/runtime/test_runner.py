"""The runner of training and evaluation: jobs that are not paid twice, and a budget that holds."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from runtime.fake_service import FakeService

from qnlnet.circuits import Circuit
from qnlnet.errors import LedgerError, RequestRefusedError, UnavailableError
from qnlnet.runtime import JobRunner, JobStatus, Phase

BuildCircuit = Callable[..., Circuit]
Build = Callable[..., JobRunner]

ROWS = np.random.default_rng(0).uniform(-3, 3, (5, 9))


def test_values_keep_the_shape_of_the_rows(build: Build, service: FakeService, tmp_path: Path) -> None:
    runner = build()
    np.testing.assert_array_equal(runner.run(ROWS), np.cos(ROWS.sum(axis=1)))
    assert runner.run(ROWS.reshape(1, 5, 9)).shape == (1, 5)
    assert len(service.jobs) == len(list((tmp_path / "qpu").iterdir())) == 2
    for job in service.jobs:
        assert (tmp_path / "qpu" / job.tags[0].removeprefix("qnlnet-") / "state.json").exists()


def test_the_same_rows_again_are_a_new_job(build: Build, service: FakeService) -> None:
    runner = build()
    first = runner.run(ROWS)
    service.values = lambda rows: np.sin(rows.sum(axis=-1))
    assert (runner.run(ROWS) != first).all()  # new shots
    assert len(service.jobs) == 2
    assert len({job.tags for job in service.jobs}) == 2


def test_the_budget_holds_and_what_was_computed_is_kept(
    build: Build, service: FakeService, cost: float, tmp_path: Path
) -> None:
    budget = 2.5 * cost
    runner = build(budget_seconds=budget)
    known = [runner.run(ROWS), runner.run(ROWS)]
    assert runner.spent_seconds == pytest.approx(2 * cost)
    service.calls.clear()
    with pytest.raises(RequestRefusedError) as caught:
        runner.run(ROWS)
    assert str(caught.value) == (
        f"The next job may take {cost:.0f} QPU seconds, but of the budget of {budget:g} only {0.5 * cost:.0f} are "
        "left. What was computed is kept: with a larger backend.budget_seconds the same command goes on from here."
    )
    assert service.calls == []
    assert len(list((tmp_path / "qpu").glob("*/answer.*"))) == len(known) == 2


def test_the_service_is_told_what_is_left(build: Build, service: FakeService, cost: float) -> None:
    runner = build(budget_seconds=3 * cost)
    runner.run(ROWS)
    runner.run(ROWS)
    build(repetition=1).run(ROWS)
    requests = [job.request for job in service.jobs]
    assert [request.max_seconds for request in requests if request] == [int(3 * cost), int(2 * cost), None]


def test_shots_of_a_simulated_device_differ_from_job_to_job(build: Build, service: FakeService) -> None:
    runner = build(seed=2**31 - 1)
    runner.run(ROWS)
    runner.run(ROWS)
    assert [job.request.seed for job in service.jobs if job.request] == [2**31 - 1, 0]


@pytest.mark.parametrize("shape", [(0, 9), (0, 3, 9), (2, 0, 9)])
def test_no_rows_no_job(build: Build, service: FakeService, tmp_path: Path, shape: tuple[int, ...]) -> None:
    assert build(budget_seconds=0.001).run(np.empty(shape)).shape == shape[:-1]
    assert service.calls == []
    assert not (tmp_path / "qpu").exists()


def test_an_outage_loses_nothing(build: Build, service: FakeService) -> None:
    service.fail("fetch", UnavailableError("The connection broke."))
    said: list[str] = []
    values = build(say=said.append).run(ROWS)
    np.testing.assert_array_equal(values, np.cos(ROWS.sum(axis=1)))
    assert said == ["The connection broke. Trying again; nothing is lost."]
    assert len(service.jobs) == 1


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (JobStatus(Phase.FAILED, "Error code 1517."), "Job job-1 is failed: Error code 1517."),
        (JobStatus(Phase.CANCELLED), "Job job-1 is cancelled: The job was cancelled."),
    ],
)
def test_jobs_that_end_without_an_answer(build: Build, service: FakeService, status: JobStatus, message: str) -> None:
    service.new_status = status
    with pytest.raises(LedgerError) as caught:
        build().run(ROWS)
    assert str(caught.value) == f"{message} Another backend.repetition runs it again."
    assert len(service.jobs) == 1


def test_answers_of_another_shape_are_refused(build: Build, service: FakeService) -> None:
    service.values = lambda rows: np.zeros(len(rows) + 1)
    with pytest.raises(LedgerError, match=r"must hold values of shape \(5,\), but holds \(6,\)"):
        build().run(ROWS)
