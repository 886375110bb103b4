"""Commands that go on in another way than they began."""

import signal
from random import Random
from typing import Any

from robustness.cells import ONE_BY_ONE, PCA
from robustness.commits import path_with_commit
from robustness.finding import Broken, Finding
from robustness.kills import kill_again_and_again
from robustness.watched import Bench, Watched, half_done

_MEMORY = (0, 2, 8, 32, 64, 96)  # MiB


def forced(bench: Bench, seed: int, times: int) -> Finding:
    """Kills force=true in a finished cell: the rows that are there stay until each has its successor."""
    finished = bench.reference(PCA)
    rows = finished.snapshot.seed_lines.keys()

    def expect(watched: Watched) -> dict[str, Any]:
        watched.forget("seed_lines", "progress")  # other times will be in the rows; it starts without checkpoints
        return {"more": ("force=true",)}

    def count(watched: Watched) -> None:
        watched.rows_lost += len(rows - watched.last.seed_lines.keys())

    return kill_again_and_again(
        bench,
        PCA,
        Random(f"{seed} force"),
        times,
        begin=lambda: bench.watch(PCA, finished.folder),
        before=expect,
        after=count,
    )


def other_commit(bench: Bench, seed: int, times: int) -> Finding:
    """Changes the commit between two runs: checkpoints are left aside, as other code may give other numbers."""
    watched = bench.watch(ONE_BY_ONE)
    watched.run(more=("seeds=1",))
    die = {"kind": "write cell/checkpoints/.seed-1.new.ckpt.tmp", "at": 5, "signal": signal.SIGKILL}
    watched.run(die=die, environment={"PATH": path_with_commit(bench.new_folder(), "f" * 12)})
    watched.forget("progress")
    ended = watched.finish()
    if ended.err.count("is left aside, as it was made with other commit") != 2 or "goes on" in ended.err:
        raise Broken(f"it was not told that the checkpoint is another's: {ended.err}")
    return watched.finding(1, "says so, right numbers", kills=1)


def short_of_memory(bench: Bench, seed: int, times: int) -> Finding:
    """Lets the memory run out at several points of a half finished cell; with enough of it the same command goes on."""
    prepared, lost, equal, failed = half_done(bench), 0, True, 0
    for megabytes in _MEMORY:
        watched = bench.watch(ONE_BY_ONE, prepared.folder)
        ended = watched.run(memory=megabytes << 20)
        failed += ended.status != 0
        if ended.status != 0 and not ended.err:
            raise Broken(f"there is no error with {megabytes} MiB, but status {ended.status}")
        watched.finish()
        lost, equal = lost + watched.rows_lost, equal and watched.equal
    if failed < 2:
        raise Broken("the memory did not run out")
    return Finding(len(_MEMORY), 0, lost, equal, "error, then right numbers")
