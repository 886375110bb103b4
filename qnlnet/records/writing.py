"""Writing files so that a reader sees the old content or the new one, never a half."""

import gzip
import io
import os
from pathlib import Path

import pandas as pd

from qnlnet.errors import ResultsError


def write_table(frame: pd.DataFrame, path: Path | str) -> Path:
    """Writes `frame` as comma-separated values and returns the path; equal frames give equal bytes.

    Args:
        frame: Any frame; its index is not written. Floats keep every digit, missing values become empty fields.
        path: Where to; a name that ends in .gz is compressed. Folders are created.

    Raises:
        ResultsError: The folder or the file can not be written. An older file stays as it was.
    """
    path = Path(path)
    data = frame.to_csv(index=False, lineterminator="\n").encode("utf-8")
    if path.suffix == ".gz":
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as stream:
            stream.write(data)
        data = buffer.getvalue()
    return write_file(path, data)


def check_writable(directory: Path | str) -> None:
    """Creates `directory` where it is missing; a folder that can not be written is better found before an hour's work.

    Raises:
        ResultsError: The folder can not be written.
    """
    probe = Path(directory) / ".writable"
    write_file(probe, b"")
    probe.unlink(missing_ok=True)


def write_file(path: Path | str, data: bytes) -> Path:
    """Writes `data` to a file beside `path` and moves it there in one step; folders are created.

    Raises:
        ResultsError: The folder or the file can not be written. An older file stays as it was.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ResultsError(
            f"The file {path} can not be written: {error.strerror or error}. "
            "Choose a folder that you may write to and that has space left."
        ) from error
    return path
