"""Timing of several contestants in one run, turn by turn, so that a machine that speeds up or slows down serves all."""

import statistics
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Clock = Callable[[], float]
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True)
class Timing:
    """Seconds per call over several repetitions."""

    repetitions: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median of the repetitions."""
        return statistics.median(self.repetitions)

    def columns(self, per: int = 1) -> dict[str, float]:
        """Returns what a row says about the time, in seconds, each divided by `per`."""
        return {
            "repetitions": len(self.repetitions),
            "median_seconds": self.median / per,
            "fastest_seconds": min(self.repetitions) / per,
            "slowest_seconds": max(self.repetitions) / per,
        }


def time_in_turns(
    contestants: Mapping[Name, Callable[[], object]],
    *,
    repetitions: int,
    seconds: float,
    clock: Clock = time.perf_counter,
) -> dict[Name, Timing]:
    """Times the contestants one after the other, again and again.

    Args:
        contestants: What to call, by name.
        repetitions: How many times each contestant has its turn.
        seconds: How long a turn lasts at least; quick calls are repeated within it. One call is always made.
        clock: Returns the time in seconds.

    Returns:
        Seconds per call of each contestant, a figure per turn. Two calls before them warm up and are not counted.
    """
    calls = {name: _calls_per_turn(call, seconds, clock) for name, call in contestants.items()}
    turns: dict[Name, list[float]] = {name: [] for name in contestants}
    for _ in range(repetitions):
        for name, call in contestants.items():
            turns[name].append(_time(call, calls[name], clock))
    return {name: Timing(tuple(times)) for name, times in turns.items()}


def _calls_per_turn(call: Callable[[], object], seconds: float, clock: Clock) -> int:
    call()  # compiles, allocates, fills caches
    count = 1
    while (each := _time(call, count, clock)) * count < seconds / 4:
        count *= 2
    return max(1, round(seconds / each))


def _time(call: Callable[[], object], count: int, clock: Clock) -> float:
    start = clock()
    for _ in range(count):
        call()
    return max(clock() - start, 1e-9) / count
