"""Per-seed and per-epoch rows: what they hold, how they are stored, merged, grouped into cells and named to readers."""

from qnlnet.records.cells import CELL_COLUMNS, distinguishing_columns, split_cells, without_training
from qnlnet.records.frames import read_csv, write_table
from qnlnet.records.hardware import HARDWARE_COLUMNS, upsert_hardware_row
from qnlnet.records.labels import (
    dataset_label,
    dataset_mark,
    dataset_notes,
    model_label,
    reducer_label,
    setting_label,
    settings_in_words,
)
from qnlnet.records.merging import sort_rows, upsert
from qnlnet.records.reading import (
    read_epoch_rows,
    read_gradient_rows,
    read_hardware_rows,
    read_rows,
    read_seed_rows,
    read_table,
)
from qnlnet.records.schema import (
    EPOCH_COLUMNS,
    GRADIENT_COLUMNS,
    KEYS,
    SEED_COLUMNS,
    backend_text,
    cell_keys,
    mitigation_text,
)

__all__ = [
    "CELL_COLUMNS",
    "EPOCH_COLUMNS",
    "GRADIENT_COLUMNS",
    "HARDWARE_COLUMNS",
    "KEYS",
    "SEED_COLUMNS",
    "backend_text",
    "cell_keys",
    "dataset_label",
    "dataset_mark",
    "dataset_notes",
    "distinguishing_columns",
    "mitigation_text",
    "model_label",
    "read_csv",
    "read_epoch_rows",
    "read_gradient_rows",
    "read_hardware_rows",
    "read_rows",
    "read_seed_rows",
    "read_table",
    "reducer_label",
    "setting_label",
    "settings_in_words",
    "sort_rows",
    "split_cells",
    "upsert",
    "upsert_hardware_row",
    "without_training",
    "write_table",
]
