"""What comes of a scenario."""

from dataclasses import dataclass


class Broken(Exception):  # noqa: N818 - what a scenario finds, not a mistake in it
    """Something was lost, is wrong, hangs, or was not said clearly."""


@dataclass(frozen=True)
class Finding:
    """What came of a scenario that broke nothing.

    Attributes:
        times: How often it was played.
        kills: How many processes were killed in it.
        rows_lost: Rows of seeds.csv and epochs.csv that were on disk before and were not, or were others, afterwards.
        equal: Whether all numbers are, to the bit, those of an undisturbed run.
        ending: How it ended.
    """

    times: int
    kills: int
    rows_lost: int
    equal: bool
    ending: str
