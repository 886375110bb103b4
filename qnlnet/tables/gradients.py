"""Norms of gradients by epoch: of each part of a model, over the seeds of each cell.

A part is what a model calls its modules, up to the first number: ``layers.0.weight`` and ``layers.0.bias`` are of
``layers.0``, ``head.weight`` of ``head``.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from qnlnet.errors import ResultsError
from qnlnet.files import write_file
from qnlnet.records import CELL_COLUMNS, dataset_label, dataset_mark, dataset_notes, model_label, split_cells
from qnlnet.records.configurations import recall
from qnlnet.tables.formats import format_markdown
from qnlnet.tables.layout import MISSING, Layout, with_std

GRADIENTS = "gradients"  # the name of table and figure
_OF_CELL = ("data_official", "n_seeds", "test_accuracy_mean", "test_accuracy_std")
_NOTES = (
    "Numbers behind the accuracy: the norm of the gradient of each part of the model, in the first → the last epoch, "
    "as a mean over seeds and over the steps of an epoch. 0 is exactly zero: no gradient reached the part.",
    f"A part that is not trained, or that a model lacks, has {MISSING}. A part with several parameters has the root of "
    "the sum of the squares of theirs.",
)


def summarise_gradients(seed_rows: pd.DataFrame, gradient_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns one row for each cell with gradients, part and epoch: ``mean``, ``min`` and ``max`` over the seeds.

    Cells stand in reading order, parts in that of the model. The columns before are `CELL_COLUMNS`, ``data_official``,
    ``n_seeds`` and the test accuracy.

    Args:
        seed_rows: The per-seed rows; those of cells without gradients may be among them.
        gradient_rows: The rows of gradients.csv.

    Raises:
        ResultsError: The rows are not acceptable, there are no gradients, or some of a seed that has no row.
    """
    identity = ["config_hash", "seed"]
    unknown = pd.MultiIndex.from_frame(gradient_rows[identity]).difference(
        pd.MultiIndex.from_frame(seed_rows[identity])
    )
    if gradient_rows.empty or len(unknown):
        what = "be rows of gradients, but there are none" if gradient_rows.empty else "be a row for each seed"
        which = "" if gradient_rows.empty else f", but {'-'.join(map(str, unknown[0]))} has only gradients"
        raise ResultsError(f"There must {what}{which}. Make the table again, with train.gradient_norms=true.")
    parts = gradient_rows.assign(part=gradient_rows["parameter"].map(name_part), square=gradient_rows.gradient_norm**2)
    groups = parts.groupby([*identity, "part", "epoch"], sort=False)["square"]
    norms = np.sqrt(groups.agg(lambda squares: squares.sum(skipna=False))).rename("norm").reset_index()
    frames = []
    for cell, rows in split_cells(seed_rows):
        own = norms[norms["config_hash"] == cell["config_hash"]]
        if own.empty:
            continue
        of_seeds = own.groupby(["part", "epoch"], sort=False)["norm"]
        known = of_seeds.count() == of_seeds.size()  # a norm that is not a number in one seed is none of the cell
        frame = of_seeds.agg(["mean", "min", "max"]).where(known).reset_index()
        accuracy = rows["test_accuracy"]
        numbers = (bool(rows["data_official"].all()), len(rows), accuracy.mean(), accuracy.std(ddof=1))
        frames.append(frame.assign(**cell, **dict(zip(_OF_CELL, numbers, strict=True))))
    table = pd.concat(frames, ignore_index=True)
    return table[[*CELL_COLUMNS, *_OF_CELL, "part", "epoch", "mean", "min", "max"]]


def name_part(parameter: str) -> str:
    """Returns the part of a model that a parameter is of."""
    *modules, _ = parameter.split(".")
    number = next((place for place, name in enumerate(modules) if name.isdigit()), None)
    return ".".join(modules[: number + 1]) if number is not None else (modules or [parameter])[0]


def settings_that_differ(digests: pd.Series) -> pd.DataFrame:
    """Returns the settings of models in which cells differ, a column each, for some hashes, which are the index.

    Raises:
        ResultsError: The settings of a hash are not known.
    """
    models = {digest: recall(digest).model for digest in dict.fromkeys(digests)}
    table = pd.DataFrame.from_dict(
        {digest: {key: _plain(value) for key, value in model} for digest, model in models.items()}, orient="index"
    ).astype(object)
    names = [name for name in table.columns if name not in ("name", "seeds", "size")]
    return table[[name for name in names if table[name].map(repr).nunique() > 1]]


def order_values(digests: pd.Series, setting: str) -> list[Any]:
    """Returns the values of a setting in some cells, as the schema lists them, else from small to large."""
    models = [recall(digest).model for digest in dict.fromkeys(digests)]
    values = list(dict.fromkeys(_plain(getattr(model, setting, None)) for model in models))
    fields = (type(model).model_fields.get(setting) for model in models)
    listed = list(itertools.chain.from_iterable(get_args(field.annotation) for field in fields if field))
    known = {value: place for place, value in reversed(list(enumerate(listed))) if isinstance(value, str)}
    return sorted(values, key=lambda value: (known.get(value, -1), str(type(value)), value if value is not None else 0))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, dict | list | tuple) else value


def lay_out_gradients(table: pd.DataFrame) -> Layout:
    """Returns the compact table of `summarise_gradients`: a row for each cell, first and last epoch of each part."""
    parts = list(dict.fromkeys(table["part"]))
    settings = settings_that_differ(table["config_hash"])
    header = ["Dataset", "Model", *map(spell_setting, settings.columns)]
    rows = []
    for digest in _order_cells(table, settings):
        cell = table[table["config_hash"] == digest]
        first = cell.iloc[0]
        mark = dataset_mark(first["dataset"], first["data_official"])
        rows.append(
            [
                f"{dataset_label(first['dataset'], first['classes'])} {mark}".rstrip(),
                model_label(first["model"]),
                *(say_value(value) for value in settings.loc[digest]),
                str(first["n_seeds"]),
                with_std(first["test_accuracy_mean"], first["test_accuracy_std"]),
                *_first_and_last(cell, parts),
            ]
        )
    notes = [*_NOTES, *dataset_notes(zip(table["dataset"], table["data_official"], strict=True))]
    return Layout([*header, "Seeds", "Test", *parts], rows, len(header), notes)


def _order_cells(table: pd.DataFrame, settings: pd.DataFrame) -> list[str]:
    """Returns the hashes by task, and there by the values of the settings, in their order."""
    cells = table.drop_duplicates("config_hash").set_index("config_hash")
    tasks = list(dict.fromkeys(zip(cells["dataset"], cells["classes"], cells["model"], strict=True)))
    orders = {name: list(map(repr, order_values(table["config_hash"], name))) for name in reversed(settings.columns)}

    def place(digest: str) -> list[int]:
        cell = cells.loc[digest]
        task = tasks.index((cell["dataset"], cell["classes"], cell["model"]))
        return [task, *(order.index(repr(settings.loc[digest, name])) for name, order in orders.items())]

    return sorted(cells.index, key=place)


def _first_and_last(cell: pd.DataFrame, parts: list[str]) -> Iterator[str]:
    for part in parts:
        means = cell[cell["part"] == part].sort_values("epoch")["mean"]
        yield f"{say_norm(means.iloc[0])} → {say_norm(means.iloc[-1])}" if len(means) else MISSING


def say_norm(norm: float) -> str:
    """Returns two digits of a norm; ``0`` is exactly zero."""
    if pd.isna(norm):
        return "not a number"
    return "0" if norm == 0 else f"{norm:.2g}" if 1e-3 <= norm < 100 else f"{norm:.1e}"


def spell_setting(name: str) -> str:
    """Returns a setting's name for readers: ``detach_between_layers`` becomes ``Detach between layers``."""
    text = name.replace("_", " ")
    return f"{text[:1].upper()}{text[1:]}"


def say_value(value: Any) -> str:
    """Returns a setting's value for readers; true and false as the command line has them."""
    if isinstance(value, bool):
        return str(value).lower()
    return MISSING if value is None or value != value else str(value)


def write_gradients(seed_rows: pd.DataFrame, gradient_rows: pd.DataFrame, directory: Path | str) -> list[Path]:
    """Writes gradients.md and returns its path.

    Raises:
        ResultsError: The rows are not acceptable, or the folder cannot be written.
    """
    layout = lay_out_gradients(summarise_gradients(seed_rows, gradient_rows))
    return [write_file(Path(directory) / f"{GRADIENTS}.md", format_markdown(layout).encode("utf-8"))]
