"""Trackers: where curves, parameters, tables and figures arrive while cells train, without ever stopping a run."""

from qnlnet.tracking.trackers import Trackers, build_trackers

__all__ = ["Trackers", "build_trackers"]
