"""Reading tables back: text stays text, numbers keep every digit, and damage is found rather than guessed around."""

import csv
import gzip
import io
import zlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from qnlnet.errors import ResultsError, argument_error
from qnlnet.records.configurations import read_configurations
from qnlnet.records.frames import build_frame
from qnlnet.records.hardware import HARDWARE_SCHEMA
from qnlnet.records.schema import EPOCH_SCHEMA, GRADIENT_SCHEMA, SEED_SCHEMA, Column

_ADVICE = "Restore the file from version control, or delete it and train again."


def read_seed_rows(path: Path | str, *, missing_ok: bool = False) -> pd.DataFrame:
    """Returns the per-seed rows of a .csv or .csv.gz file, with the columns of `SEED_COLUMNS`.

    The settings of their cells, in configs.json beside the file, are kept in mind.

    Args:
        path: The file.
        missing_ok: Whether a file that does not exist counts as one without rows.

    Raises:
        ResultsError: The file cannot be read, is truncated, or a column or value is not what the schema says.
    """
    read_configurations(Path(path).parent)
    return read_table(Path(path), SEED_SCHEMA, missing_ok)


def read_epoch_rows(path: Path | str, *, missing_ok: bool = False) -> pd.DataFrame:
    """Returns the per-epoch rows of a file, with the columns of `EPOCH_COLUMNS`; otherwise as `read_seed_rows`."""
    return read_table(Path(path), EPOCH_SCHEMA, missing_ok)


def read_gradient_rows(path: Path | str, *, missing_ok: bool = False) -> pd.DataFrame:
    """Returns the rows of a gradients.csv, with the columns of `GRADIENT_COLUMNS`; otherwise as `read_seed_rows`."""
    return read_table(Path(path), GRADIENT_SCHEMA, missing_ok)


def read_hardware_rows(path: Path | str, *, missing_ok: bool = False) -> pd.DataFrame:
    """Returns the rows of a hardware.csv, with the columns of `HARDWARE_COLUMNS`; otherwise as `read_seed_rows`."""
    return read_table(Path(path), HARDWARE_SCHEMA, missing_ok)


_READERS = {
    "seeds": read_seed_rows,
    "epochs": read_epoch_rows,
    "gradients": read_gradient_rows,
    "hardware": read_hardware_rows,
}


def read_rows(path: Path | str) -> pd.DataFrame:
    """Returns the rows of a seeds.csv, epochs.csv, gradients.csv, either of them as .gz, or hardware.csv.

    Of a folder, those of its seeds.csv.

    Args:
        path: The file, or the folder of a run or a table.

    Raises:
        ArgumentError: The file has another name.
        ResultsError: The file cannot be read, is truncated, or a column or value is not what the schema says.
    """
    path = Path(path)
    path = path / "seeds.csv" if path.is_dir() else path
    kind = path.name.partition(".")[0]
    if kind not in _READERS:
        raise argument_error("path", f"name a folder or a table of {', '.join(_READERS)}", str(path))
    return _READERS[kind](path)


def read_table(path: Path, schema: Mapping[str, Column], missing_ok: bool = False) -> pd.DataFrame:
    """Returns the rows of a .csv or .csv.gz file with the columns of any schema; see `read_seed_rows`.

    Raises:
        ResultsError: The file cannot be read, is truncated, or a column or value is not what the schema says.
    """
    if missing_ok and not path.exists():
        return build_frame([], list(schema), schema, lambda index: str(path))
    text = _read_text(path)
    if "\0" in text:  # what a power cut makes of blocks that were not written
        raise ResultsError(f"The table {path} must be text, but holds zero bytes. {_ADVICE}")
    if not text.endswith("\n"):
        raise ResultsError(f"The table {path} must end with a line break, but its last line is cut off. {_ADVICE}")
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error as error:
        raise ResultsError(
            f"The table {path} must be comma-separated values, but is not: {error}. {_ADVICE}"
        ) from error
    try:
        return build_frame(rows, header, schema, lambda index: f"line {index + 2} of {path}")
    except ResultsError as error:
        raise ResultsError(f"{error} {_ADVICE}") from None


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ResultsError(f"There is no table {path}. Train first, or give the path of another one.") from error
    except OSError as error:
        raise ResultsError(f"The table {path} cannot be read: {error.strerror}.") from error
    try:
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ResultsError(f"The table {path} is damaged or cut off: {error}. {_ADVICE}") from error
