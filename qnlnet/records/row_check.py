"""Does a row say what the configuration behind its hash says?"""

from collections.abc import Mapping
from typing import Any

from qnlnet.config import RunConfig
from qnlnet.errors import ResultsError
from qnlnet.records.configurations import recall
from qnlnet.records.hardware import hardware_cell_keys
from qnlnet.records.schema import cell_columns, is_missing


def config_of_row(row: Mapping[str, Any]) -> RunConfig:
    """Returns the configuration of a row, once every column that says something of the cell agrees with it.

    Args:
        row: A row with a `config_hash`, of seeds.csv, noise.csv or hardware.csv.

    Raises:
        ResultsError: The settings behind the hash are not known, or a column says something else.
    """
    config = recall(row["config_hash"])
    expected = hardware_cell_keys(config) if "trained_on" in row else cell_columns(config)
    for name, value in expected.items():
        if name in row and not _same(row[name], value):
            raise ResultsError(
                f"`{name}` must be {value!r}, as the settings of configuration {row['config_hash']} say, but is "
                f"{row[name]!r}."
            )
    return config


def _same(one: Any, other: Any) -> bool:
    if is_missing(one) or is_missing(other):
        return is_missing(one) and is_missing(other)
    return bool(one == other)
