"""Frames of rows: every value is checked against the schema, and equal frames are written as equal bytes."""

import gzip
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.errors import ResultsError
from qnlnet.files import write_file
from qnlnet.records.schema import NEWER, Column, is_missing

_DTYPES = {str: "str", int: "int64", float: "float64", bool: "bool"}


def build_frame(
    rows: Iterable[Sequence[Any]], header: Sequence[str], schema: Mapping[str, Column], where: Callable[[int], str]
) -> pd.DataFrame:
    """Returns the rows as a frame with the columns and types of `schema`.

    Args:
        rows: One value for each name in `header`, as text or as Python values.
        header: The columns of `schema` in any order; those with a default may be missing.
        schema: The columns to produce, in order.
        where: Names the place of the row with a given index in an error message, such as "line 3 of seeds.csv".

    Raises:
        ResultsError: The columns are not those of the schema, a row is incomplete or a value is not acceptable.
    """
    check_header(header, schema, where(-1))
    values: dict[str, list[Any]] = {name: [] for name in schema}
    for index, row in enumerate(rows):
        if len(row) != len(header):
            raise ResultsError(f"Each row must have {len(header)} values, but {where(index)} has {len(row)}.")
        for name, value in zip(header, row, strict=True):
            try:
                values[name].append(schema[name].convert(value))
            except ValueError as error:
                raise ResultsError(f"Column `{name}` in {where(index)} must {error}.") from None
    for name in set(schema) - set(header):
        values[name] = [schema[name].default] * len(values[header[0]])
    return pd.DataFrame({name: _build_column(values[name], column) for name, column in schema.items()})


def _build_column(values: list[Any], column: Column) -> pd.Series:
    has_gaps = column.kind is int and any(value is pd.NA for value in values)
    return pd.Series(values, dtype="Int64" if has_gaps else _DTYPES[column.kind])


def check_header(header: Sequence[str], schema: Mapping[str, Column], where: str) -> None:
    """Raises a `ResultsError` unless `header` names each column of `schema` once, or leaves one with a default out."""
    missing = [name for name, column in schema.items() if name not in header and column.default is None]
    unknown = [name for name in header if name not in schema]
    if missing:
        raise ResultsError(f"The columns must include {', '.join(missing)}, but {where} does not have them.")
    if unknown:
        raise ResultsError(f"The columns must be {', '.join(schema)}, but {where} also has {', '.join(unknown)}.")
    if len(header) != len(set(header)):
        raise ResultsError(f"Each column must appear once, but {where} has {len(header)} instead of {len(schema)}.")


def read_csv(path: Path, **options: Any) -> pd.DataFrame:
    """Returns a table without a schema as pandas reads it, with its options.

    Raises:
        ResultsError: The file cannot be read, or is no table.
    """
    try:
        return pd.read_csv(path, **options)
    except (OSError, ValueError) as error:  # pandas and decoders raise kinds of ValueError
        raise ResultsError(f"{path.name} must be comma-separated values, but is not: {error}.") from error


def write_table(frame: pd.DataFrame, path: Path | str) -> Path:
    """Writes `frame` as comma-separated values and returns the path; equal frames give equal bytes.

    Args:
        frame: Any frame; its index is not written. Floats keep every digit, missing values become empty fields. A
            column that is newer than most tables is left out while all rows have its default.
        path: Where to; a name that ends in .gz is compressed. Folders are created.

    Raises:
        ResultsError: The folder or the file cannot be written. An older file stays as it was.
    """
    path = Path(path)
    usual = [name for name, column in NEWER.items() if name in frame and _is_usual(frame[name], column)]
    data = frame.drop(columns=usual).to_csv(index=False, lineterminator="\n").encode("utf-8")
    if path.suffix == ".gz":
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as stream:
            stream.write(data)
        data = buffer.getvalue()
    return write_file(path, data)


def _is_usual(values: pd.Series, column: Column) -> bool:
    return bool((values.isna() if is_missing(column.default) else values == column.default).all())
