"""Several runs of one cell at a time."""

import os
import signal
import time
from collections.abc import Callable

from robustness.cells import CNN, PCA, SWEEP, Work
from robustness.finding import Broken, Finding
from robustness.processes import Ended, Running
from robustness.watched import Bench, Watched

_MANY = Work("PCA, 12 seeds of one epoch", (*PCA.arguments, "seeds=12", "train.epochs=1", "workers=1"))
_LONG = Work("CNN, 1 seed", (*CNN.arguments, "seeds=1", "train.epochs=12", "workers=1"))
_THREE = Work("sweep of 3 cells", (*SWEEP.arguments, "ansatz=0,1,2"))
_SOON = 60.0


def same_cell(bench: Bench, seed: int, times: int) -> Finding:
    """Starts the same command two, four and six times at once; together they do the work once."""
    lost, equal = 0, True
    for work, processes in ((PCA, 2), (PCA, 4), (_MANY, 6)):
        watched = bench.watch(work)
        ended = [running.wait() for running in [watched.start() for _ in range(processes)]]
        _check_shared(watched, ended)
        lost, equal = lost + watched.rows_lost, equal and watched.equal
    return Finding(3, 0, lost, equal, "right numbers, each row once")


def overlapping_sweeps(bench: Bench, seed: int, times: int) -> Finding:
    """Starts two sweeps at once that have a cell in common."""
    watched = bench.watch(_THREE)
    running = [watched.start(more=(f"ansatz={layouts}",)) for layouts in ("0,1", "1,2")]
    _check_shared(watched, [each.wait() for each in running])
    return watched.finding(1, "right numbers, each row once")


def _check_shared(watched: Watched, ended: list[Ended]) -> None:
    watched.look()
    for each in ended:
        watched.check_complete(each)
    trained = sum(line.count(": train ") for each in ended for line in each.err.splitlines())
    if trained != len(watched.last.seed_lines):
        raise Broken(f"{trained} replicas were trained for {len(watched.last.seed_lines)} rows")


def killed_beside_another(bench: Bench, seed: int, times: int) -> Finding:
    """Kills one of two runs in the middle of a replica: the other goes on from its checkpoint."""
    watched = bench.watch(_LONG)
    first, second = _two(watched)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    ended = second.wait()
    watched.look()
    watched.check_complete(ended)
    if "goes on after epoch" not in ended.err:
        raise Broken(f"the other one started anew: {ended.err}")
    return watched.finding(1, kills=1)


def frozen_beside_another(bench: Bench, seed: int, times: int) -> Finding:
    """Stops one of two runs for a while, as a laptop that is closed: the other waits and takes over its result."""
    watched = bench.watch(_LONG)
    first, second = _two(watched)
    time.sleep(1)
    if second.has_ended:
        raise Broken("the other one did not wait")
    os.kill(first.pid, signal.SIGCONT)
    ended = [first.wait(), second.wait()]
    _check_shared(watched, ended)
    if "finished by another process" not in ended[1].err:
        raise Broken(f"the result was not taken over: {ended[1].err}")
    return watched.finding(1)


def _two(watched: Watched) -> tuple[Running, Running]:
    """Starts two runs; the first has made a checkpoint and stands still, the second waits for it."""
    first = watched.start()
    checkpoint = watched.folder / "cell" / "checkpoints" / "seed-0.before.ckpt"
    _wait_until(checkpoint.exists)
    os.kill(first.pid, signal.SIGSTOP)
    watched.look()
    second = watched.start()
    _wait_until(lambda: "another process is training it" in second.err)
    return first, second


def _wait_until(is_time: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SOON
    while not is_time():
        if time.monotonic() > deadline:
            raise Broken("it did not come to that")
        time.sleep(0.01)
