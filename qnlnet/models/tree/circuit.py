"""The circuits: blocks in the order of a tree (TTN), or of a tree with disentanglers between its levels (MERA).

Of the two qubits of a tree's block one is not looked at again; ⟨Z⟩ of the last one is the output.
"""

from collections.abc import Mapping, Sequence

from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.circuits import Circuit
from qnlnet.models.tree.blocks import IDENTITY, AppendBlock, append_general_block, append_simple_block

QUBITS = 8
READ = 5
# Control and target of each block. In the paper's figure the target goes on to the next level; in MathWorks' example
# the control of 2 → 3, 6 → 7 and 5 → 6 does.
TREES: Mapping[str, tuple[tuple[int, int], ...]] = {
    "figure": ((0, 1), (3, 2), (4, 5), (7, 6), (1, 2), (6, 5), (2, 5)),
    "matlab": ((0, 1), (2, 3), (4, 5), (6, 7), (1, 2), (5, 6), (2, 5)),
}
_DISENTANGLERS = ((1, 2), (3, 4), (5, 6), (2, 5))  # three before the first level of the figure's tree, then one
_FIRST_LEVEL = 4  # blocks
_BLOCKS: Mapping[str, AppendBlock] = {"simple_real": append_simple_block, "general_complex": append_general_block}
_WEIGHTS = {"simple_real": 2, "general_complex": len(IDENTITY)}  # of a block


def count_tree_weights(unitary: str) -> int:
    """Returns how many weights the blocks of a tree have, without disentanglers."""
    return len(TREES["figure"]) * _WEIGHTS[unitary]


def count_disentanglers() -> int:
    """Returns how many blocks a MERA has beside those of its tree."""
    return len(_DISENTANGLERS)


def build_circuit(unitary: str, blocks: str = "figure", *, disentangled: bool = False) -> Circuit:
    """Returns RY(2x) of each input x on its qubit, then the blocks; ⟨Z⟩ of qubit 5.

    The weights of the tree's blocks come first, in their order, then those of the disentanglers, wherever their gates
    stand.

    Args:
        unitary: Kind of a block, ``simple_real`` or ``general_complex``.
        blocks: Order of the tree's blocks, as in `TREES`.
        disentangled: Whether there are disentanglers, which the figure's tree can have: a MERA, else a TTN.
    """
    inputs = ParameterVector("x", QUBITS)
    circuit = QuantumCircuit(QUBITS, name="MERA" if disentangled else "TTN")
    for qubit, angle in enumerate(inputs):
        circuit.ry(2 * angle, qubit)
    tree = _name(TREES[blocks], "block")
    first, second = tree[:_FIRST_LEVEL], tree[_FIRST_LEVEL:]
    disentanglers = _name(_DISENTANGLERS, "disentangler") if disentangled else []
    weights: dict[str, list[Parameter]] = {}
    for control, target, name in (*disentanglers[:-1], *first, *disentanglers[-1:], *second):
        weights[name] = _BLOCKS[unitary](circuit, control, target, name)
    ordered = tuple(weight for _, _, name in (*tree, *disentanglers) for weight in weights[name])
    output = SparsePauliOp.from_sparse_list([("Z", [READ], 1.0)], QUBITS)
    return Circuit(circuit, tuple(inputs), ordered, (output,))


def _name(pairs: Sequence[tuple[int, int]], kind: str) -> list[tuple[int, int, str]]:
    return [(control, target, f"{kind}{number}") for number, (control, target) in enumerate(pairs, 1)]
