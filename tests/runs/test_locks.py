"""Locks between processes: one at a time, and never for longer than the process lives."""

import errno
import fcntl
import gc
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qnlnet.errors import ResultsError
from qnlnet.runs.locks import Claim, locked

TAKE = """
import fcntl, os, sys
os.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)
with open(sys.argv[1], "a") as file:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        print("got it", flush=True)
    except BlockingIOError:
        print("taken", flush=True)
    sys.stdin.readline()
    os._exit(0)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "locks" / "seed-0.lock"


@pytest.fixture
def other_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that asks for the lock, says whether it has got it, and ends with its next line of input."""
    command = [sys.executable, "-c", TAKE, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.communicate()


def answer_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_claim_is_had_by_one_at_a_time(path: Path) -> None:
    first, second = Claim(path), Claim(path)
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    assert not first.take()
    second.release()


def test_claims_of_different_replicas_are_independent(tmp_path: Path) -> None:
    claims = [Claim(tmp_path / f"seed-{seed}.lock") for seed in range(3)]
    assert all(claim.take() for claim in claims)
    for claim in claims:
        claim.release()


def test_releasing_without_having_is_harmless(path: Path) -> None:
    first, second = Claim(path), Claim(path)
    second.release()
    assert first.take()
    assert not second.take()
    second.release()
    assert not Claim(path).take()  # the first one still has it
    first.release()
    first.release()
    assert second.take()
    second.release()


def test_a_claim_that_was_refused_leaves_no_file_open(path: Path) -> None:
    first = Claim(path)
    assert first.take()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        assert not Claim(path).take()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    first.release()


def test_one_thread_may_take_and_another_release(path: Path) -> None:
    claim = Claim(path)
    thread = threading.Thread(target=claim.take)
    thread.start()
    thread.join()
    assert not Claim(path).take()
    claim.release()
    assert Claim(path).take()


def test_the_file_stays(path: Path) -> None:
    # Who removes it lets two in: the one who waits for the old file, and the one who makes a new one.
    claim = Claim(path)
    claim.take()
    number = path.stat().st_ino
    claim.release()
    assert path.stat().st_ino == number


@pytest.mark.slow
def test_a_forgotten_claim_ends(path: Path) -> None:
    claim = Claim(path)
    claim.take()
    del claim
    gc.collect()
    assert Claim(path).take()


def test_another_process_is_kept_out(path: Path, request: pytest.FixtureRequest) -> None:
    claim = Claim(path)
    assert claim.take()
    assert answer_of(request.getfixturevalue("other_process")) == "taken"
    claim.release()


def test_a_claim_ends_with_its_process(path: Path, other_process: subprocess.Popen[str]) -> None:
    assert answer_of(other_process) == "got it"
    claim = Claim(path)
    assert not claim.take()
    other_process.communicate("\n")  # it ends without releasing
    assert claim.take()
    claim.release()


def hold(path: Path, inside: list[str], name: str, seconds: float = 0.0) -> None:
    with locked(path):
        inside.append(f"{name} in")
        time.sleep(seconds)
        inside.append(f"{name} out")


def test_waiting_for_a_lock_lets_one_in_after_the_other(path: Path) -> None:
    inside: list[str] = []
    threads = [threading.Thread(target=hold, args=(path, inside, str(number), 0.02)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(inside) == 8
    for entry, leave in zip(inside[::2], inside[1::2], strict=True):
        assert (entry, leave) == (f"{entry[0]} in", f"{entry[0]} out")


def test_an_error_inside_gives_the_lock_back(path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), locked(path):
        raise KeyboardInterrupt
    inside: list[str] = []
    hold(path, inside, "next")
    assert inside == ["next in", "next out"]


def enter(path: Path) -> None:
    with locked(path):
        pass


@pytest.mark.parametrize("use", [lambda path: Claim(path).take(), enter], ids=["claim", "locked"])
class TestUnusableFiles:
    """Files that cannot be locked are one sentence, not a stack trace."""

    def test_a_file_in_place_of_the_folder(self, use: Callable[[Path], Any], tmp_path: Path) -> None:
        (tmp_path / "locks").write_text("not a folder")
        with pytest.raises(ResultsError, match=r"locks/seed-0\.lock cannot be locked: .*\. Choose a folder") as caught:
            use(tmp_path / "locks" / "seed-0.lock")
        assert "exists" in str(caught.value) or "Not a directory" in str(caught.value)

    def test_a_folder_in_place_of_the_file(self, use: Callable[[Path], Any], path: Path) -> None:
        path.mkdir(parents=True)
        with pytest.raises(ResultsError, match=r"cannot be locked: Is a directory\. Choose a folder"):
            use(path)

    # Without locks at all (ENOSYS) the library warns, and then takes a file that outlives its process.
    @pytest.mark.filterwarnings("ignore:flock not supported on this filesystem")
    @pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EIO])
    def test_a_file_system_without_locks(
        self, use: Callable[[Path], Any], number: int, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*arguments: Any) -> None:
            raise OSError(number, "what the system says")

        monkeypatch.setattr(fcntl, "flock", fail)
        with pytest.raises(ResultsError, match=r"seed-0\.lock cannot be locked: .*on a file system with locks\."):
            use(path)
        monkeypatch.undo()
        assert Claim(path).take()  # nothing is left that would keep anybody out
