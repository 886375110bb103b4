"""scripts/light_cones.py: what is committed is complete and agrees, and the command line says what is wrong."""

import itertools
import subprocess
import sys
from pathlib import Path

import light_cones
import numpy as np
import pandas as pd
import pytest

from qnlnet.audit.light_cones.drawings import choose_drawn
from qnlnet.audit.light_cones.rows import Shape, build_circuit, sample_gradients
from qnlnet.simulator import ExactSimulator

COMMITTED = Path(light_cones.__file__).parents[1] / "results" / "light_cones"
ONE = ["--ansatz", "1", "--r", "1", "--D", "1", "--readout-qubit", "3"]


@pytest.fixture(scope="module")
def committed() -> pd.DataFrame:
    return pd.read_csv(COMMITTED / "light_cones.csv", dtype={"ansatz": str}, keep_default_na=False)


def test_the_committed_table_has_all_circuits_and_gradients_agree(committed: pd.DataFrame) -> None:
    keys = list(
        zip(committed.ansatz, committed.r, committed.D, committed.num_qubits, committed.readout_qubit, strict=True)
    )
    assert keys == list(itertools.product("012", (1, 2, 3), (1, 2, 3), [4], range(4)))
    assert set(committed.agrees) == {"yes"}
    constant = committed[committed.constant == "yes"]
    assert constant[["r", "D", "readout_qubit"]].to_numpy().tolist() == [[1, 1, 0]] * 3
    assert (committed.dead_weights != "").all()
    dead = pd.to_numeric(committed.largest_dead_gradient)
    live = pd.to_numeric(committed.smallest_live_gradient[committed.constant == "no"])
    assert dead.max() < 1e-12 < 1e-6 < live.min()
    assert dead.max() > 0  # the derivatives were computed, not left out


def test_the_committed_table_holds_the_known_facts(committed: pd.DataFrame) -> None:
    table = committed.set_index(["ansatz", "r", "D", "readout_qubit"])
    counts = table[["num_live_inputs", "num_live_weights", "num_weights"]]
    assert [counts.loc[ansatz, 1, 1, 3].tolist() for ansatz in "012"] == [[3, 3, 5], [1, 1, 5], [2, 2, 5]]
    assert counts.loc["1", 3, 3, 3].tolist() == [3, 6, 15]
    assert [counts.loc[ansatz, 1, 1, 0].tolist() for ansatz in "012"] == [[0, 0, 5]] * 3
    assert table.loc[("2", 1, 1, 3), "live_inputs"] == "x1 x3"
    assert table.loc[("2", 1, 1, 3), "dead_weights"] == "rz_q0_rep1 ry_q2_rep1 rz_q0_rep1_closing"


def test_what_the_audit_says_of_all_circuits_holds(committed: pd.DataFrame) -> None:
    others = committed[committed.readout_qubit != 0].groupby(["ansatz", "D", "readout_qubit"])
    assert (others[["live_inputs", "live_weights"]].nunique() == 1).all(axis=None)  # whatever r is
    assert all(f"rz_q0_rep{row.D}_closing" in row.dead_weights.split() for row in committed.itertuples())


def test_the_committed_drawings_are_those_of_the_text(committed: pd.DataFrame) -> None:
    drawn = {path.name.partition("_light_cone")[0] for path in COMMITTED.glob("*.svg")}
    required = {f"ansatz{ansatz}_r1_D1_4qubits_readout{readout}" for ansatz in "012" for readout in (0, 3)}
    assert required | {"ansatz1_r3_D3_4qubits_readout3"} <= drawn
    page = (COMMITTED / "light_cones.md").read_text(encoding="utf-8")
    assert page.rpartition(":--")[2].count("\n| ") == len(drawn)
    assert "| 1 | 1 | 1 | 3 | 3 of 16 | `rx_q3_rep1` |" in page


@pytest.mark.parametrize("shape", [Shape("0", 1, 1, 4, 0), Shape("1", 1, 1, 4, 3), Shape("2", 2, 2, 4, 1)])
def test_gradients_are_sampled_from_all_gates_and_are_those_of_the_output(shape: Shape) -> None:
    qnl = build_circuit(shape)
    parameters = [*qnl.input_params, *qnl.weight_params]
    draws = np.random.default_rng(7).uniform(-np.pi, np.pi, (20, len(parameters)))
    _, jacobian = ExactSimulator(qnl.circuit, [qnl.observable], parameters).values_and_jacobian(draws)
    np.testing.assert_allclose(sample_gradients(qnl), np.abs(jacobian[:, 0]).max(axis=0), rtol=0, atol=1e-13)


def test_few_circuits_are_all_drawn_and_many_are_not() -> None:
    few = [Shape("0", r, D, 4, 1) for r in (1, 2) for D in (1, 2)]
    assert choose_drawn(few) == few
    many = [Shape("0", r, D, 4, readout) for r in (1, 3) for D in (1, 3) for readout in range(4)]
    assert choose_drawn(many) == [Shape("0", 1, 1, 4, 0), Shape("0", 1, 1, 4, 3), Shape("0", 3, 3, 4, 3)]


@pytest.mark.slow
def test_one_circuit_is_written_where_one_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert light_cones.main([*ONE, "--output-dir", str(tmp_path)]) == 0
    names = ["light_cones.csv", "light_cones.md", *(f"{Shape('1', 1, 1, 4, 3).stem}.{end}" for end in ("png", "svg"))]
    out, err = capsys.readouterr()
    assert (out.splitlines(), err) == ([str(tmp_path / name) for name in names], "")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    row = pd.read_csv(tmp_path / "light_cones.csv", keep_default_na=False).iloc[0]
    assert (row.live_inputs, row.live_weights, row.num_live_gates, row.num_gates) == ("x3", "rx_q3_rep1", 3, 16)
    assert "| 1 | 1 | 1 | x3; 1 of 5 |" in (tmp_path / "light_cones.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_other_circuits_leave_the_committed_table_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert light_cones.main(["--ansatz", "0", "--num-qubits", "3", "--r", "1", "--D", "1"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["outputs"]
    table = pd.read_csv(tmp_path / "outputs" / "light_cones" / "light_cones.csv", keep_default_na=False)
    assert table.readout_qubit.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--ansatz", "7"], "error: Argument `ansatz` must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry, but is '7'.\n"),
        (["--r", "1", "0"], "error: Argument `r` must be at least 1, but is 0.\n"),
        (["--D", "0"], "error: Argument `D` must be at least 1, but is 0.\n"),
        (["--num-qubits", "1"], "error: Argument `num_qubits` must be at least 2, but is 1.\n"),
        (["--num-qubits", "5"], "error: Argument `num_qubits` must be 4 for ansatz 2, "),
        (["--readout-qubit", "4"], "error: Argument `readout_qubit` must be between 0 and 3, but is 4.\n"),
    ],
)
def test_mistakes_are_one_sentence_and_write_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert light_cones.main([*arguments, "--output-dir", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(message)
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_folder_that_can_not_be_written_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert light_cones.main([*ONE, "--output-dir", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.startswith("error: The file ")


def test_help_explains_the_options_and_imports_nothing_heavy() -> None:
    command = [sys.executable, "-X", "importtime", light_cones.__file__, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    for words in (
        "--ansatz",
        "--r N",
        "--D N",
        "--num-qubits",
        "--readout-qubit",
        "results/light_cones",
        "Exit status",
    ):
        assert words in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"pandas", "qiskit", "numba", "matplotlib"}
