"""How many cores there are for this process."""

import os


def available_cores() -> int:
    """Returns how many cores this process may use: those that a cluster gave it, else those that it may run on."""
    if (given := os.environ.get("SLURM_CPUS_PER_TASK", "")).isdigit():
        return max(1, int(given))
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
