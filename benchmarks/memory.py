"""How much memory a contestant's call takes at its peak, in a process of its own: python -m benchmarks.memory '{…}'."""

import ctypes
import json
import resource
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.machine import prepare_process

_FEW_ROWS = 16
_STATUS = Path("/proc/self/status")


def main() -> None:
    """Prints in MiB the peak during full calls, less what the process held after a call of a few rows before them."""
    prepare_process()
    task = json.loads(sys.argv[1])
    name = task.pop("contestant")

    from benchmarks.contestants import CONTESTANTS
    from benchmarks.workloads import Workload

    workload = Workload(**task)
    CONTESTANTS[name].build(replace(workload, num_rows=min(_FEW_ROWS, workload.num_rows)))()  # libraries wake up
    assert len(workload.rows)  # drawn before, as rows are no one's working memory
    _forget_peak()
    before = _peak()
    call = CONTESTANTS[name].build(workload)
    call()
    call()
    print((_peak() - before) / 1024)


def _forget_peak() -> None:
    """Gives freed memory back and starts anew from what is held now: imports and compilers have peaks of their own."""
    if _STATUS.is_file():
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> int:
    """Returns the highest resident memory so far in KiB; getrusage would begin with that of the parent process."""
    if not _STATUS.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
