"""TensorBoard: a folder for each cell, and in it one for each replica."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.config import RunConfig
from qnlnet.config.logger import TensorBoardConfig
from qnlnet.tracking.cell import describe_cell, epoch_values, final_values, origin, summary_values
from qnlnet.tracking.event_file import EventFile
from qnlnet.tracking.tracker import Tracker
from qnlnet.training import Epoch


class TensorBoardTracker(Tracker):
    """Writes event files.

    Args:
        config: Where to.

    Raises:
        OSError: The folder cannot be made; writing into it raises the same.
    """

    def __init__(self, config: TensorBoardConfig) -> None:
        self._directory = Path(config.directory).expanduser()
        self._directory.mkdir(parents=True, exist_ok=True)
        self._files: dict[Path, EventFile] = {}

    def on_epoch(self, config: RunConfig, seed: int, epoch: Epoch, time: float) -> None:
        self._replica(config, seed, time).scalars(epoch_values(epoch), epoch.number, time)

    def on_resumed(self, config: RunConfig, seed: int, epochs: Sequence[Epoch], time: float) -> None:
        # A new file empties the folder for TensorBoard, so all epochs are written, and those of another logger too.
        for epoch in epochs:
            self.on_epoch(config, seed, epoch, time)

    def on_trained(self, config: RunConfig, seed: int, row: Mapping[str, Any], time: float) -> None:
        file = self._replica(config, seed, time)
        file.scalars(final_values(row), config.train.epochs, time)
        file.text("origin", "\n".join(f"- {name}: `{value}`" for name, value in origin(row).items()), time)
        file.ended(well=True, when=time)
        self._end(_replica_folder(config, seed))

    def on_failed(self, config: RunConfig, seed: int, message: str, time: float) -> None:
        file = self._replica(config, seed, time)
        file.text("failure", message, time)
        file.ended(well=False, when=time)
        self._end(_replica_folder(config, seed))

    def on_cell(self, config: RunConfig, seed_rows: pd.DataFrame, time: float) -> None:
        values = summary_values(seed_rows)
        if values:
            self._file(_cell_folder(config)).scalars(values, len(seed_rows), time)
            if len(seed_rows) >= config.seeds:
                self._end(_cell_folder(config))

    def on_table(self, name: str, paths: Sequence[Path], time: float) -> None:
        for path in paths:
            if path.suffix == ".md":
                self._file(Path(name)).text("table", path.read_text(encoding="utf-8"), time)

    def on_figure(self, name: str, paths: Sequence[Path], time: float) -> None:
        for path in paths:
            if path.suffix == ".png":
                self._file(Path(name)).png("figure", path.read_bytes(), time)

    def flush(self) -> None:
        for file in self._files.values():
            file.flush()

    def close(self) -> None:
        for folder in list(self._files):
            self._end(folder)

    def discard(self) -> None:
        for file in self._files.values():
            with suppress(OSError):
                file.close()
        self._files.clear()

    def _replica(self, config: RunConfig, seed: int, time: float) -> EventFile:
        folder = _replica_folder(config, seed)
        if folder in self._files:
            return self._files[folder]
        file = self._file(folder)
        file.parameters({**describe_cell(config).parameters, "seed": seed}, time)
        return file

    def _file(self, folder: Path) -> EventFile:
        if folder not in self._files:
            self._files[folder] = EventFile(self._directory / folder)
        return self._files[folder]

    def _end(self, folder: Path) -> None:
        self._files.pop(folder).close()


def _cell_folder(config: RunConfig) -> Path:
    cell = describe_cell(config)
    return Path(f"{cell.name}-{cell.hash}")


def _replica_folder(config: RunConfig, seed: int) -> Path:
    return _cell_folder(config) / f"seed-{seed}"
