"""Figures of rows: one file for each figure, with a style that all of them share."""

from qnlnet.figures.cells import build_figure, plot_table
from qnlnet.figures.curves import build_curves
from qnlnet.figures.gradients import build_gradients
from qnlnet.figures.kinds import FIGURES, figure_kind, plot_figures
from qnlnet.figures.style import figure_style, write_figure

__all__ = [
    "FIGURES",
    "build_curves",
    "build_figure",
    "build_gradients",
    "figure_kind",
    "figure_style",
    "plot_figures",
    "plot_table",
    "write_figure",
]
