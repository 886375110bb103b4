"""Writing a table: equal frames give equal bytes."""

import gzip
import io
from pathlib import Path

import pandas as pd

from qnlnet.files import write_file
from qnlnet.records.schema import NEWER, Column, is_missing


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
