"""An ansatz is data: groups of qubits, paths, and what a person can write into a file of their own."""

from pathlib import Path
from typing import Any

import pytest

import qnlnet.config.compose
import qnlnet.config.explanations
from qnlnet.circuits import Rotation, circuit_from_config, resolve_ansatz
from qnlnet.config import AnsatzConfig, load_config
from qnlnet.errors import ArgumentError

OWN_ANSATZ = """
# A ring with a rotation on every qubit, then RX on qubits 0 and 2.
name: ring
rotations:
  - {gate: ry, qubits: all}
entangling:
  - [0, ..., -1, 0]
closing_rotations:
  - {gate: rx, qubits: [0, 2]}
"""


def resolve_path(*stops: Any, num_qubits: int = 5) -> tuple[tuple[int, int], ...]:
    config = AnsatzConfig(name="own", rotations=({"gate": "rx", "qubits": "all"},), entangling=(stops,))
    entanglers = resolve_ansatz(config, num_qubits).entangling
    assert {entangler.gate for entangler in entanglers} <= {"cx"}
    return tuple(entangler.qubits for entangler in entanglers)


@pytest.mark.parametrize(
    ("stops", "pairs"),
    [
        ((0, 1), [(0, 1)]),
        ((3, 1, 2), [(3, 1), (1, 2)]),
        ((-1, 0), [(4, 0)]),
        ((-5, -2), [(0, 3)]),
        ((0, "...", 3), [(0, 1), (1, 2), (2, 3)]),
        ((3, "...", 1), [(3, 2), (2, 1)]),
        ((0, "...", 3, "...", 1), [(0, 1), (1, 2), (2, 3), (3, 2), (2, 1)]),
        ((1, "...", 1), []),
        ((1, "...", 2), [(1, 2)]),
    ],
)
def test_paths(stops: tuple[Any, ...], pairs: list[tuple[int, int]]) -> None:
    assert resolve_path(*stops) == tuple(pairs)


@pytest.mark.parametrize("stops", [(0, 5), (0, -6), (7, "...", 1), (0, "...", 9)])
def test_paths_to_qubits_that_do_not_exist_are_refused(stops: tuple[Any, ...]) -> None:
    with pytest.raises(ArgumentError, match="`ansatz` must name qubits between 0 and 4"):
        resolve_path(*stops)


@pytest.mark.parametrize("stops", [("...", 1), (1, "..."), (0, "...", "...", 3), ("...",)])
def test_dots_without_a_qubit_on_both_sides_are_refused(stops: tuple[Any, ...]) -> None:
    with pytest.raises(ArgumentError, match=r"must have a qubit on both sides of each '\.\.\.'"):
        resolve_path(*stops)


@pytest.mark.parametrize(
    ("group", "qubits"),
    [("first", [0]), ("middle", [1, 2, 3]), ("last", [4]), ("all", [0, 1, 2, 3, 4]), ([3, -1], [3, 4])],
)
def test_groups_of_rotations(group: Any, qubits: list[int]) -> None:
    config = AnsatzConfig(name="own", rotations=({"gate": "rx", "qubits": group},), entangling=())
    resolved = resolve_ansatz(config, num_qubits=5)
    assert resolved.rotations == tuple(Rotation("rx", qubit) for qubit in qubits)
    assert resolved.num_weights == len(qubits)


def test_rotation_on_a_qubit_that_does_not_exist_is_refused() -> None:
    config = AnsatzConfig(name="own", rotations=({"gate": "rx", "qubits": [9]},), entangling=())
    with pytest.raises(ArgumentError, match=r"`ansatz` must name qubits between 0 and 3 .* but is 9"):
        resolve_ansatz(config, num_qubits=4)


def test_ansatz_file_of_a_persons_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configs = tmp_path / "configs"
    for source in qnlnet.config.CONFIG_DIR.rglob("*.yaml"):
        target = configs / source.relative_to(qnlnet.config.CONFIG_DIR)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    (configs / "ansatz" / "ring.yaml").write_text(OWN_ANSATZ, encoding="utf-8")
    for module in (qnlnet.config.compose, qnlnet.config.explanations):
        monkeypatch.setattr(module, "CONFIG_DIR", configs)

    qnl = circuit_from_config(load_config("ansatz=ring", "num_qubits=3", "readout_qubit=1", "D=2"))
    expected = ["ry_q0_rep{}", "ry_q1_rep{}", "ry_q2_rep{}", "rx_q0_rep{}_closing", "rx_q2_rep{}_closing"]
    assert list(qnl.weight_names) == [name.format(k) for k in (1, 2) for name in expected]
    pairs = [
        tuple(qnl.circuit.find_bit(qubit).index for qubit in instruction.qubits)
        for instruction in qnl.circuit.data
        if instruction.operation.name == "cx"
    ]
    assert pairs == 2 * [(0, 1), (1, 2), (2, 0)]
    with pytest.raises(
        ArgumentError, match=r"must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry, ring, but is 'rung'\. Did you mean `ring`\?"
    ):
        load_config("ansatz=rung")


def test_path_on_the_command_line_is_checked_when_the_circuit_is_built() -> None:
    config = load_config("ansatz.entangling=[[0,9]]", "ansatz.name=far")
    with pytest.raises(ArgumentError, match=r"`ansatz` must name qubits between 0 and 3 .* but is 9"):
        circuit_from_config(config)
