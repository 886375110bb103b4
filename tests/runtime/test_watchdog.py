"""Calls with a time limit: nothing is left running, whatever ends first."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from runtime.watched import Broken, Worker, is_free, wait_until

from qnlnet.errors import RequestRefusedError, UnavailableError
from qnlnet.runtime.watchdog import WatchedProcess

LONG = 60.0  # seconds; more than any call here takes on a busy machine


@pytest.fixture(scope="module")
def shared() -> Iterator[WatchedProcess]:
    """One process for the tests that do not end it: starting takes seconds."""
    process = WatchedProcess(Worker)
    yield process
    process.close()


@pytest.fixture
def own() -> Iterator[WatchedProcess]:
    process = WatchedProcess(Worker)
    yield process
    process.close()


def children() -> set[int | None]:
    return {child.pid for child in multiprocessing.active_children()}


def test_calls_run_elsewhere_and_keep_their_object(shared: WatchedProcess) -> None:
    pid, calls = shared.call("count", limit=LONG)
    assert pid != os.getpid()
    assert pid in children()
    assert shared.call("count", limit=LONG) == (pid, calls + 1)
    array = np.random.default_rng(0).random((200, 17))
    np.testing.assert_array_equal(shared.call("echo", array, limit=LONG), array)


def test_errors_come_through_whole(shared: WatchedProcess) -> None:
    pid, _ = shared.call("count", limit=LONG)
    with pytest.raises(RequestRefusedError, match=r"^Too many requests\.$") as caught:
        shared.call("refuse", limit=LONG)
    assert caught.value.status == 429
    with pytest.raises(AttributeError, match="no_such_method"):
        shared.call("no_such_method", limit=LONG)
    assert shared.call("count", limit=LONG)[0] == pid


@pytest.mark.slow
def test_ctrl_c_is_left_to_the_parent(shared: WatchedProcess) -> None:
    pid, _ = shared.call("count", limit=LONG)
    os.kill(pid, signal.SIGINT)
    assert shared.call("count", limit=LONG)[0] == pid


@pytest.mark.slow
def test_a_call_over_its_limit_ends_the_process(own: WatchedProcess, tmp_path: Path) -> None:
    pid, _ = own.call("count", limit=LONG)
    path = tmp_path / "lock"
    with pytest.raises(UnavailableError, match=r"^IBM Quantum has not answered within 0\.5 seconds\.$"):
        own.call("wait", 1.0, path, limit=0.5)
    assert pid not in children()
    assert is_free(path)  # it had begun, and it is gone
    new, calls = own.call("count", limit=LONG)
    assert new != pid
    assert calls == 1  # a new object
    assert not path.with_suffix(".late").exists()  # the call did not go on behind our back


@pytest.mark.slow
def test_processes_that_die(own: WatchedProcess) -> None:
    before = children()
    for method in ("die", "unpicklable"):
        with pytest.raises(UnavailableError, match="has ended unexpectedly"):
            own.call(method, limit=LONG)
        assert children() == before
    pid, _ = own.call("count", limit=LONG)
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: pid not in children(), 10)
    assert own.call("count", limit=LONG)[1] == 1  # found dead before the request left: a new one


@pytest.mark.slow
def test_an_object_that_can_not_be_built_says_why() -> None:
    before = children()
    process = WatchedProcess(Broken)
    for _ in range(2):
        with pytest.raises(RequestRefusedError, match="No such key"):
            process.call("anything", limit=LONG)
    process.close()
    process.close()  # a second time does nothing
    assert children() == before


@pytest.mark.slow
def test_ctrl_c_in_the_parent_ends_the_call(own: WatchedProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    pid, _ = own.call("count", limit=LONG)

    def interrupt(_: float) -> bool:
        raise InterruptedError  # not KeyboardInterrupt, which pytest would take for its own

    monkeypatch.setattr(own._pipe, "poll", interrupt, raising=True)
    with pytest.raises(InterruptedError):
        own.call("count", limit=LONG)
    assert pid not in children()


@pytest.mark.slow
def test_the_process_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    folder = Path(__file__).parents[1]
    source = (
        f"import sys; sys.path.insert(0, {str(folder)!r})\n"
        "from pathlib import Path\n"
        "from runtime.watched import Worker\n"
        "from qnlnet.runtime.watchdog import WatchedProcess\n"
        f"WatchedProcess(Worker).call('wait', 60.0, Path({str(path)!r}), limit=120)\n"
    )
    command = [sys.executable, "-c", source]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as parent:
        assert wait_until(lambda: path.exists() and not is_free(path), 60)  # the call is under way
        parent.kill()
    assert wait_until(lambda: is_free(path), 10)
