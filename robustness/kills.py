"""Runs that are killed, at random moments, and started again by the same command."""

import signal
import time
from collections.abc import Callable
from random import Random
from typing import Any

from robustness.cells import AER, CNN, PCA, SWEEP, Work
from robustness.finding import Broken, Finding
from robustness.processes import Ended, run_as_a_person
from robustness.watched import Bench, Watched, draw

_SIGNALS = [signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT]
# What the process says itself, and what the system says of one that was hit before it listened or when it had done all.
_STATUSES = {
    signal.SIGKILL: {-signal.SIGKILL},
    signal.SIGTERM: {143, -signal.SIGTERM, -signal.SIGINT},
    signal.SIGINT: {130, -signal.SIGINT},
}
_LATEST = 5.0  # seconds in which a person kills
_ATTEMPTS = 6  # for each kill that comes in time


def kill_pca(bench: Bench, seed: int, times: int) -> Finding:
    """Kills a PCA cell with three seeds."""
    return kill_again_and_again(bench, PCA, Random(f"{seed} PCA"), times)


def kill_cnn(bench: Bench, seed: int, times: int) -> Finding:
    """Kills a CNN cell with dropout and shuffling, two seeds."""
    return kill_again_and_again(bench, CNN, Random(f"{seed} CNN"), times)


def kill_aer(bench: Bench, seed: int, times: int) -> Finding:
    """Kills a cell that trains in torch's loop on Aer with shots, with checkpoints within an epoch."""
    return kill_again_and_again(bench, AER, Random(f"{seed} Aer"), times)


def kill_sweep(bench: Bench, seed: int, times: int) -> Finding:
    """Kills a sweep of two cells, two seeds each."""
    return kill_again_and_again(bench, SWEEP, Random(f"{seed} sweep"), times)


def kill_again_and_again(
    bench: Bench,
    work: Work,
    random: Random,
    kills: int,
    *,
    begin: Callable[[], Watched] | None = None,
    before: Callable[[Watched], dict[str, Any]] = lambda watched: {},
    after: Callable[[Watched], None] = lambda watched: None,
) -> Finding:
    """Kills a command, lets it go on, kills it again; every other time from outside, else at a file operation.

    Args:
        bench: Where.
        work: The command.
        random: Draws the moments and the signals.
        kills: How many have to come in time.
        begin: Gives a folder, at first and whenever the command has finished before it was killed; None an empty one.
        before: Called before each attempt; gives options of `Watched.start`.
        after: Called after each attempt.

    Raises:
        Broken: Something is broken.
    """
    reference = bench.reference(work)
    begin = begin or (lambda: bench.watch(work))
    watched, lost, equal, done = begin(), 0, True, 0
    for _ in range(_ATTEMPTS * kills):
        number, options = random.choice(_SIGNALS), before(watched)
        if random.random() < 0.5:
            ended = _kill_from_outside(watched, random.uniform(0, reference.seconds), number, options)
        else:
            kind, at = draw(random, reference.operations)
            ended = watched.run(**options, die={"kind": kind, "at": at, "signal": number})
        after(watched)
        if ended.status in _STATUSES[number]:
            _check_words(ended)
            done += 1
            if done == kills:
                break
        else:  # it had finished
            watched.check_complete(ended)
            lost, equal, watched = lost + watched.rows_lost, equal and watched.equal, begin()
    else:
        raise Broken(f"only {done} of {_ATTEMPTS * kills} kills came in time")
    watched.finish()
    return Finding(done, done, lost + watched.rows_lost, equal and watched.equal, "right numbers")


def kill_as_a_person(bench: Bench, seed: int, times: int) -> Finding:
    """Starts the PCA cell by its command line, each time from nothing, and kills it within its first seconds."""
    random = Random(f"{seed} person")
    watched, done, lost, equal = bench.watch(PCA), 0, 0, True
    for _ in range(_ATTEMPTS * times):
        number = random.choice(_SIGNALS)
        ended = run_as_a_person(watched.order(), kill=(random.uniform(0, _LATEST), number))
        watched.look()
        done += ended.status in _STATUSES[number]
        if ended.status == 0:
            lost, equal, watched = lost + watched.rows_lost, equal and watched.equal, bench.watch(PCA)
        elif ended.status not in _STATUSES[number]:
            raise Broken(f"status {ended.status} after signal {number}: {ended.err}")
        if done == times:
            break
    ended = run_as_a_person(watched.order())
    watched.look()
    watched.check_complete(ended)
    return Finding(done, done, lost + watched.rows_lost, equal and watched.equal, "right numbers")


def _kill_from_outside(watched: Watched, seconds: float, number: int, options: dict[str, Any]) -> Ended:
    running = watched.start(**options)
    time.sleep(seconds)
    running.send(number)
    ended = running.wait()
    watched.look()
    return ended


def _check_words(ended: Ended) -> None:
    if "Traceback" in ended.err:
        raise Broken(f"a traceback was shown: {ended.err}")
    if ended.status in (130, 143) and "Stopped. What is done is kept" not in ended.err:
        raise Broken(f"it was not said that what is done is kept: {ended.err}")
