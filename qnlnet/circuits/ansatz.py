"""One repetition of the variational circuit: an `AnsatzConfig` resolved for a number of qubits."""

import itertools
from dataclasses import dataclass

from qnlnet.config import AnsatzConfig
from qnlnet.config.schema import QubitIndex, RotationConfig
from qnlnet.errors import argument_error


@dataclass(frozen=True)
class Rotation:
    """A rotation gate, ``rx``, ``ry`` or ``rz``, on one qubit, with a weight of its own as the angle."""

    gate: str
    qubit: int


@dataclass(frozen=True)
class Ansatz:
    """The gates of one repetition, in order: rotations, CX gates (control, target), closing rotations."""

    rotations: tuple[Rotation, ...]
    entangling: tuple[tuple[int, int], ...]
    closing_rotations: tuple[Rotation, ...]

    @property
    def num_weights(self) -> int:
        """Weights of one repetition."""
        return len(self.rotations) + len(self.closing_rotations)


def resolve_ansatz(config: AnsatzConfig, num_qubits: int) -> Ansatz:
    """Resolves the groups and paths of `config` for `num_qubits` qubits.

    Raises:
        ArgumentError: The ansatz is not defined for this number of qubits, or names a qubit that does not exist.
    """
    if config.num_qubits not in (None, num_qubits):
        raise argument_error(
            "num_qubits", f"be {config.num_qubits} for ansatz {config.name}, which is defined for no other", num_qubits
        )
    return Ansatz(
        rotations=_resolve_rotations(config.rotations, num_qubits),
        entangling=tuple(pair for path in config.entangling for pair in _resolve_path(path, num_qubits)),
        closing_rotations=_resolve_rotations(config.closing_rotations, num_qubits),
    )


def _resolve_rotations(rotations: tuple[RotationConfig, ...], num_qubits: int) -> tuple[Rotation, ...]:
    groups = {
        "first": [0],
        "middle": range(1, num_qubits - 1),
        "last": [num_qubits - 1],
        "all": range(num_qubits),
    }
    return tuple(
        Rotation(rotation.gate, _resolve_qubit(qubit, num_qubits))
        for rotation in rotations
        for qubit in (groups[rotation.qubits] if isinstance(rotation.qubits, str) else rotation.qubits)
    )


def _resolve_path(path: tuple[QubitIndex, ...], num_qubits: int) -> list[tuple[int, int]]:
    """Returns the CX pairs along a path such as (1, "...", -1, 0): 1→2, …, n−2→n−1, n−1→0."""
    qubits: list[int] = []
    for position, stop in enumerate(path):
        if stop == "...":
            if not 0 < position < len(path) - 1 or "..." in (path[position - 1], path[position + 1]):
                raise argument_error("ansatz.entangling", "have a qubit on both sides of each '...'", list(path))
            start, end = qubits[-1], _resolve_qubit(path[position + 1], num_qubits)
            step = 1 if end >= start else -1
            qubits.extend(range(start + step, end, step))
        else:
            qubit = _resolve_qubit(stop, num_qubits)
            if not qubits or qubits[-1] != qubit:  # "1, ..., −1" is a single stop when the last qubit is qubit 1
                qubits.append(qubit)
    return list(itertools.pairwise(qubits))


def _resolve_qubit(index: QubitIndex, num_qubits: int) -> int:
    if not isinstance(index, int) or not -num_qubits <= index < num_qubits:
        raise argument_error("ansatz", f"name qubits between 0 and {num_qubits - 1} (or −1 for the last, −2, …)", index)
    return index % num_qubits
