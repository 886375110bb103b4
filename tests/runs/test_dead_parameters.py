"""A run says at its start which inputs and weights cannot reach the output, once for each circuit."""

from collections.abc import Callable

import pytest

from qnlnet.config import RunConfig, load_config
from qnlnet.runs import run
from qnlnet.runs.dead_parameters import DeadParameters

MakeCell = Callable[..., RunConfig]
ANSATZ_1 = (
    "4 of 5 weights of the circuit (rz_q0_rep1, ry_q1_rep1, ry_q2_rep1, rz_q0_rep1_closing) and 3 of 4 inputs "
    "(x0, x1, x2) cannot reach the output; scripts/light_cones.py shows which gates"
)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["ansatz=1"], ANSATZ_1),
        (["D=2"], "3 of 10 weights of the circuit (rz_q0_rep1_closing, rz_q0_rep2, rz_q0_rep2_closing) cannot reach"),
        (
            ["ansatz=1", "D=3", "r=3"],
            "9 of 15 weights of the circuit (rz_q0_rep1, rz_q0_rep1_closing, rz_q0_rep2, ry_q1_rep2, "
            "rz_q0_rep2_closing, 4 more) and 1 of 4 inputs (x0) cannot reach",
        ),
        (["readout_qubit=0"], "(x0, x1, x2, x3) cannot reach"),
    ],
)
def test_the_sentence_says_how_many_and_which(overrides: list[str], said: str) -> None:
    sentence = DeadParameters().sentence(load_config(*overrides))
    assert said in sentence
    assert "\n" not in sentence


def test_each_circuit_is_spoken_of_once() -> None:
    dead = DeadParameters()
    assert dead.sentence(load_config("ansatz=1")) == ANSATZ_1
    for same in (["ansatz=1"], ["ansatz=1", "train.learning_rate=0.2"], ["ansatz=1", "reducer=pca", "seeds=7"]):
        assert dead.sentence(load_config(*same)) == ""
    for other in (["ansatz=0"], ["ansatz=1", "r=2"], ["ansatz=1", "D=2"], ["ansatz=1", "readout_qubit=2"]):
        assert dead.sentence(load_config(*other)) != ""


def notes(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Returns the lines about circuits, and checks that nothing is said of training before one of them."""
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("Compiling")]
    assert "cannot reach" in lines[0]
    return [line for line in lines if "cannot reach" in line]


@pytest.mark.slow
def test_a_run_says_it_before_it_trains_and_not_for_finished_cells(
    make_cell: MakeCell, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = (make_cell("ansatz=1", "seeds=2", f"train.learning_rate={rate}", folder=rate) for rate in ("0.1", "0.2"))
    run([one, two])
    (line,) = notes(capsys)
    assert line.startswith("digits 0/1, pca, ansatz 1, seed ")
    assert line.endswith(f": {ANSATZ_1}")
    run([one, two])
    assert capsys.readouterr().err == ""
    run([one, make_cell("ansatz=2", "seeds=1", folder="three")])
    (line,) = notes(capsys)
    assert line.startswith("digits 0/1, pca, ansatz 2, seed 0: ")


@pytest.mark.slow
def test_a_replica_that_can_not_be_built_says_what_is_wrong_and_no_more(
    make_cell: MakeCell, capsys: pytest.CaptureFixture[str]
) -> None:
    (outcome,) = run([make_cell("backend=aer", "backend.noise=nonsense", "seeds=1")])
    assert outcome.status == "failed"
    assert capsys.readouterr().err == ""
