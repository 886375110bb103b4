"""Who runs the workloads. Each module builds calls that give values and gradients as arrays of its own library."""

from benchmarks.contestants.registry import CONTESTANTS, Contestant, contestants_for

__all__ = ["CONTESTANTS", "Contestant", "contestants_for"]
