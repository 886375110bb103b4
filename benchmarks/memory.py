"""How much memory a contestant's call takes at its peak, in a process of its own: python -m benchmarks.memory '{…}'."""

import json
import resource
import sys
from dataclasses import replace

from benchmarks.machine import prepare_process

_FEW_ROWS = 16


def main() -> None:
    """Prints the difference of two peaks in MiB: after full calls, and after a call of a few rows before them."""
    prepare_process()
    task = json.loads(sys.argv[1])
    name = task.pop("contestant")

    from benchmarks.contestants import CONTESTANTS
    from benchmarks.workloads import Workload

    workload = Workload(**task)
    CONTESTANTS[name].build(replace(workload, num_rows=min(_FEW_ROWS, workload.num_rows)))()  # libraries wake up
    assert len(workload.rows)  # drawn before, as rows are no one's working memory
    before = _peak()
    call = CONTESTANTS[name].build(workload)
    call()
    call()
    print((_peak() - before) / 1024)


def _peak() -> int:
    """Returns the highest resident memory so far in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
