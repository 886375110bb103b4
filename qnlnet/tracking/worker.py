"""A tracker in a thread of its own: an error there prints one line on standard error and never stops the run.

The thread is a daemon, so that one that waits for a server holds no process at its exit.
"""

import math
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from tqdm import tqdm

from qnlnet.tracking.messages import explain
from qnlnet.tracking.tracker import Tracker

Action = Callable[[Tracker], None]

_FLUSH_EVERY = 2.0  # seconds: how far a person who watches is behind
_POLL = 0.02  # seconds


class Worker:
    """Runs actions on a tracker, in order, in another thread.

    Args:
        name: The tracker's name for people.
        package: What the tracker imports; an extra of this package has the same name.
        load: Imports what the tracker needs, in the thread, and returns what makes it there.
        secrets: What no message may show.
    """

    def __init__(
        self, name: str, package: str, load: Callable[[], Callable[[], Tracker]], secrets: Callable[[], set[str]] = set
    ) -> None:
        self.name = name
        self._package = package
        self._load = load
        self._secrets = secrets
        # Without a limit: a tracker that hangs runs into its own time limits, and one that is slow sends in batches.
        self._actions: queue.SimpleQueue[Action | None] = queue.SimpleQueue()
        self._sent = 0
        self._arrived = 0
        self._last_progress = math.inf  # importing may take long on a cluster's disk: patience begins behind it
        self._is_off = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"{name} tracker", daemon=True)
        self._thread.start()

    def send(self, action: Action) -> None:
        """Queues an action and returns at once; does nothing once the tracker is switched off."""
        if not self._is_off.is_set():
            self._sent += 1
            self._actions.put(action)

    def finish(self) -> None:
        """Lets the tracker close once it has done everything that is queued; returns at once."""
        self._actions.put(None)

    def wait(self, patience: float, deadline: float) -> None:
        """Waits for the tracker to close, and says so in one line where it is given up.

        Args:
            patience: How long it may take over one thing, in seconds.
            deadline: When to give up although it makes progress, as `time.monotonic` counts.
        """
        if self._sent == 0 and not self._is_off.is_set():  # there is no need to wait for a tracker that got nothing
            self._is_off.set()
            return
        start = time.monotonic()
        while self._thread.is_alive():
            now = time.monotonic()
            if now > min(deadline, max(start, self._last_progress) + patience):
                self._give_up(now - start)
                return
            self._thread.join(_POLL)

    def _give_up(self, waited: float) -> None:
        if not self._is_off.is_set():
            self._is_off.set()
            _say(
                f"{self.name} has not taken everything {waited:.0f} s after the end: {self._sent - self._arrived} of "
                f"{self._sent} messages are left out there. The rows and files of the run are complete."
            )

    def _run(self) -> None:
        tracker: Tracker | None = None
        try:
            build = self._load()
            self._last_progress = time.monotonic()
            tracker = build()
            self._work(tracker)
        except BaseException as error:  # noqa: BLE001 - not even SystemExit in a tracker may pass unnoticed
            self._switch_off(error)
            if tracker is not None:
                with suppress(Exception):
                    tracker.discard()

    def _work(self, tracker: Tracker) -> None:
        handled, due = 0, math.inf
        while not self._is_off.is_set():
            self._last_progress = time.monotonic()
            if self._last_progress >= due:
                tracker.flush()
                self._arrived, due = handled, math.inf
            try:
                action = self._actions.get(timeout=None if due == math.inf else max(due - time.monotonic(), 0))
            except queue.Empty:
                continue
            if action is None:
                tracker.close()
                self._arrived = handled
                return
            action(tracker)
            handled += 1
            due = min(due, time.monotonic() + _FLUSH_EVERY)
        tracker.discard()

    def _switch_off(self, error: BaseException) -> None:
        if self._is_off.is_set():  # given up before: everything is said
            return
        self._is_off.set()
        with suppress(queue.Empty):  # frees what was queued
            while True:
                self._actions.get_nowait()
        reason = explain(error, self._secrets()) + self._advice(error)
        _say(f"{self.name} is switched off for the rest of this run: {reason}; the run itself goes on.")

    def _advice(self, error: BaseException) -> str:
        if not isinstance(error, ModuleNotFoundError) or not error.name:
            return ""
        missing = error.name.partition(".")[0]
        return f' (pip install "qnlnet[{missing}]")' if missing == self._package else f" (pip install {missing})"


def _say(line: str) -> None:
    with suppress(OSError, ValueError):  # standard error is closed, so there is nobody to report to
        tqdm.write(line, file=sys.stderr)  # above a progress bar, if there is one
        sys.stderr.flush()
