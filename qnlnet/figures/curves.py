"""Figure 6: training loss and test accuracy by epoch, each seed as a thin line, the mean of a cell as a thick one."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from qnlnet import records
from qnlnet.figures.style import AMBER, BLUE, GREEN, ORANGE, PINK, SKY, add_notes, figure_style
from qnlnet.tables import summarise_curves

_COLOURS = (BLUE, ORANGE, GREEN, PINK, AMBER, SKY, "#000000")
_DASHES = ("-", (0, (6, 1.5)), (0, (2, 1)))  # so that colour is not all that tells lines apart
_SEED: dict[str, Any] = {"linewidth": 0.55, "alpha": 0.4, "solid_joinstyle": "round"}
_MEAN: dict[str, Any] = {"linewidth": 1.6}
_FEWEST_EPOCHS = 10  # for an inset
_FLAT = 0.1  # of the height of a panel: where all seeds end within that, an inset shows the end
_MEASURES = {"train_loss": "training loss", "test_accuracy": "test accuracy (%)"}
_NOTE = (
    "Thin lines: every seed. Thick lines: their mean. Panels have scales of their own. The loss of the released "
    "protocol is −y or y − 1 without a logarithm and has no lower bound; the learning rate falls by a factor of 0.9 an "
    "epoch."
)


@dataclass(frozen=True)
class _Lines:
    """The lines of one cell in one panel."""

    means: pd.DataFrame
    epochs: pd.DataFrame
    measure: str
    look: dict[str, Any]

    def draw(self, ax: Axes) -> None:
        for _, seed in self.epochs.sort_values("epoch").groupby("seed", sort=True):
            ax.plot(seed["epoch"], seed[self.measure], color=self.look["color"], zorder=2, **_SEED)
        ax.plot(self.means["epoch"], self.means[f"{self.measure}_mean"], zorder=4, **self.look, **_MEAN)


def build_curves(seed_rows: pd.DataFrame, epoch_rows: pd.DataFrame) -> Figure:
    """Returns the figure: a column for each dataset and reducer, the loss above and the accuracy below.

    Args:
        seed_rows: The per-seed rows of the cells.
        epoch_rows: Their per-epoch rows.

    Raises:
        ResultsError: The rows are not acceptable, or the epochs are not those of the seeds.
    """
    means = summarise_curves(seed_rows, epoch_rows)
    cells = records.split_cells(seed_rows)
    looks = _looks([cell for cell, _ in cells])
    columns: dict[tuple[str, str, str], list[tuple[dict[str, Any], pd.DataFrame]]] = {}
    for cell, rows in cells:
        columns.setdefault((cell["dataset"], cell["classes"], cell["reducer"]), []).append((cell, rows))
    with figure_style():
        size = (max(6.4, 3.1 * len(columns)), 6.4)
        figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.06))
        grid = figure.subplots(len(_MEASURES), len(columns), squeeze=False)
        for panels, members in zip(grid.T, columns.values(), strict=True):
            for ax, measure in zip(panels, _MEASURES, strict=True):
                lines = []
                for config in (cell["config_hash"] for cell, _ in members):
                    own, theirs = (frame[frame["config_hash"] == config] for frame in (means, epoch_rows))
                    lines.append(_Lines(own, theirs, measure, looks[config]))
                _draw_panel(ax, lines)
            panels[0].set_title(_title(members), fontweight="bold", fontsize=10)
            panels[-1].set_xlabel("epoch")
        for ax, label in zip(grid[:, 0], _MEASURES.values(), strict=True):
            ax.set_ylabel(label)
        figure.align_ylabels()
        _annotate(figure, seed_rows, looks)
    return figure


def _looks(cells: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Returns label, colour and dashes of each cell by its configuration; equal labels look alike in all panels."""
    settings = [name for name in records.distinguishing_columns(pd.DataFrame(cells)) if name != "epochs"]
    labels = {}
    for cell in cells:
        words = [
            f"ansatz {cell['ansatz']}",
            *(records.setting_label(name, cell[name]) for name in settings if cell[name] != ""),
        ]
        labels[cell["config_hash"]] = ", ".join(words)
    numbers = {label: number for number, label in enumerate(dict.fromkeys(labels.values()))}
    return {
        config: {
            "label": label,
            "color": _COLOURS[numbers[label] % len(_COLOURS)],
            "linestyle": _DASHES[numbers[label] % len(_DASHES)],
        }
        for config, label in labels.items()
    }


def _draw_panel(ax: Axes, lines: list[_Lines]) -> None:
    for cell in lines:
        cell.draw(ax)
    ax.set_xlim(1, max(2, *(cell.epochs["epoch"].max() for cell in lines)))
    if lines[0].measure == "test_accuracy":
        low, high = ax.get_ylim()
        ax.set_ylim(top=min(high, 100 + 0.02 * (100 - low)))
        ax.set_yticks([tick for tick in ax.get_yticks() if low <= tick <= 100])
        _enlarge_end(ax, lines)


def _enlarge_end(ax: Axes, lines: list[_Lines]) -> None:
    """Draws the second half of the epochs once more, enlarged, where the panel would hide how the seeds differ."""
    (first, last), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    start = (first + last) // 2
    ends = pd.concat([cell.epochs[cell.measure][cell.epochs["epoch"] >= start] for cell in lines])
    low, high = ends.min(), ends.max()
    if not 0 < high - low < _FLAT * (top - bottom) or last < _FEWEST_EPOCHS:
        return
    inset = ax.inset_axes((0.42, 0.14, 0.56, 0.5))
    for cell in lines:
        cell.draw(inset)
    margin = 0.1 * (high - low)
    inset.set_xlim(start, last)
    inset.set_ylim(low - margin, high + margin)
    inset.set_yticks([tick for tick in inset.get_yticks() if low - margin <= tick <= min(high + margin, 100)])
    inset.tick_params(labelsize=7)
    inset.set_title("enlarged", fontsize=7, pad=2)
    inset.spines[:].set(visible=True, color="#999999")


def _title(members: list[tuple[dict[str, Any], pd.DataFrame]]) -> str:
    cell, official = members[0][0], all(rows["data_official"].all() for _, rows in members)
    mark = records.dataset_mark(cell["dataset"], official)
    counts = sorted({len(rows) for _, rows in members})
    seeds = "–".join(map(str, dict.fromkeys((counts[0], counts[-1]))))
    label = f"{records.dataset_label(cell['dataset'], cell['classes'])}, {records.reducer_label(cell['reducer'])}"
    return f"{label} {mark}".rstrip() + f"\n{seeds} seed{'s' if counts[-1] > 1 else ''}"


def _annotate(figure: Figure, seed_rows: pd.DataFrame, looks: dict[str, dict[str, Any]]) -> None:
    by_label = {look["label"]: look for look in looks.values()}
    handles = [Line2D([], [], **look, **_MEAN) for look in by_label.values()]
    handles.append(Line2D([], [], label="one seed", color="#555555", linewidth=0.8, alpha=0.6))
    figure.legend(handles=handles, title="Training loss and test accuracy by epoch", title_fontsize=11, ncols=6,
                  loc="outside upper center", frameon=False, fontsize=8.5, handlelength=3)  # fmt: skip
    notes = [_NOTE] if set(seed_rows["protocol"]) == {"released"} else [_NOTE.partition(" The loss")[0]]
    notes += records.dataset_notes(zip(seed_rows["dataset"], seed_rows["data_official"], strict=True))
    add_notes(figure, notes)
