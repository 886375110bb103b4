"""Norms of gradients by epoch: a panel for each cell, a line for each part of the model, on a scale that has a zero.

Rows and columns of panels are settings in which cells differ. Where more of them differ than two, the cells of one
combination of the others are drawn: one with circuits if there is any, of these the one with most cells, then with most
parts, then the first.
"""

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from qnlnet.errors import ArgumentError
from qnlnet.figures.style import AMBER, BLUE, GREEN, ORANGE, PINK, SKY, add_notes, figure_style
from qnlnet.records import dataset_label, dataset_notes, model_label
from qnlnet.tables.gradients import order_values, say_value, settings_that_differ, spell_setting, summarise_gradients
from qnlnet.tables.twins import QUANTUM

_COLOURS = (BLUE, ORANGE, GREEN, PINK, AMBER, SKY)
_DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1)))
_PLACE = "layer"  # the setting that says what stands where circuits could
_TASK = ("dataset", "classes", "model", "protocol")
_DECADES = 8  # below the largest norm: what is smaller lies next to zero
_PAPER = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}  # behind labels
_GAP = 0.12  # between labels, of the height of a panel
_NOTE = (
    "Lines: means over {seeds} of the norm of a part’s gradient, itself a mean over the steps of an epoch. Bands: "
    "smallest and largest seed. Logarithmic down to the lowest power of ten that is labelled, linear from there to the "
    "dashed line, which is zero: a line upon it belongs to a part that no gradient has reached."
)


def build_gradients(seed_rows: pd.DataFrame, gradient_rows: pd.DataFrame, only: Iterable[str] = ()) -> Figure:
    """Returns the figure; see `qnlnet.tables.gradients.summarise_gradients` for the rows and the errors.

    Args:
        seed_rows: The per-seed rows.
        gradient_rows: The rows of gradients.csv.
        only: Which cells to draw, as ``KEY=VALUE`` of a column or a setting of models, such as ``classes=3/6``.

    Raises:
        ArgumentError: No cell has what `only` asks for.
        ResultsError: The rows are not acceptable.
    """
    table = summarise_gradients(seed_rows, gradient_rows)
    cells = table.drop_duplicates("config_hash").set_index("config_hash", drop=False)
    differing = settings_that_differ(cells["config_hash"])
    cells = cells.assign(**{name: differing[name] for name in differing.columns})
    rows, columns = _choose_axes(differing)
    settings = [name for name in differing.columns if name not in (rows, columns)]
    cells = cells.assign(_parts=table.groupby("config_hash")["part"].nunique())
    drawn = _choose_cells(_narrow(cells, only), [name for name in (rows, columns) if name], settings)
    with figure_style():
        figure = _draw(table[table["config_hash"].isin(drawn.index)], drawn, rows, columns)
        held = [f"{spell_setting(name).lower()} {say_value(drawn[name].iloc[0])}" for name in settings]
        first = drawn.iloc[0]
        task = [model_label(first["model"]), dataset_label(first["dataset"], first["classes"]), *held]
        figure.suptitle(f"Norm of the gradient, by epoch: {', '.join(task)}", fontsize=10, fontweight="bold")
        seeds = "–".join(map(str, sorted({drawn["n_seeds"].min(), drawn["n_seeds"].max()})))
        notes = [_NOTE.format(seeds=f"{seeds} seed{'' if seeds == '1' else 's'}")]
        add_notes(figure, notes + dataset_notes(zip(drawn["dataset"], drawn["data_official"], strict=True)))
    return figure


def _choose_axes(differing: pd.DataFrame) -> tuple[str | None, str | None]:
    """Returns the settings of the rows and of the columns: columns have what is true or false, rows most values."""
    counts = {name: differing[name].map(repr).nunique() for name in differing.columns if name != _PLACE}
    switches = [name for name in counts if differing[name].map(lambda value: isinstance(value, bool)).any()]
    others = sorted((name for name in counts if name not in switches), key=lambda name: -counts[name])
    ordered = [*others, *switches]
    rows = ordered[0] if ordered else None
    columns = next((name for name in [*switches, *others] if name != rows), None)
    return rows, columns


def _narrow(cells: pd.DataFrame, only: Iterable[str]) -> pd.DataFrame:
    for word in only:
        key, _, value = word.partition("=")
        key = key.removeprefix("model.")
        values = cells[key].map(say_value) if key in cells.columns else pd.Series(index=cells.index, dtype=str)
        if not (values == value).any():
            there = f"Cells have: {', '.join(dict.fromkeys(values))}." if key in cells.columns else ""
            raise ArgumentError(f"Argument `--only` must say what some cells have, but is {word!r}. {there}".strip())
        cells = cells[values == value]
    return cells


def _choose_cells(cells: pd.DataFrame, axes: list[str], others: list[str]) -> pd.DataFrame:
    """Returns the cells of one figure, at most one for each panel."""
    same = [*_TASK, *others]
    keyed = cells.assign(**{name: cells[name].map(repr) for name in [*same, *axes]})
    groups = keyed.assign(_number=keyed.groupby([*same, *axes], sort=False).cumcount()).groupby(
        [*same, "_number"], sort=False
    )
    has_place = _PLACE in cells.columns

    def rank(group: pd.DataFrame) -> tuple[bool, int, int]:
        return (
            bool(has_place and (cells.loc[group.index, _PLACE] == QUANTUM).all()),
            len(group),
            int(group["_parts"].max()),
        )

    best = max((group for _, group in groups), key=rank)
    return cells.loc[best.index]


def _draw(table: pd.DataFrame, cells: pd.DataFrame, rows: str | None, columns: str | None) -> Figure:
    places = [_values(cells, name) for name in (rows, columns)]
    size = (1.6 + 3.0 * len(places[1]), 1.5 + 1.45 * len(places[0]))
    figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(h_pad=0.05, w_pad=0.06))
    grid = figure.subplots(len(places[0]), len(places[1]), squeeze=False, sharex=True, sharey=True)
    looks = {part: number for number, part in enumerate(dict.fromkeys(table["part"]))}
    _set_scale(grid[0, 0], table)
    last = int(table["epoch"].max())
    for y, row in enumerate(places[0]):
        for x, column in enumerate(places[1]):
            ax = grid[y, x]
            wanted = [name for name in ((rows, row), (columns, column)) if name[0]]
            inside = cells
            for name, value in wanted:
                inside = inside[inside[name].map(repr) == repr(value)]
            ax.axhline(0, color="0.35", linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
            _draw_panel(ax, table[table["config_hash"].isin(inside.index)], looks)
            if y == 0 and columns:
                ax.set_title(f"{spell_setting(columns)}: {say_value(column)}", fontsize=9)
            if y == len(places[0]) - 1:
                ax.set_xlabel("epoch")
        if rows:
            grid[y, 0].set_ylabel(f"{spell_setting(rows)}: {say_value(row)}")
    grid[0, 0].set_xlim(1, last + max(0.35 * (last - 1), 0.35))
    grid[0, 0].set_xticks(sorted({1, *range(max(1, last // 5), last + 1, max(1, last // 5)), last}))
    return figure


def _values(cells: pd.DataFrame, setting: str | None) -> list[Any]:
    return order_values(cells["config_hash"], setting) if setting else [None]


def _set_scale(ax: Axes, table: pd.DataFrame) -> None:
    positive = table[["mean", "min", "max"]].to_numpy().ravel()
    positive = positive[positive > 0]  # and no NaN
    top = math.ceil(math.log10(positive.max())) if len(positive) else 0
    low = max(math.floor(math.log10(positive.min())), top - _DECADES) if len(positive) else -1
    ax.set_yscale("symlog", linthresh=10.0**low, linscale=0.6)
    ax.set_ylim(-0.25 * 10.0**low, 10.0**top * 1.3)
    step = max(1, math.ceil((top - low) / 4))
    decades = list(range(low, top + 1, step))
    ax.set_yticks([0, *(10.0**power for power in decades)], ["0", *(f"$10^{{{power}}}$" for power in decades)])
    ax.minorticks_off()


def _draw_panel(ax: Axes, rows: pd.DataFrame, looks: dict[str, int]) -> None:
    ends = {}
    for part, means in rows.groupby("part", sort=False):
        means = means.sort_values("epoch")
        number = looks[str(part)]
        colour = _COLOURS[number % len(_COLOURS)]
        ax.fill_between(means["epoch"], means["min"], means["max"], color=colour, alpha=0.2, linewidth=0, zorder=2)
        ax.plot(means["epoch"], means["mean"], color=colour, linestyle=_DASHES[number % len(_DASHES)], linewidth=1.6,
                marker="o", markersize=2.5, zorder=3, clip_on=False)  # fmt: skip
        ends[str(part)] = (means["epoch"].iloc[-1], means["mean"].iloc[-1], colour)
    if rows.empty:
        ax.text(0.5, 0.5, "no such cell", transform=ax.transAxes, ha="center", color="0.4", fontsize=8)
    _label(ax, {part: end for part, end in ends.items() if end[1] == end[1]})


def _label(ax: Axes, ends: dict[str, tuple[float, float, str]]) -> None:
    """Writes the name of each part behind its line, apart from each other."""
    heights = {
        part: float((ax.transScale + ax.transLimits).transform((epoch, norm))[1])
        for part, (epoch, norm, _) in ends.items()
    }
    below = -math.inf
    for part in sorted(heights, key=lambda part: heights[part]):
        epoch, _, colour = ends[part]
        below = max(heights[part], below + _GAP)
        ax.annotate(part, (epoch, below), xycoords=("data", "axes fraction"), xytext=(5, 0), color=colour, bbox=_PAPER,
                    textcoords="offset points", va="center", fontsize=8, annotation_clip=False)  # fmt: skip
