"""Clocks that are wrong."""

import os
from random import Random

from robustness.cells import PCA
from robustness.finding import Finding
from robustness.kills import kill_again_and_again
from robustness.watched import Bench, Watched

_DAY = 86_400
_JUMPS = (-_DAY, _DAY, 36_525 * _DAY)
_TIMES = (0, 4_102_444_800)  # 1970 and 2100
_ZONES = ("Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu")


def jumping_clock(bench: Bench, seed: int, times: int) -> Finding:
    """Lets the time of day jump by a day, or a century, there and back at every look, while runs are killed."""
    random = Random(f"{seed} clock")
    return kill_again_and_again(bench, PCA, random, times, before=lambda watched: {"clock": random.choice(_JUMPS)})


def wrong_file_times(bench: Bench, seed: int, times: int) -> Finding:
    """Sets the times of all files to 1970 or 2100, and the time zone to another, between runs that are killed."""
    random = Random(f"{seed} file times")

    def touch(watched: Watched) -> None:
        for path in sorted(watched.folder.rglob("*")):
            os.utime(path, (random.choice(_TIMES),) * 2)

    def zone(watched: Watched) -> dict[str, dict[str, str]]:
        return {"environment": {"TZ": random.choice(_ZONES)}}

    return kill_again_and_again(bench, PCA, random, times, before=zone, after=touch)
