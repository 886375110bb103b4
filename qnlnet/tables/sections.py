"""The cells of an ablation in sections: what stays the same within one, and how it is named to a reader."""

from collections.abc import Sequence

import pandas as pd

from qnlnet.errors import ResultsError
from qnlnet.records import (
    CELL_COLUMNS,
    dataset_label,
    dataset_mark,
    distinguishing_columns,
    model_label,
    reducer_label,
    setting_label,
)
from qnlnet.records.schema import is_missing

GRID = ("ansatz", "r", "D")  # what an ablation varies within a section
_SHOWN = ("readout_qubit", "epochs")  # in every title


def split_sections(cells: pd.DataFrame, within: Sequence[str] = GRID) -> list[tuple[str, pd.DataFrame]]:
    """Returns the sections in the order of their first cells, each as its title and its rows.

    Args:
        cells: One row per cell (or per seed), with `CELL_COLUMNS` and `data_official`.
        within: The columns in which the cells of one section may differ.

    Raises:
        ResultsError: Two cells would stand in the same place of a section.
    """
    same = [name for name in CELL_COLUMNS if name not in (*within, "config_hash")]
    shown = [name for name in _SHOWN if name in same]
    others = distinguishing_columns(cells[same])
    extra = [name for name in others if name not in shown]
    sections = []
    for _, rows in cells.groupby(same, sort=False, dropna=False):
        _check_places(rows, within)
        first = rows.iloc[0]
        mark = dataset_mark(first["dataset"], bool(rows["data_official"].all()))
        title = [
            f"{dataset_label(first['dataset'], first['classes'])} {mark}".rstrip(),
            reducer_label(first["reducer"]),
            *(setting_label(name, first[name]) for name in (*shown, *extra) if not is_missing(first[name])),
        ]
        sections.append((", ".join(title), rows))
    return sections


def _check_places(rows: pd.DataFrame, within: Sequence[str]) -> None:
    if (lacking := rows[list(within)].map(is_missing).any(axis=1)).any():
        first = rows[lacking].iloc[0]
        raise ResultsError(
            f"Each cell of an ablation must have {', '.join(within)}, but {model_label(first['model'])} has not. "
            "Choose table=cells for other models."
        )
    places = rows[[*within, "config_hash"]].drop_duplicates()
    twice = places[places.duplicated(list(within), keep=False)]
    if not twice.empty:
        place = ", ".join(f"{name} = {twice.iloc[0][name]}" for name in within)
        raise ResultsError(
            f"Each place of an ablation must hold one cell, but {place} holds the configurations "
            f"{' and '.join(twice['config_hash'].head(2))}, which differ in something that no column shows. "
            "Make a table of each."
        )
