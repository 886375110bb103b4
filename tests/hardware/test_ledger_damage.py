"""Files that were damaged, lost or held by another program: nothing is done on the strength of them."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hardware.command import Jobs, Outcome
from loopback import Answer, LoopbackService

from qnlnet.runtime import read_sealed, write_sealed

pytestmark = pytest.mark.slow

Damage = Callable[[Path], Any]


def flip_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def replace_by_other_json(path: Path) -> None:
    path.write_text("[1, 2]")


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def invent_a_state(path: Path) -> None:
    values = read_sealed(path)
    del values["state"]
    write_sealed(path, values | {"state": "lost in space"})


EVERY_DAMAGE = (flip_a_byte, cut_off, empty, Path.unlink, replace_by_folder)


def in_turn(path: Path, damages: Sequence[Damage] = EVERY_DAMAGE) -> Iterator[None]:
    """Damages a file in one way after the other, and repairs it in between."""
    good = path.read_bytes()
    for damage in damages:
        damage(path)
        yield
        if path.is_dir():
            path.rmdir()
        path.write_bytes(good)


def assert_refused(outcome: Outcome, path: Path) -> None:
    assert outcome.status == 2
    *_, last = outcome.err.splitlines()
    assert last.startswith("error: ")
    assert str(path) in last


@pytest.fixture
def planned(jobs: Jobs, service: LoopbackService) -> Path:
    """The folder of a submission that is planned only."""
    service.add_fault("POST", "/jobs", Answer(403))
    assert jobs.submit().status == 2
    return jobs.submission.directory


@pytest.fixture
def submitted(jobs: Jobs) -> Path:
    """The folder of a submission whose job is at the service."""
    assert jobs.submit().status == 0
    return jobs.submission.directory


@pytest.fixture
def collected(jobs: Jobs, submitted: Path) -> Path:
    """The folder of a submission that is collected."""
    assert jobs("collect", "--all").status == 0
    return submitted


@pytest.mark.parametrize("name", ["plan.json", "jobs/0/state.json"])
def test_a_sealed_file_is_damaged(jobs: Jobs, service: LoopbackService, planned: Path, name: str) -> None:
    path = planned / name
    asked = len(service.requests)
    for _ in in_turn(path, (flip_a_byte, cut_off, empty, replace_by_other_json, replace_by_folder)):
        assert_refused(jobs("collect", planned.name), path)
        assert_refused(jobs("cancel", planned.name), path)
        listed = jobs("list")
        assert (listed.status, str(path) in listed.err) == (0, True)
        assert_refused(jobs.submit(), path)
    assert len(service.requests) == asked
    assert service.jobs == []


def test_a_state_that_nobody_knows(jobs: Jobs, service: LoopbackService, planned: Path) -> None:
    path = planned / "jobs/0/state.json"
    invent_a_state(path)
    assert_refused(jobs.submit(), path)
    assert service.jobs == []


@pytest.mark.parametrize("name", ["inputs.npz", "circuit.qpy"])
def test_what_shall_be_submitted_is_damaged(jobs: Jobs, service: LoopbackService, planned: Path, name: str) -> None:
    path = planned / name
    for _ in in_turn(path, (flip_a_byte, Path.unlink, replace_by_folder)):
        assert_refused(jobs.submit(), path)
        assert (service.jobs, jobs.states) == ([], ["planned"])


def test_a_plan_under_another_name(jobs: Jobs, service: LoopbackService, planned: Path) -> None:
    other = planned.with_name("0123456789ab")
    planned.rename(other)
    assert_refused(jobs("collect", "0123"), other)
    assert service.jobs == []


def test_a_plan_of_another_version(jobs: Jobs, service: LoopbackService, planned: Path) -> None:
    path = planned / "plan.json"
    values = read_sealed(path)
    values["circumstances"]["weather"] = "rain"
    write_sealed(path, values)
    refused = jobs.submit()
    assert_refused(refused, path)
    assert "`circumstances.weather` is not acceptable" in refused.err
    assert service.jobs == []


def test_an_answer_is_damaged(jobs: Jobs, service: LoopbackService, collected: Path) -> None:
    (collected / "values.npz").unlink()
    (answer,) = (collected / "jobs/0").glob("answer.*")
    for _ in in_turn(answer, (flip_a_byte, cut_off, empty)):
        refused = jobs("collect", collected.name)
        assert_refused(refused, answer)
        assert f"delete the folder {answer.parent}" in refused.err
    shutil.rmtree(answer.parent)  # the advice: the job is found by its tag, and its answer fetched again
    assert jobs("collect", collected.name).status == 0
    assert (len(service.jobs), len(jobs.rows)) == (1, 1)


def test_an_answer_is_lost(jobs: Jobs, service: LoopbackService, collected: Path) -> None:
    (collected / "values.npz").unlink()
    (answer,) = (collected / "jobs/0").glob("answer.*")
    answer.unlink()
    assert_refused(jobs("collect", collected.name), answer.parent)
    assert len(service.jobs) == 1


def test_the_inputs_of_a_collected_submission(jobs: Jobs, collected: Path) -> None:
    table = jobs.rows
    for _ in in_turn(collected / "inputs.npz"):
        assert_refused(jobs("collect", collected.name), collected / "inputs.npz")
        assert jobs.rows == table


def test_the_values_of_a_collected_submission(jobs: Jobs, collected: Path) -> None:
    path, table = collected / "values.npz", jobs.rows
    before = path.read_bytes()
    for _ in in_turn(path, (flip_a_byte, cut_off, empty, Path.unlink)):
        assert jobs("collect", collected.name).status == 0  # from the answers, which are kept
        assert path.read_bytes() == before
        assert jobs.rows == table


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("plan.json", cut_off),
        ("inputs.npz", Path.unlink),
        ("values.npz", Path.unlink),
    ],
)
def test_one_damaged_submission_does_not_hide_another(jobs: Jobs, collected: Path, name: str, damage: Damage) -> None:
    damage(collected / name)
    assert jobs.submit("--repeat").status == 0
    (good,) = set(jobs.keys) - {collected.name}
    done = jobs("collect", good)
    assert (done.status, f"{good}  digits" in done.out) == (0, True)
    assert good in [row.split(",")[0] for row in jobs.rows]


def test_answers_outlive_a_plan(jobs: Jobs, service: LoopbackService, collected: Path) -> None:
    (answer,) = (collected / "jobs/0").glob("answer.*")
    (collected / "plan.json").unlink()
    assert_refused(jobs.submit(), collected / "plan.json")
    assert answer.exists()
    assert len(service.jobs) == 1


def test_a_job_of_another_device_is_not_adopted(jobs: Jobs, service: LoopbackService) -> None:
    service.devices["ibm_quito"].queue_length = 0
    assert jobs.submit(backend="least-busy").status == 0
    shutil.rmtree(jobs.ledger)
    service.devices["ibm_quito"].queue_length = 9
    refused = jobs.submit(backend="least-busy")
    assert (refused.status, service.jobs[0].id in refused.err) == (2, True)
    jobs("collect", "--all")
    assert [job.backend for job in service.jobs] == ["ibm_quito"]
    assert jobs.rows == []


def test_a_second_program(jobs: Jobs, service: LoopbackService, submitted: Path) -> None:
    with FileLock(submitted / ".lock"):
        for command in ("collect", "cancel"):
            refused = jobs(command, submitted.name)
            assert refused.status == 2
            assert f"Another program works on the submission {submitted.name}. Try again" in refused.err
        assert jobs("list").status == 0
    assert jobs.states == ["submitted"]
    assert jobs("collect", submitted.name).status == 0


def test_a_second_program_that_submits(jobs: Jobs, service: LoopbackService, planned: Path) -> None:
    with FileLock(planned / ".lock"):
        refused = jobs.submit()
        assert (refused.status, "Another program works on the submission" in refused.err) == (2, True)
    assert service.jobs == []


def test_the_table_has_a_row_for_each_submission(jobs: Jobs, collected: Path) -> None:
    table = jobs.ledger / "hardware.csv"
    before = table.read_bytes()
    assert jobs("collect", collected.name).status == 0
    assert table.read_bytes() == before
    table.unlink()
    assert jobs("collect", collected.name).status == 0
    assert len(jobs.rows) == 1


def test_the_table_is_damaged(jobs: Jobs, service: LoopbackService, collected: Path) -> None:
    (jobs.ledger / "hardware.csv").write_text("no table\n")
    refused = jobs("collect", collected.name)
    assert (refused.status, str(jobs.ledger / "hardware.csv") in refused.err) == (2, True)
    assert (jobs.ledger / "hardware.csv").read_text() == "no table\n"
    assert len(service.jobs) == 1


def test_a_ledger_that_can_not_be_written(jobs: Jobs, service: LoopbackService, tmp_path: Path) -> None:
    jobs.ledger.write_text("a file where the folder should be")
    refused = jobs.submit()
    assert (refused.status, "cannot be written" in refused.err) == (2, True)
    assert service.jobs == []


def test_remains_of_an_interrupted_plan(jobs: Jobs, service: LoopbackService, planned: Path) -> None:
    (planned / "plan.json").unlink()
    shutil.rmtree(planned / "jobs")
    flip_a_byte(planned / "inputs.npz")
    assert jobs("list").out.startswith("There are no submissions")
    assert jobs.submit().status == 0
    assert len(service.jobs) == 1
    assert json.loads((planned / "jobs/0/state.json").read_text())["state"] == "submitted"
