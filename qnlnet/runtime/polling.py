"""Polling the service until there is an answer, also through outages."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from qnlnet.errors import TOO_MANY_REQUESTS, RequestRefusedError, UnavailableError


@dataclass(frozen=True)
class Waiting:
    """How to wait for a result.

    Attributes:
        first_pause: Seconds between the first two questions; later ones come less often.
        longest_pause: Seconds between questions at most.
        outage_seconds: How long the service may be out of reach without a break; a laptop that wakes up needs a while
            to find its network.
    """

    first_pause: float = 2.0
    longest_pause: float = 60.0
    outage_seconds: float = 1800.0


def poll(ask: Callable[[], str | None], waiting: Waiting, say: Callable[[str], None]) -> None:
    """Calls `ask` until it returns None.

    Args:
        ask: Returns in words what there is to wait for, or None when there is nothing any more.
        waiting: How to wait.
        say: Gets those words whenever they change.

    Raises:
        UnavailableError: `ask` has raised nothing else for `outage_seconds`.
        RequestRefusedError: `ask` has raised it; "too many requests" is waited out like an outage.
    """
    pause, told, outage_since = waiting.first_pause, "", None
    while True:
        try:
            news = ask()
            outage_since = None
        except (UnavailableError, RequestRefusedError) as error:
            if isinstance(error, RequestRefusedError) and error.status != TOO_MANY_REQUESTS:
                raise
            now = time.monotonic()
            outage_since = now if outage_since is None else outage_since
            if now - outage_since >= waiting.outage_seconds:
                raise
            news = f"{error} Trying again; nothing is lost."
        if news is None:
            return
        if news != told:
            say(news)
            told = news
        time.sleep(pause)
        pause = min(2 * pause, waiting.longest_pause)
