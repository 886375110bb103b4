"""What trackers are told of a cell."""

import math
from typing import Any

import pandas as pd
import pytest

from qnlnet.config import RunConfig, config_hash, load_config
from qnlnet.tracking.cell import describe_cell, final_values, origin, summary_values

BASE = ("data=digits", "reducer=pca")
NO_NUMBERS = (
    *("seeds=7", "workers=1", "force=true", "output_dir=elsewhere", "allow_constant=true", "data.root=elsewhere"),
    *("data.verify=false", "checkpoint_every=3"),
)
NUMBERS = (
    *("ansatz=1", "r=2", "D=2", "readout_qubit=2", "num_qubits=5", "train.epochs=7", "train.learning_rate=0.5"),
    *("data.classes=[3,6]", "data.converged_above=50", "data.evaluate_on=validation", "protocol=corrected"),
    *("backend=aer", "backend=statevector", "reducer=cnn"),
)


@pytest.mark.slow
@pytest.mark.parametrize("override", [*NO_NUMBERS, *NUMBERS])
def test_parameters_are_equal_exactly_where_the_hash_is(override: str) -> None:
    one, other = load_config(*BASE), load_config(*BASE, override)
    same = config_hash(one) == config_hash(other)
    assert same == (override in NO_NUMBERS)
    assert (describe_cell(one).parameters == describe_cell(other).parameters) == same


def test_neither_trackers_nor_what_a_device_may_cost_are_parameters() -> None:
    plain = RunConfig.model_validate(load_config(*BASE).model_dump())
    with_secret = plain.model_copy(
        update={"logger": plain.logger.model_validate({"mlflow": {"tracking_uri": "http://u:p@h"}})}
    )
    assert describe_cell(plain).parameters == describe_cell(with_secret).parameters
    device = load_config(*BASE, "backend=runtime", "backend.budget_seconds=5")
    assert not [name for name in describe_cell(device).parameters if "budget" in name]
    assert describe_cell(device).parameters["backend.name"] == "fake-manila"


def test_parameters_have_the_names_of_the_command_line(config: RunConfig) -> None:
    parameters = describe_cell(config).parameters
    assert parameters.items() >= {"r": 1, "D": 1, "train.epochs": 6, "data.classes": "[0, 1]"}.items()
    assert set(map(type, parameters.values())) <= {str, int, float, bool}
    assert "backend.shots" not in parameters  # is None
    assert all(len(name) <= 250 and len(str(value)) <= 6000 for name, value in parameters.items())  # MLflow's limits
    assert len(parameters) < 100  # … in one request


def test_the_numbers_of_a_row_are_those_that_end_no_curve(row: dict[str, Any]) -> None:
    expected = {"best_epoch_test_accuracy": 100.0, "converged": 1.0, "aer_agreement": 1.0, "train_seconds": 1.0}
    assert final_values(row) == expected
    del expected["aer_agreement"]
    assert final_values({**row, "aer_agreement": None}) == expected
    assert final_values({**row, "aer_agreement": math.nan}) == expected


def test_the_origin_of_a_row_is_text(row: dict[str, Any]) -> None:
    assert origin(row) == {"commit": "0", "versions": "", "data_fingerprint": "0", "data_official": "True"}


def test_a_cell_of_one_seed_has_no_standard_deviation(rows: pd.DataFrame) -> None:
    values = summary_values(rows.iloc[:1])
    assert values == {
        **{"n_seeds": 1.0, "n_converged": 0.0, "train_accuracy_mean": 99.0},
        **{"test_accuracy_mean": 80.0, "test_accuracy_median": 80.0},
    }
