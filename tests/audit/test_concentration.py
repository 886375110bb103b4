"""scripts/kernel_concentration.py: the variance of kernels' entries, and what is written of it."""

from pathlib import Path

import kernel_concentration
import numpy as np
import pandas as pd
import pytest

from qnlnet.audit.concentration.rows import COLUMNS, Setting, measure, random_variance, read_rows, spread_of_entries
from qnlnet.config import load_config
from qnlnet.data import load_dataset
from qnlnet.errors import ArgumentError, ResultsError
from qnlnet.evidence.checking.folders import check_folder
from qnlnet.models.features import PrincipalComponents, extract_features
from qnlnet.seeding import generator
from qnlnet.simulator import overlaps

FEW = ["--data", "digits", "--qubits", "2", "4", "--bandwidth", "0.5", "--seeds", "2", "--images", "20"]


def test_entries_off_the_diagonal_count_once() -> None:
    kernel = np.random.default_rng(0).random((6, 6))
    entries = [kernel[i, j] for i in range(6) for j in range(i + 1, 6)]
    assert spread_of_entries(kernel) == pytest.approx((np.mean(entries), np.var(entries)))
    with pytest.raises(ArgumentError, match=r"^Argument `kernel` must be square, of three rows or more, but is"):
        spread_of_entries(np.eye(2))


def test_random_states_have_the_variance_of_the_formula() -> None:
    drawn = np.random.default_rng(0).normal(size=(2, 600, 8))
    states = drawn[0] + 1j * drawn[1]
    states /= np.linalg.norm(states, axis=1, keepdims=True)
    assert spread_of_entries(overlaps(states))[1] == pytest.approx(random_variance(3), rel=0.02)


@pytest.mark.slow
def test_kernels_are_those_of_the_components_that_a_model_sees() -> None:
    data = load_config("data=digits").data
    rows = measure(data, Setting((2, 4), (0.5,), 1.0, 1, 20))
    seen = extract_features(load_dataset(data), data, PrincipalComponents(4)).train
    drawn = generator(0, "training subset").choice(len(seen), 20, replace=False)
    x = seen[drawn].astype(float)
    d = (x[:, None] - x) / 2
    expected = spread_of_entries(np.cos(d[..., 0] + d[..., 3]) ** 2 * np.cos(d[..., 1] + d[..., 2]) ** 2)
    (ours,) = rows[(rows.feature_map == "cp") & (rows.kernel == "fidelity") & (rows.num_qubits == 2)].to_dict("records")
    assert (ours["mean"], ours["variance"]) == pytest.approx(expected, rel=1e-4)  # components are float32


@pytest.mark.slow
def test_rows_table_and_figure_are_written_and_agree(tmp_path: Path) -> None:
    assert kernel_concentration.main([*FEW, "--output-dir", str(tmp_path)]) == 0
    rows = read_rows(tmp_path / "concentration.csv")
    assert len(rows) == 4 * 2 * 2 * 2  # feature maps, kernels, numbers of qubits, draws
    assert tuple(rows.columns) == COLUMNS
    assert (rows.variance > 0).all()
    assert check_folder(tmp_path, "concentration").problems == []
    rows.assign(variance=rows.variance / 2).to_csv(tmp_path / "concentration.csv", index=False)
    assert check_folder(tmp_path, "concentration").problems


def test_another_table_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_csv(tmp_path / "concentration.csv", index=False)
    with pytest.raises(ResultsError, match=r"^concentration.csv must have the columns dataset, .* but has a\.$"):
        read_rows(tmp_path / "concentration.csv")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--qubits", "3"], "Argument `--qubits` must be even, from 2 to 12, but is 3."),
        (["--bandwidth", "0"], "Argument `--bandwidth` must be above 0 and at most 1000000, but is 0.0."),
        (["--images", "2"], "Argument `--images` must be at least 3, but is 2."),
        (["--images", "100000"], "Argument `images` must be from 3 to the 269 training images, but is 100000."),
    ],
)
def test_bad_options_are_refused(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kernel_concentration.main(["--data", "digits", *words, "--output-dir", str(tmp_path)]) == 2
    assert capsys.readouterr().err.strip().endswith(sentence)
