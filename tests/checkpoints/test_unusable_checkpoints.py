"""Checkpoints that are damaged, foreign or malicious: left aside with a sentence each, and never run."""

import hashlib
import io
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from checkpoints.states import ORIGIN, as_bytes, load, load_again, make_state

from qnlnet.checkpoints import ReplicaCheckpoint

HEADER = b"qnlnet replica checkpoint, format 1, sha256 "


@pytest.fixture
def checkpoint(tmp_path: Path) -> ReplicaCheckpoint:
    return ReplicaCheckpoint(tmp_path, 3, ORIGIN)


def damage(path: Path, how: str) -> None:
    """Damages a file: ``cut 0.5`` keeps its first half, ``flip 0.5`` turns one bit over in its middle."""
    content = bytearray(path.read_bytes())
    kind, _, where = how.partition(" ")
    place = int(float(where) * (len(content) - 1))
    if kind == "cut":
        content = content[:place]
    else:
        content[place] ^= 1
    path.write_bytes(content)


DAMAGES = [*(f"cut {part}" for part in (0, 0.001, 0.01, 0.5, 1)), *(f"flip {n / 20}" for n in range(21))]


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_checkpoint_gives_way_to_the_one_before(
    how: str, checkpoint: ReplicaCheckpoint, tmp_path: Path
) -> None:
    for number in (1, 2):
        checkpoint.save(make_state(number))
    damage(tmp_path / "seed-3.ckpt", how)
    state, said = load_again(tmp_path)
    assert state is not None
    assert as_bytes(state) == as_bytes(make_state(1))
    assert said == [f"the checkpoint {tmp_path / 'seed-3.ckpt'} cannot be used: it is damaged or cut off"]


def test_two_damaged_checkpoints_are_none(checkpoint: ReplicaCheckpoint, tmp_path: Path) -> None:
    for number in (1, 2):
        checkpoint.save(make_state(number))
    for path in tmp_path.iterdir():
        damage(path, "flip 0.7")
    state, said = load_again(tmp_path)
    assert state is None
    assert [sentence.partition(" cannot")[0] for sentence in said] == [
        f"the checkpoint {tmp_path / name}" for name in ("seed-3.ckpt", "seed-3.before.ckpt")
    ]


def test_a_folder_in_place_of_the_file_is_left_aside(checkpoint: ReplicaCheckpoint, tmp_path: Path) -> None:
    for number in (1, 2):
        checkpoint.save(make_state(number))
    (tmp_path / "seed-3.ckpt").unlink()
    (tmp_path / "seed-3.ckpt").mkdir()
    state, (sentence,) = load_again(tmp_path)
    assert state is not None
    assert state["number"] == 1
    assert "seed-3.ckpt cannot be used: " in sentence
    assert "Is a directory" in sentence


@pytest.mark.parametrize("changed", [["commit"], ["images"], ["versions"], ["configuration", "commit"]])
def test_a_checkpoint_of_another_origin_is_left_aside(
    changed: list[str], checkpoint: ReplicaCheckpoint, tmp_path: Path
) -> None:
    checkpoint.save(make_state(1))
    before = (tmp_path / "seed-3.ckpt").read_bytes()
    state, (sentence,) = load_again(tmp_path, **dict.fromkeys(changed, "another"))
    assert state is None
    path = tmp_path / "seed-3.ckpt"
    assert sentence == f"the checkpoint {path} is left aside, as it was made with other {' and '.join(changed)}"
    assert path.read_bytes() == before  # it may still be wanted: with the old code it counts
    assert load_again(tmp_path)[1] == []


def test_a_new_origin_takes_over_step_by_step(checkpoint: ReplicaCheckpoint, tmp_path: Path) -> None:
    checkpoint.save(make_state(1))
    newer = ReplicaCheckpoint(tmp_path, 3, {**ORIGIN, "commit": "newer"})
    newer.save(make_state(2))
    state, said = load(newer)
    assert state is not None
    assert (state["number"], said) == (2, [])
    damage(tmp_path / "seed-3.ckpt", "flip 0.5")
    state, said = load(newer)  # the one before is of the old origin
    assert state is None
    assert len(said) == 2
    assert said[1].endswith("seed-3.before.ckpt is left aside, as it was made with other commit")


def write_with_right_checksum(path: Path, content: bytes) -> None:
    path.write_bytes(HEADER + hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


def saved(value: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


class Malicious:
    """Creates a folder when it is unpickled the careless way."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.trace),)


@pytest.mark.parametrize("inside", ["torch.save", "pickle"])
def test_code_in_a_checkpoint_is_refused_and_not_run(inside: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    folder = tmp_path / "checkpoints"
    checkpoint = ReplicaCheckpoint(folder, 3, ORIGIN)
    for number in (1, 2):
        checkpoint.save(make_state(number))
    bad = {"origin": ORIGIN, "state": {"replica": Malicious(trace)}}
    content = saved(bad) if inside == "torch.save" else pickle.dumps(bad)
    write_with_right_checksum(folder / "seed-3.ckpt", content)
    state, said = load_again(folder)
    assert not trace.exists()
    assert state is not None
    assert state["number"] == 1
    path = folder / "seed-3.ckpt"
    assert said == [f"the checkpoint {path} cannot be used: it holds something else than plain values and tensors"]
    if inside == "pickle":  # it would have run
        pickle.loads(content)
        assert trace.is_dir()


@pytest.mark.parametrize(
    "content",
    [b"", b"text", saved([1, 2]), saved({"state": {}}), saved({"origin": ORIGIN}), saved(torch.zeros(2)), saved(None)],
    ids=["nothing", "text", "list", "no origin", "no state", "tensor", "none"],
)
def test_what_is_no_checkpoint_is_left_aside(content: bytes, tmp_path: Path) -> None:
    write_with_right_checksum(tmp_path / "seed-3.ckpt", content)
    state, (sentence,) = load_again(tmp_path)
    assert state is None
    assert sentence.startswith(f"the checkpoint {tmp_path / 'seed-3.ckpt'} cannot be used: it ")
    assert "\n" not in sentence


def test_a_checkpoint_of_another_format_is_left_aside(checkpoint: ReplicaCheckpoint, tmp_path: Path) -> None:
    checkpoint.save(make_state(1))
    path = tmp_path / "seed-3.ckpt"
    assert path.read_bytes().startswith(HEADER)
    path.write_bytes(path.read_bytes().replace(b"format 1", b"format 2", 1))
    state, said = load_again(tmp_path)
    assert state is None
    assert len(said) == 1
