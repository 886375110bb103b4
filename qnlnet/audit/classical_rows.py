"""The rows of baselines.csv, one for each dataset and classical model."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.audit.classical import MODELS, fit_classical
from qnlnet.config import BaselinesConfig, RunConfig
from qnlnet.data import load_dataset
from qnlnet.errors import argument_error, check_choice
from qnlnet.models import prepare_features
from qnlnet.provenance import describe_code
from qnlnet.records import cell_keys, read_rows, sort_rows, write_table
from qnlnet.records.frames import build_frame
from qnlnet.records.schema import SEED_SCHEMA, Column

TABLE = "baselines.csv"
_TEXT, _INT, _FLOAT, _PERCENT = Column(str), Column(int), Column(float), Column(float, bounds=(0, 100))

BASELINE_SCHEMA: Mapping[str, Column] = {
    "dataset": _TEXT,
    "classes": _TEXT,
    "num_features": _INT,  # principal components
    "pca_scaling": _TEXT,
    "model": _TEXT,  # of MODELS
    "hyperparameters": _TEXT,  # such as "C=1.0 gamma=0.1"
    "folds": _INT,
    "search_images": _INT,  # at most, as asked for
    "search_seed": _INT,
    "searched_images": _INT,  # training images that the hyperparameters were chosen on
    "validated_accuracy": _PERCENT,  # mean over the folds
    "train_accuracy": _PERCENT,  # of the fit to all training images
    "test_accuracy": _PERCENT,
    "train_images": _INT,
    "test_images": _INT,
    "size": _INT,
    "size_of": _TEXT,  # parameters, support vectors or training images
    "search_seconds": _FLOAT,
    "fit_seconds": _FLOAT,
    **{name: SEED_SCHEMA[name] for name in ("commit", "versions", "data_fingerprint", "data_official")},
}
# A row that has these is not computed again.
_IDENTITY = (
    *("dataset", "classes", "num_features", "pca_scaling", "model", "folds", "search_images", "search_seed"),
    *("commit", "versions", "data_fingerprint"),
)


def read_baseline_rows(path: Path | str, *, missing_ok: bool = False) -> pd.DataFrame:
    """Returns the rows of a baselines.csv, with the columns of `BASELINE_SCHEMA`.

    Raises:
        ResultsError: The file cannot be read, is truncated, or a column or value is not what the schema says.
    """
    return read_rows(Path(path), BASELINE_SCHEMA, missing_ok)


def check_baselines(cells: Sequence[RunConfig], config: BaselinesConfig) -> None:
    """Raises an `ArgumentError` unless the models are known and the cells have principal components for features."""
    for name in config.models:
        check_choice("models", name, MODELS)
    for cell in cells:
        if cell.reducer.name != "pca":
            raise argument_error("reducer", "be pca: classical models get its components", cell.reducer.name)


def measure_baselines(
    cells: Sequence[RunConfig], config: BaselinesConfig, directory: Path | str
) -> Iterator[dict[str, Any]]:
    """Brings baselines.csv to what is asked for: all models on the features of all cells. Rows that are there are kept.

    Args:
        cells: Only their data, their number of features and their scaling matter.
        config: Models and search.
        directory: Where baselines.csv is; it is written after each model.

    Yields:
        Each row, old or new.

    Raises:
        ArgumentError: There are fewer images than folds.
        DataError: Images are missing or damaged.
        ResultsError: The file cannot be read or written.
    """
    path = Path(directory) / TABLE
    known = {_identity(row): row for row in read_baseline_rows(path, missing_ok=True).to_dict("records")}
    code = describe_code()
    rows: list[dict[str, Any]] = []
    for cell in cells:
        dataset = load_dataset(cell.data)
        features = None
        for name in config.models:
            row = {
                **{key: cell_keys(cell)[key] for key in ("dataset", "classes")},
                "num_features": cell.num_qubits,
                "pca_scaling": cell.train.pca_scaling,
                "model": name,
                **config.model_dump(exclude={"models"}),
                **code,
                "data_fingerprint": dataset.fingerprint,
                "data_official": dataset.official,
            }
            if (done := known.get(_identity(row))) is None:
                features = features or prepare_features(dataset, cell)
                done = {**row, **_measure(name, features, config)}
            rows.append(done)
            write_table(baseline_frame(rows), path)
            yield done


def _measure(name: str, features: Any, config: BaselinesConfig) -> dict[str, Any]:
    fit = fit_classical(MODELS[name], features, config)
    return {
        "hyperparameters": " ".join(f"{key}={value}" for key, value in sorted(fit.hyperparameters.items())),
        "searched_images": fit.searched_images,
        "validated_accuracy": fit.validated_accuracy,
        "train_accuracy": fit.accuracy(features.train, features.train_labels),
        "test_accuracy": fit.accuracy(features.test, features.test_labels),
        "train_images": len(features.train),
        "test_images": len(features.test),
        "size": fit.size,
        "size_of": MODELS[name].size,
        "search_seconds": round(fit.search_seconds, 3),
        "fit_seconds": round(fit.fit_seconds, 3),
    }


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _IDENTITY)


def baseline_frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Returns rows as a frame: datasets in reading order, models in the order that they have here.

    Raises:
        ResultsError: A column is missing or unknown, or a value is not acceptable.
    """
    values = [[row[name] for name in BASELINE_SCHEMA] for row in rows]
    return sort_rows(build_frame(values, list(BASELINE_SCHEMA), BASELINE_SCHEMA, lambda index: f"new row {index + 1}"))
