"""The kinds of figures that can be drawn of per-seed rows: what `figure:` in configs/ may name."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from qnlnet.errors import check_choice
from qnlnet.figures.cells import build_figure
from qnlnet.figures.competitors import build_competitors
from qnlnet.figures.growth import build_growth
from qnlnet.figures.heat_maps import build_accuracy_map, build_converged_map
from qnlnet.figures.protocols import build_protocols
from qnlnet.figures.style import write_figure
from qnlnet.figures.twins import build_twins

Build = Callable[[pd.DataFrame], Figure]

# Kind → what follows the table's name in the names of its figures → what draws them.
FIGURES: Mapping[str, Mapping[str, Build]] = {
    "none": {},
    "cells": {"": build_figure},
    "competitors": {"": build_competitors},
    "protocols": {"": build_protocols},
    "twins": {"": build_twins},
    "options": {"": build_twins},
    "ablation": {"_accuracy": build_accuracy_map, "_converged": build_converged_map, "_growth": build_growth},
}
_YES_AND_NO = {True: "cells", False: "none", None: "none"}


def figure_kind(name: str | bool | None) -> Mapping[str, Build]:
    """Returns the figures that `name` stands for; true stands for ``cells``, false for ``none``.

    Raises:
        ArgumentError: There is no such kind.
    """
    word = _YES_AND_NO.get(name, name) if isinstance(name, bool | None) else name
    check_choice("figure", word, FIGURES)
    return FIGURES[str(word)]


def plot_figures(kind: Mapping[str, Build], seed_rows: pd.DataFrame, directory: Path | str, name: str) -> list[Path]:
    """Writes all figures of a kind as .png and .svg and returns the paths. Equal rows give equal files.

    Raises:
        ResultsError: The rows are not acceptable, or the folder cannot be written.
    """
    return [path for ending, build in kind.items() for path in write_figure(build(seed_rows), directory, name + ending)]
