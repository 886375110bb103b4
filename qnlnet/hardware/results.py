"""From the values of a submission to its row in hardware.csv."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from filelock import FileLock
from numpy.typing import NDArray

from qnlnet.hardware.ledger import Submission
from qnlnet.hardware.proposal import CLIENT_PACKAGES
from qnlnet.hardware.statistics import shot_noise_error, wilson_interval
from qnlnet.provenance import describe_code
from qnlnet.records import mitigation_text, read_hardware_rows, upsert_hardware_row, write_table
from qnlnet.records.hardware import CELL_KEYS, HARDWARE_SCHEMA

TABLE = "hardware.csv"


@dataclass(frozen=True)
class Outcome:
    """What a device made of a submission.

    Attributes:
        values: Its expectation values, shape (images,).
        errors: Their standard errors from the shots, shape (images,); NaN, none, after extrapolation to zero noise.
        exact_values: Those of the exact simulator, shape (images,).
        right: How many labels are right.
        exact_right: How many labels of the exact simulator are right.
        same: How many labels are the same.
    """

    values: NDArray[np.float64]
    errors: NDArray[np.float64]
    exact_values: NDArray[np.float64]
    right: int
    exact_right: int
    same: int

    @property
    def images(self) -> int:
        """How many images there are."""
        return len(self.values)


def read_outcome(submission: Submission) -> Outcome:
    """Returns the outcome of a collected submission.

    Raises:
        LedgerError: Its inputs or its values are missing or damaged.
    """
    inputs = submission.inputs()
    values, errors = submission.read_values()
    labels, exact_labels = inputs.predict(values), inputs.predict(inputs.exact_values)
    return Outcome(
        values=values,
        errors=errors,
        exact_values=inputs.exact_values,
        right=int((labels == inputs.labels).sum()),
        exact_right=int((exact_labels == inputs.labels).sum()),
        same=int((labels == exact_labels).sum()),
    )


def read_rows(root: Path) -> pd.DataFrame:
    """Returns the rows of hardware.csv; none where there is no such table.

    Raises:
        ResultsError: The table is damaged.
    """
    return read_hardware_rows(root / TABLE, missing_ok=True)


def add_row(submission: Submission, root: Path) -> dict[str, Any]:
    """Puts the row of a collected submission into hardware.csv, in place of an older one, and returns it.

    Raises:
        ResultsError: The table is damaged or cannot be written.
    """
    row = build_row(submission, read_outcome(submission))
    with FileLock(root / ".lock"):
        rows = read_rows(root)
        known = rows[rows.key == submission.key]
        if len(known):  # collecting twice changes nothing, not even the time
            row |= known.iloc[0][["collected_at", "commit", "versions"]].to_dict()
        write_table(upsert_hardware_row(rows, row), root / TABLE)
    return row


def build_row(submission: Submission, outcome: Outcome) -> dict[str, Any]:
    """Returns the row of a collected submission, as of now and of this code."""
    request, found = submission.plan.request, submission.plan.circumstances
    images = outcome.images
    low, high = wilson_interval(outcome.right, images)
    used = [job.record.used_seconds for job in submission.jobs]
    return {
        "key": submission.key,
        "cell": found.cell,
        **{name: found.table_keys.get(name, HARDWARE_SCHEMA[name].default) for name in CELL_KEYS},
        "trained_on": found.table_keys.get("trained_on", "exact"),  # plans that are older have usual settings
        "settings": found.table_keys.get("settings", ""),
        "config_hash": request.config_hash,
        "seed": request.seed,
        "device": found.device,
        "qubits": " ".join(map(str, found.layout)),
        "images": images,
        "shots": request.backend.shots,
        "estimator": request.backend.estimator,
        "mitigation": mitigation_text(request.backend),
        "accuracy": 100 * outcome.right / images,
        "accuracy_low": low,
        "accuracy_high": high,
        "exact_accuracy": 100 * outcome.exact_right / images,
        "agreement": 100 * outcome.same / images,
        "mean_absolute_error": float(np.abs(outcome.values - outcome.exact_values).mean()),
        "shot_noise_error": shot_noise_error(outcome.exact_values, request.backend.shots),
        "depth": found.depth,
        "two_qubit_gates": found.two_qubit_gates,
        "executions": found.executions,
        "estimated_seconds": found.estimated_seconds,
        "rule_of_thumb_seconds": found.rule_of_thumb_seconds,
        "used_seconds": None if None in used else sum(seconds for seconds in used if seconds is not None),
        "job_ids": " ".join(job.record.job_id for job in submission.jobs),
        "calibrated_at": found.calibrated_at or "",
        "collected_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **describe_code(*CLIENT_PACKAGES),
        "data_fingerprint": request.data_fingerprint,
        "data_official": found.data_official,
    }
