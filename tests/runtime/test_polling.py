"""Polling on a clock of our own: pauses, news, outages."""

from collections.abc import Callable, Iterator

import pytest

from qnlnet.errors import AccountError, RequestRefusedError, UnavailableError
from qnlnet.runtime import Waiting, poll

WAITING = Waiting(first_pause=2.0, longest_pause=10.0, outage_seconds=100.0)


class Clock:
    """Stands in the place of the module `time`."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("qnlnet.runtime.polling.time", clock)
    return clock


def asked(*answers: str | Exception | None) -> Callable[[], str | None]:
    remaining: Iterator[str | Exception | None] = iter(answers)

    def ask() -> str | None:
        answer = next(remaining)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask


def test_what_is_there_already_takes_no_time(clock: Clock) -> None:
    said: list[str] = []
    poll(asked(None), WAITING, said.append)
    assert (said, clock.pauses) == ([], [])


def test_news_are_told_once_and_pauses_grow_up_to_a_limit(clock: Clock) -> None:
    said: list[str] = []
    poll(asked("queued", "queued", "running", "running", "queued", None), WAITING, said.append)
    assert said == ["queued", "running", "queued"]
    assert clock.pauses == [2, 4, 8, 10, 10]


def test_an_outage_is_waited_through(clock: Clock) -> None:
    said: list[str] = []
    gone = UnavailableError("No network.")
    poll(asked("queued", gone, gone, gone, "queued", None), WAITING, said.append)
    assert said == ["queued", "No network. Trying again; nothing is lost.", "queued"]


def test_an_outage_without_a_break_ends_the_patience(clock: Clock) -> None:
    gone = UnavailableError("No network.")
    with pytest.raises(UnavailableError, match=r"^No network\.$"):
        poll(asked("queued", *[gone] * 50), WAITING, lambda _: None)
    first = 2.0  # it began after the first pause
    assert sum(clock.pauses) - first >= WAITING.outage_seconds > sum(clock.pauses[:-1]) - first


def test_every_answer_starts_a_new_outage(clock: Clock) -> None:
    gone = UnavailableError("No network.")
    outage = [gone] * 8  # eight pauses of at most 10 s are no 100 s
    poll(asked(*outage, "queued", *outage, "queued", *outage, None), WAITING, lambda _: None)
    assert sum(clock.pauses) > 2 * WAITING.outage_seconds


def test_too_many_requests_are_an_outage(clock: Clock) -> None:
    too_many = RequestRefusedError("Too many requests.", 429)
    poll(asked("queued", too_many, UnavailableError("No network."), None), WAITING, lambda _: None)
    assert clock.pauses == [2, 4, 8]
    with pytest.raises(RequestRefusedError, match="Too many"):
        poll(asked(*[too_many] * 50), WAITING, lambda _: None)


@pytest.mark.parametrize("error", [AccountError("No."), RequestRefusedError("No.", 403)])
def test_other_errors_end_it_at_once(clock: Clock, error: Exception) -> None:
    with pytest.raises(type(error)):
        poll(asked("queued", error, None), WAITING, lambda _: None)
    assert clock.pauses == [2]
