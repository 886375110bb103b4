"""Outputs as Fourier series in the angles of rows."""

from qnlnet.simulator.batches.series.part import SeriesPart, make_part

__all__ = ["SeriesPart", "make_part"]
