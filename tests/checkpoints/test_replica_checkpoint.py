"""Checkpoints of a replica on disk: one that is good stays, wherever saving ends."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checkpoints.states import ORIGIN, as_bytes, load, load_again, make_state, names

from qnlnet.checkpoints import ReplicaCheckpoint
from qnlnet.errors import ResultsError


@pytest.fixture
def checkpoint(tmp_path: Path) -> ReplicaCheckpoint:
    return ReplicaCheckpoint(tmp_path, 3, ORIGIN)


def test_a_state_comes_back_to_the_bit(checkpoint: ReplicaCheckpoint, tmp_path: Path) -> None:
    checkpoint.save(make_state(0))
    state, said = load_again(tmp_path)
    assert state is not None
    assert as_bytes(state) == as_bytes(make_state(0))
    assert said == []


def test_nothing_there_is_nothing_to_say(checkpoint: ReplicaCheckpoint) -> None:
    assert load(checkpoint) == (None, [])


def test_the_last_state_counts_and_two_files_are_all_that_is_kept(
    checkpoint: ReplicaCheckpoint, tmp_path: Path
) -> None:
    for number in range(5):
        checkpoint.save(make_state(number))
        state, said = load(checkpoint)
        assert state is not None
        assert (state["number"], said) == (number, [])
    assert names(tmp_path) == ["seed-3.before.ckpt", "seed-3.ckpt"]


def test_replicas_do_not_meet(checkpoint: ReplicaCheckpoint, tmp_path: Path) -> None:
    other = ReplicaCheckpoint(tmp_path, 31, ORIGIN)
    for number in (1, 2):
        checkpoint.save(make_state(number))
        other.save(make_state(10 * number))
    (tmp_path / ".seed-31.new.ckpt.0123abcd.tmp").write_bytes(b"being written")
    checkpoint.remove()
    assert load(checkpoint) == (None, [])
    assert names(tmp_path) == [".seed-31.new.ckpt.0123abcd.tmp", "seed-31.before.ckpt", "seed-31.ckpt"]
    state, _ = load(other)
    assert state is not None
    assert state["number"] == 20


def test_removing_leaves_nothing_of_killed_writers_either(checkpoint: ReplicaCheckpoint, tmp_path: Path) -> None:
    checkpoint.remove()  # of nothing
    for number in (1, 2):
        checkpoint.save(make_state(number))
    (tmp_path / "seed-3.new.ckpt").write_bytes(b"not yet moved")
    (tmp_path / ".seed-3.new.ckpt.0123abcd.tmp").write_bytes(b"half wri")
    checkpoint.remove()
    assert names(tmp_path) == []


class Killed(BaseException):
    """The process ends here."""


STEPS = ("os.fsync 1", "os.replace 1", "os.replace 2", "os.replace 3")  # what saving over an older checkpoint does


def break_at(step: str, error: BaseException, *, after: bool, patch: pytest.MonkeyPatch) -> list[str]:
    """Makes one of the steps of `save` raise, before or after it has done its work; returns the steps seen."""
    seen: list[str] = []

    def breaking(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            seen.append(f"{name} {sum(word.startswith(name) for word in seen) + 1}")
            if seen[-1] != step:
                return function(*arguments)
            if after:
                function(*arguments)
            raise error

        return call

    for name in ("fsync", "replace"):
        patch.setattr(os, name, breaking(f"os.{name}", getattr(os, name)))
    return seen


def test_the_steps_of_saving_are_what_the_next_tests_break(
    checkpoint: ReplicaCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint.save(make_state(1))
    seen = break_at("none", Killed(), after=False, patch=monkeypatch)
    checkpoint.save(make_state(2))
    assert tuple(seen) == STEPS


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("earlier", [1, 2, 3])
def test_an_end_at_any_step_leaves_a_good_checkpoint(
    earlier: int, step: str, after: bool, checkpoint: ReplicaCheckpoint, tmp_path: Path
) -> None:
    for number in range(earlier):
        checkpoint.save(make_state(number))
    with pytest.MonkeyPatch.context() as patch:
        break_at(step, Killed(), after=after, patch=patch)
        with pytest.raises(Killed):
            checkpoint.save(make_state(earlier))
    state, said = load_again(tmp_path)
    assert state is not None
    is_complete = (step, after) == (STEPS[-1], True)
    assert as_bytes(state) == as_bytes(make_state(earlier if is_complete else earlier - 1))
    assert said == []
    again = ReplicaCheckpoint(tmp_path, 3, ORIGIN)
    for number in (earlier + 1, earlier + 2):  # what lies about disturbs nothing
        again.save(make_state(number))
        state, said = load_again(tmp_path)
        assert state is not None
        assert (state["number"], said) == (number, [])
    again.remove()
    assert names(tmp_path) == []


@pytest.mark.parametrize("step", STEPS)
def test_a_full_disk_at_any_step_is_one_sentence_and_older_states_stay(
    step: str, checkpoint: ReplicaCheckpoint, tmp_path: Path
) -> None:
    checkpoint.save(make_state(1))
    with pytest.MonkeyPatch.context() as patch:
        break_at(step, OSError(errno.ENOSPC, "No space left on device"), after=False, patch=patch)
        with pytest.raises(ResultsError, match=rf"{tmp_path}/seed-3.*ckpt cannot be .*: No space left on device\."):
            checkpoint.save(make_state(2))
    state, said = load_again(tmp_path)
    assert state is not None
    assert (state["number"], said) == (1, [])


def test_the_first_checkpoint_that_can_not_be_written_is_no_checkpoint(
    checkpoint: ReplicaCheckpoint, tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        break_at("os.replace 2", OSError(errno.EIO, "Input/output error"), after=False, patch=patch)
        with pytest.raises(ResultsError, match=r"seed-3\.ckpt cannot be moved into place: Input/output error\."):
            checkpoint.save(make_state(1))
    assert load_again(tmp_path) == (None, [])


def test_a_folder_that_can_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    checkpoint = ReplicaCheckpoint(tmp_path / "file" / "checkpoints", 3, ORIGIN)
    with pytest.raises(ResultsError, match=r"cannot be written: Not a directory\. Choose a folder"):
        checkpoint.save(make_state(1))
