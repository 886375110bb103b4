"""How a tracker is driven: in order, in its own thread, for a bounded time, and whatever it raises."""

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qnlnet.tracking import Trackers, worker
from qnlnet.tracking.tracker import Tracker
from qnlnet.tracking.worker import Worker

LONG = 60.0  # seconds: more than any of these tests needs, however busy the machine is


class Tables(Tracker):
    """Takes tables only, and does with them what it is told."""

    def __init__(self, act: Callable[[str], None] = lambda name: None) -> None:
        self.act = act
        self.taken: list[str] = []
        self.flushed: list[int] = []
        self.closed = self.discarded = False

    def on_table(self, name: str, paths: list[Path], time: float) -> None:
        self.act(name)
        self.taken.append(name)

    def flush(self) -> None:
        self.flushed.append(len(self.taken))

    def close(self) -> None:
        self.flush()
        self.closed = True

    def discard(self) -> None:
        self.discarded = True


@pytest.fixture(autouse=True)
def flushes_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets what is held back be sent after a moment; outside of tests it may wait for seconds."""
    monkeypatch.setattr(worker, "_FLUSH_EVERY", 0.05)


def drive(*tables: Tables) -> Trackers:
    return Trackers([Worker(f"Tables {number}", "tables", lambda t=t: lambda: t) for number, t in enumerate(tables)])


def send(trackers: Trackers, count: int) -> list[str]:
    names = [str(number) for number in range(count)]
    for name in names:
        trackers.on_table(name, [])
    return names


def test_everything_arrives_in_order_in_another_thread_and_is_closed(capfd: pytest.CaptureFixture[str]) -> None:
    threads = set()
    tables = Tables(lambda name: threads.add(threading.current_thread()))
    with drive(tables) as trackers:
        names = send(trackers, 1000)
    assert tables.taken == names
    assert tables.closed
    assert not tables.discarded
    (thread,) = threads
    assert thread is not threading.main_thread()
    assert thread.daemon
    assert capfd.readouterr() == ("", "")


def test_nothing_waits_for_a_tracker_before_the_end() -> None:
    gate = threading.Event()
    tables = Tables(lambda name: gate.wait(LONG) and None)
    trackers = drive(tables)
    send(trackers, 10_000)  # returns although not one was taken
    assert tables.taken == []
    gate.set()
    trackers.close()
    assert len(tables.taken) == 10_000


def test_what_was_held_back_is_sent_while_nothing_else_happens() -> None:
    tables = Tables()
    with drive(tables) as trackers:
        send(trackers, 1)
        deadline = time.monotonic() + LONG
        while not tables.flushed:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert tables.flushed == [1]


def test_what_was_held_back_is_sent_while_more_and_more_comes() -> None:
    tables = Tables()
    with drive(tables) as trackers:
        deadline = time.monotonic() + LONG
        while not tables.flushed:
            assert time.monotonic() < deadline
            send(trackers, 100)
            time.sleep(0.001)


@pytest.mark.parametrize("error", [ValueError("no room\nat all."), SystemExit("no room at all"), KeyboardInterrupt()])
def test_whatever_a_tracker_raises_switches_it_off_and_no_other(
    error: BaseException, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail_at_three(name: str) -> None:
        if name == "3":
            raise error

    bad, good = Tables(fail_at_three), Tables()
    with drive(bad, good) as trackers:
        names = send(trackers, 10)
    assert bad.taken == names[:3]
    assert bad.discarded
    assert not bad.closed
    assert good.taken == names
    assert good.closed
    why = (str(error) and "no room at all") or "KeyboardInterrupt"
    assert capfd.readouterr().err == (
        f"Tables 0 is switched off for the rest of this run: {why}; the run itself goes on.\n"
    )


def test_a_tracker_that_can_not_even_be_discarded_is_still_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    class Worse(Tables):
        def close(self) -> None:
            raise OSError(28, "No space left on device")

        def discard(self) -> None:
            raise OSError(28, "No space left on device")

    with drive(Worse()) as trackers:
        send(trackers, 1)
    assert capfd.readouterr().err.count("\n") == 1


def test_a_slow_tracker_may_finish_as_long_as_it_makes_progress(capfd: pytest.CaptureFixture[str]) -> None:
    tables = Tables(lambda name: time.sleep(0.05))
    trackers = drive(tables)
    names = send(trackers, 12)  # more than half a second of work
    trackers.close(patience=0.5, limit=LONG)  # … each of which may take that long
    assert tables.taken == names
    assert capfd.readouterr().err == ""


def test_patience_begins_behind_the_import(capfd: pytest.CaptureFixture[str]) -> None:
    tables = Tables()

    def load_slowly() -> Callable[[], Tables]:
        gate.wait(0.6)
        return lambda: tables

    gate = threading.Event()
    trackers = Trackers([Worker("Tables", "tables", load_slowly)])
    names = send(trackers, 3)
    trackers.close(patience=0.5, limit=LONG)
    assert tables.taken == names
    trackers = Trackers([Worker("Tables", "tables", load_slowly)])
    send(trackers, 3)
    trackers.close(patience=LONG, limit=0.1)
    gate.set()
    assert "3 of 3 messages are left out" in capfd.readouterr().err


def test_a_tracker_that_makes_progress_for_too_long_is_given_up(capfd: pytest.CaptureFixture[str]) -> None:
    gate = threading.Event()
    tables = Tables(lambda name: time.sleep(0.01) or (gate.set() if name == "5" else None))
    trackers = drive(tables)
    send(trackers, 10_000)
    assert gate.wait(LONG)
    trackers.close(patience=LONG, limit=0.2)
    said = capfd.readouterr().err
    match = re.match(
        r"Tables 0 has not taken everything \d+ s after the end: (\d+) of 10000 messages are left out", said
    )
    assert match
    assert 0 < int(match.group(1)) <= 10_000  # what was taken but not sent is left out too
    assert said.count("\n") == 1
    deadline = time.monotonic() + LONG
    while not tables.discarded:  # it stops by itself, and says nothing more
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert 5 < len(tables.taken) < 10_000
    assert not tables.closed
    assert capfd.readouterr().err == ""


def test_what_a_tracker_has_sent_before_it_hangs_is_not_counted_as_left_out(
    capfd: pytest.CaptureFixture[str],
) -> None:
    gate = threading.Event()
    tables = Tables(lambda name: gate.wait(LONG) and None if name == "3" else None)
    trackers = drive(tables)
    send(trackers, 3)
    deadline = time.monotonic() + LONG
    while tables.flushed[-1:] != [3]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    send(trackers, 5)
    trackers.close(patience=0.2)
    gate.set()
    assert ": 5 of 8 messages are left out there." in capfd.readouterr().err


def test_a_tracker_that_has_nothing_to_tell_is_not_waited_for(capfd: pytest.CaptureFixture[str]) -> None:
    gate = threading.Event()

    def load_slowly() -> type[Tables]:
        gate.wait(LONG)
        return Tables

    start = time.monotonic()
    with Trackers([Worker("Tables", "tables", load_slowly)]):
        pass
    assert time.monotonic() - start < LONG / 2
    gate.set()
    assert capfd.readouterr().err == ""


def test_closing_twice_and_telling_more_afterwards_are_harmless() -> None:
    tables = Tables()
    trackers = drive(tables)
    names = send(trackers, 3)
    trackers.close()
    send(trackers, 3)
    trackers.close()
    assert tables.taken == names
