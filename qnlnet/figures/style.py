"""What all figures share: their style, the files that they become, and how notes and titles are set."""

import io
import textwrap
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qnlnet.files import write_file

# Okabe and Ito's colours, distinct to colour-blind eyes
SKY, BLUE, GREEN = "#56B4E9", "#0072B2", "#009E73"
ORANGE, AMBER, PINK = "#D55E00", "#E69F00", "#CC79A7"  # vermillion, orange and reddish purple to them
_STYLE = {
    **{"font.size": 9, "xtick.labelsize": 8, "ytick.labelsize": 8},
    "svg.hashsalt": "qnlnet",  # equal figures give equal files
    **{"axes.spines.top": False, "axes.spines.right": False},
    **{"axes.grid": True, "axes.grid.axis": "y", "axes.axisbelow": True, "axes.formatter.useoffset": False},
    "grid.color": "#E4E4E4",
}
_CHARACTERS_PER_INCH = 17  # of a note


def figure_style() -> AbstractContextManager[None]:
    """Returns the context in which all figures are drawn and written, whatever style the user has chosen."""
    return style.context(["default", _STYLE])


def write_figure(figure: Figure, directory: Path | str, name: str) -> list[Path]:
    """Writes `figure` as `name`.png and `name`.svg and returns the paths; equal figures give equal files.

    Raises:
        ResultsError: The folder cannot be written.
    """
    paths = []
    with figure_style():
        for ending, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
            buffer = io.BytesIO()
            figure.savefig(buffer, format=ending, dpi=200, metadata=metadata)
            paths.append(write_file(Path(directory) / f"{name}.{ending}", buffer.getvalue()))
    return paths


def add_notes(figure: Figure, notes: Iterable[str]) -> None:
    """Sets the notes below the figure, from its left edge on."""
    characters = int(figure.get_figwidth() * _CHARACTERS_PER_INCH)
    text = "\n".join(textwrap.fill(note, characters) for note in notes)
    figure.supxlabel(text, fontsize=7.5, x=0.01, ha="left")


def frame_differences(panel: Axes) -> None:
    """Frames a panel of differences: a line at zero, a rule for each row, and nothing else around it."""
    panel.axvline(0, color="0.5", linewidth=0.8, zorder=0)
    panel.grid(axis="y", color="0.9", linewidth=0.6)
    panel.set_axisbelow(True)
    panel.tick_params(labelsize=8)
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)
