"""How accurate trained models are with noise: few shots, depolarizing gates, the noise of a device.

Only the circuit is noisy: what comes before and after it is computed once. Every level of noise judges the same
images.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qnlnet.audit.noise_levels import Level, list_levels, shot_seed
from qnlnet.audit.noise_rows import TABLE, identity, noise_frame, read_noise_rows
from qnlnet.audit.noise_theory import depolarizing_factor, expected_counted_accuracy
from qnlnet.backends import build_qnn
from qnlnet.checkpoints import find_model, load_trained_model
from qnlnet.config import NoiseConfig, QNLNetConfig, RunConfig, config_hash, settings_of
from qnlnet.data import load_dataset
from qnlnet.errors import argument_error
from qnlnet.hardware import Inputs, Workload
from qnlnet.hardware.workload import build_workload, check_fits_a_device, count_images, hash_weights
from qnlnet.models import Features, family_of, prepare_features
from qnlnet.provenance import describe_code
from qnlnet.records import CELL_COLUMNS, write_table
from qnlnet.records.configurations import write_configurations
from qnlnet.runs import Run

_WEIGHT_DIGITS = 12


def check_noise(cells: Sequence[RunConfig], noise: NoiseConfig) -> None:
    """Finds what would stop `measure_noise`, before an hour of training.

    Raises:
        ArgumentError: A cell has no circuit with one readout, a device does not fit it, or there are fewer test images.
        DataError: Images are missing or damaged.
    """
    from qnlnet.backends.aer import load_noisy_device  # Aer takes a second to import

    for cell in cells:
        check_fits_a_device(cell)
    for num_qubits in {settings_of(cell, QNLNetConfig).num_qubits for cell in cells}:
        for device in noise.devices:
            load_noisy_device(device, num_qubits, "devices")
    for data in {cell.data for cell in cells}:
        count_images(noise.images, len(load_dataset(data).test_images))


def measure_noise(runs: Sequence[Run], noise: NoiseConfig, directory: Path | str) -> Iterator[int]:
    """Brings noise.csv to what is asked for: every trained seed of the runs at every level, and no other row.

    Rows that are there already are kept. The file is written after each model, so whatever ends the program, the next
    one goes on from there.

    Args:
        runs: Trained cells.
        noise: Levels and images.
        directory: Where noise.csv is.

    Yields:
        After each model, how many of its rows were new.

    Raises:
        ArgumentError: A model cannot be read.
        ResultsError: The file cannot be read or written.
    """
    path, levels = Path(directory) / TABLE, list_levels(noise)
    known = {identity(row): row for row in read_noise_rows(path, missing_ok=True).to_dict("records")}
    code = describe_code("qiskit-ibm-runtime")
    rows: list[Mapping[str, Any]] = []
    inputs = _Inputs(noise)
    for run in runs:
        for trained in run.seed_rows().to_dict("records"):
            model = _Model(run, trained, noise, code)
            found = [known.get(identity(model.row(level))) for level in levels]
            if new := found.count(None):
                workload = inputs.workload(run, model.path)
                found = [
                    row or {**model.row(level), **judge(workload, level, shot_seed(run.hash, trained["seed"], level))}
                    for row, level in zip(found, levels, strict=True)
                ]
            rows += [row for row in found if row is not None]
            if new:
                write_table(noise_frame(rows), path)
            yield new
    write_table(noise_frame(rows), path)  # without rows that nobody has asked for
    write_configurations(path.parent, (run.hash for run in runs))


def judge(workload: Workload, level: Level, seed: int = 0) -> dict[str, float]:
    """Returns how a model does with noise, and what is expected by calculation, as columns of noise.csv.

    Args:
        workload: The model and its images.
        level: The noise.
        seed: Seed of the shots.
    """
    inputs = workload.inputs
    width = len(workload.qnl.input_params)
    network = build_qnn(workload.qnl, level.backend, seed=seed)
    values = network.forward(inputs.rows[:, :width], inputs.rows[0, width:])[:, 0]
    labels, exact_labels = inputs.predict(values), inputs.predict(inputs.exact_values)
    expected, spread = _expect(workload, inputs, level)
    return {
        "accuracy": 100 * float((labels == inputs.labels).mean()),
        "exact_accuracy": 100 * float((exact_labels == inputs.labels).mean()),
        "same_labels": 100 * float((labels == exact_labels).mean()),
        "mean_absolute_error": float(np.abs(values - inputs.exact_values).mean()),
        "expected_accuracy": expected,
        "expected_spread": spread,
    }


def _expect(workload: Workload, inputs: Inputs, level: Level) -> tuple[float, float]:
    if level.noise == "shots":
        return expected_counted_accuracy(inputs, int(level.value))
    if level.noise == "depolarizing":
        factor = depolarizing_factor(workload.qnl.circuit, workload.qnl.observable, float(level.value))
        if factor is not None:
            right = inputs.predict(factor * inputs.exact_values) == inputs.labels
            return 100 * float(right.mean()), 0.0
    return np.nan, np.nan


class _Model:
    """A trained model and what its rows have in common."""

    def __init__(self, run: Run, trained: Mapping[str, Any], noise: NoiseConfig, code: Mapping[str, str]) -> None:
        self.path = find_model(run.directory, trained["seed"])
        saved, _, model = load_trained_model(self.path)
        if config_hash(saved) != run.hash:
            reason = f"Its settings give {config_hash(saved)}. Train it again with force=true."
            raise argument_error("run", f"name a model of the cell {run.hash}", str(self.path), reason)
        self._common = {
            **{name: trained[name] for name in (*CELL_COLUMNS, "seed", "data_fingerprint", "data_official")},
            "weights": hash_weights(model)[:_WEIGHT_DIGITS],
            "images": count_images(noise.images, len(run.dataset.test_images)),
            "image_seed": noise.image_seed,
            **code,
        }

    def row(self, level: Level) -> dict[str, Any]:
        """Returns the columns that say which row it is."""
        return {**self._common, "noise": level.noise, "level": level.value}


class _Inputs:
    """Workloads of models, with the features of the cell that came last: the next one often shares them."""

    def __init__(self, noise: NoiseConfig) -> None:
        self._noise = noise
        self._key: Any = None
        self._features: Features | None = None

    def workload(self, run: Run, path: Path) -> Workload:
        config = run.config
        key = (config.data, family_of(config).features(config))
        if self._features is None or key != self._key:
            self._key, self._features = key, prepare_features(run.dataset, config)
        return build_workload(path, run.dataset, self._features, self._noise.images, self._noise.image_seed)
