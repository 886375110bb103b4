"""What single options of recipes change, seed by seed: cells by their authors' recipe that differ in one setting alone.

The usual one of two such cells deviates in fewer settings from the recipe; where both deviate in as many, they are not
compared. A setting that stands for a whole recipe, such as ``model.recipe``, may bring others of the training with it.
"""

import itertools
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.config import CONFIG_DIR, RunConfig, flat_identity, load_config, override_value
from qnlnet.config.own_models import list_options
from qnlnet.files import write_file
from qnlnet.records import dataset_label, dataset_mark, dataset_notes, model_label, split_cells, write_table
from qnlnet.records.configurations import recall
from qnlnet.tables.formats import markdown_table
from qnlnet.tables.layout import MISSING, interval_text, signed, with_std
from qnlnet.tables.paired import CLEAR, adjust, pair, verdict_of
from qnlnet.tables.protocols import OWN
from qnlnet.tables.twins import QUANTUM, write_twins

ENDINGS = (".csv", ".md", ".tex", "_compact.md", "_options.csv", "_options.md")
_COLUMNS = (
    *("dataset", "classes", "model", "layer", "option", "usual", "changed", "epochs", "usual_mean", "usual_std"),
    *("changed_mean", "changed_std", "n_pairs", "difference", "low", "high", "better", "worse", "p", "p_adjusted"),
    *("verdict", "data_official", "usual_hash", "changed_hash"),
)
_LENGTH = "train.epochs"  # how long it trains is no option of a recipe
_NOTE = (
    "Cells by their authors' recipe that differ in one option alone. Test accuracy in percent after the last epoch, "
    "mean ± standard deviation over seeds. Change: that of the changed cell minus that of the usual one, which is "
    "nearer to the recipe, paired seed by seed, with the 95 % interval of Student's t. p: of no difference, by "
    "Wilcoxon's signed ranks, adjusted for all rows together (false discovery rate, Benjamini and Yekutieli); "
    f"“too few seeds” where so many could not have reached {CLEAR:g}."
)


def summarise_options(seed_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns one row for each pair of cells that differ in one option alone.

    Accuracies are in percent after the last epoch; `difference` is the accuracy of the changed cell minus that of the
    usual one, over the seeds that both have.

    Raises:
        ResultsError: Columns are missing, there are no rows, a seed of a cell appears twice, or a cell's settings are
            not known.
    """
    cells = [_Cell(cell, rows) for cell, rows in split_cells(seed_rows)]
    own = [cell for cell in cells if cell.config.train.protocol == OWN]
    table = pd.DataFrame(list(_pairs(own)), columns=list(_COLUMNS))
    table["p_adjusted"] = adjust(table.p.astype(float))
    comparisons = int(table.p.notna().sum())
    table["verdict"] = [
        verdict_of(row["n_pairs"], row["p_adjusted"], row["difference"], comparisons)
        for row in table.to_dict("records")
    ]
    return table


class _Cell:
    """A cell, its seeds, and its settings at dotted keys."""

    def __init__(self, cell: dict[str, Any], rows: pd.DataFrame) -> None:
        self.rows, self.digest = rows, str(cell["config_hash"])
        self.config: RunConfig = recall(self.digest)
        self.settings = flat_identity(self.config)
        self.layer = str(getattr(self.config.model, "layer", ""))

    @cached_property
    def deviations(self) -> int:
        """How many settings are not as its recipe has them."""
        recipe = _recipe(self.config.model.name, self.layer, self.config.data.name)
        return sum(not key.startswith("data.") for key in _differing(self.settings, recipe))

    def option_of(self, other: "_Cell") -> str | None:
        """Returns the key of the one option in which two cells differ; None where there is none or are several."""
        keys = _differing(self.settings, other.settings)
        if brought := keys & {f"model.{name}" for name in self.config.model.recipes}:
            keys = {key for key in keys if not key.startswith("train.") or key == _LENGTH} | brought
        return keys.pop() if len(keys) == 1 and not keys & {_LENGTH, "model.layer"} else None


def _differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


@cache
def _recipe(model: str, layer: str, data: str) -> dict[str, Any]:
    """Returns the settings that a recipe has with some images and with something in the place of the circuits."""
    known = [f"data={data}"] if data in list_options("data", CONFIG_DIR) else []
    words = [f"model={model}", f"protocol={OWN}", *known, *([f"layer={layer}"] if layer else [])]
    return flat_identity(load_config(*words))


def _pairs(cells: list[_Cell]) -> Iterator[dict[str, Any]]:
    for changed, usual in itertools.permutations(cells, 2):
        if usual.deviations < changed.deviations and (key := changed.option_of(usual)):
            yield _row(usual, changed, key)


def _row(usual: _Cell, changed: _Cell, key: str) -> dict[str, Any]:
    values = [_value(cell.config, key) for cell in (usual, changed)]
    first = changed.rows.iloc[0]
    return {
        **{name: first[name] for name in ("dataset", "classes", "model", "epochs")},
        **{"layer": changed.layer, "option": key, "usual": values[0], "changed": values[1]},
        **{f"{word}_{how}": getattr(cell.rows.test_accuracy, how)()
           for word, cell in (("usual", usual), ("changed", changed)) for how in ("mean", "std")},
        **pair(changed.rows, usual.rows),
        "data_official": bool(changed.rows.data_official.all() and usual.rows.data_official.all()),
        **{"usual_hash": usual.digest, "changed_hash": changed.digest},
    }  # fmt: skip


def _value(config: RunConfig, key: str) -> str:
    section, _, name = key.partition(".")
    return override_value(getattr(getattr(config, section), name))


def format_options(table: pd.DataFrame) -> str:
    """Returns the table of `summarise_options` as Markdown."""
    header = ["Dataset", "Model", "Option", "Usual", "Changed", "Seeds", "Accuracy, usual", "changed", "Change"]
    header += ["95 % interval", "p", "Verdict"]
    rows = [_line(row) for row in table.to_dict("records")]
    notes = [_NOTE, *dataset_notes(zip(table.dataset, table.data_official, strict=True))]
    text = "\n".join([markdown_table(header, rows, 5), *(f"{note}\n" for note in notes)])
    return f"<!-- Generated from the per-seed rows; do not edit. -->\n\n{text}"


def _line(row: dict[str, Any]) -> list[str]:
    mark = dataset_mark(row["dataset"], row["data_official"])
    layer = "" if row["layer"] in ("", QUANTUM) else f", {row['layer']}"
    return [
        f"{dataset_label(row['dataset'], row['classes'])} {mark}".rstrip(),
        f"{model_label(row['model'])}{layer}, {row['epochs']} epochs",
        row["option"].removeprefix("model."),
        row["usual"],
        row["changed"],
        str(row["n_pairs"]),
        with_std(row["usual_mean"], row["usual_std"]),
        with_std(row["changed_mean"], row["changed_std"]),
        MISSING if pd.isna(row["difference"]) else signed(row["difference"]),
        interval_text(row["low"], row["high"]),
        MISSING if pd.isna(row["p_adjusted"]) else f"{row['p_adjusted']:.3f}",
        row["verdict"],
    ]


def write_options(seed_rows: pd.DataFrame, directory: Path | str, name: str) -> list[Path]:
    """Writes the files of `qnlnet.tables.twins`, and `name`_options.csv and .md; returns all paths.

    Raises:
        ResultsError: The rows are not acceptable, or the folder cannot be written.
    """
    table = summarise_options(seed_rows)
    page = Path(directory) / f"{name}_options.md"
    return [
        *write_twins(seed_rows, directory, name),
        write_table(table, Path(directory) / f"{name}_options.csv"),
        write_file(page, format_options(table).encode("utf-8")),
    ]
