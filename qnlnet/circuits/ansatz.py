"""One repetition of the variational circuit: an `AnsatzConfig` resolved for a number of qubits."""

import itertools
from dataclasses import dataclass

from qnlnet.config import AnsatzConfig
from qnlnet.config.ansatz import TURNING_ENTANGLERS, QubitIndex, RotationConfig
from qnlnet.errors import argument_error


@dataclass(frozen=True)
class Rotation:
    """A rotation gate, ``rx``, ``ry`` or ``rz``, on one qubit, with a weight of its own as the angle."""

    gate: str
    qubit: int


@dataclass(frozen=True)
class Entangler:
    """A two-qubit gate; the control comes first where the gate has one."""

    gate: str
    qubits: tuple[int, int]

    @property
    def turns(self) -> bool:
        """Whether it has an angle, which is a weight of its own."""
        return self.gate in TURNING_ENTANGLERS


@dataclass(frozen=True)
class Ansatz:
    """The gates of one repetition, in order: rotations, entangling gates, closing rotations."""

    rotations: tuple[Rotation, ...]
    entangling: tuple[Entangler, ...]
    closing_rotations: tuple[Rotation, ...]

    @property
    def num_weights(self) -> int:
        """Weights of one repetition."""
        turning = sum(entangler.turns for entangler in self.entangling)
        return len(self.rotations) + turning + len(self.closing_rotations)


def resolve_ansatz(config: AnsatzConfig, num_qubits: int) -> Ansatz:
    """Resolves the groups and paths of `config` for `num_qubits` qubits.

    Raises:
        ArgumentError: The ansatz is not defined for this number of qubits, names a qubit that does not exist or one
            twice where that means nothing, or has no weight.
    """
    if config.num_qubits not in (None, num_qubits):
        raise argument_error(
            "num_qubits", f"be {config.num_qubits} for ansatz {config.name}, which is defined for no other", num_qubits
        )
    ansatz = Ansatz(
        rotations=_resolve_rotations("rotations", config.rotations, num_qubits),
        entangling=tuple(
            Entangler(entangler.gate, pair)
            for entangler in config.entanglers
            for pair in _resolve_path(entangler.path, num_qubits)
        ),
        closing_rotations=_resolve_rotations("closing_rotations", config.closing_rotations, num_qubits),
    )
    if not ansatz.num_weights:
        advice = (
            f"Such gates are rotations, closing rotations, and {', '.join(TURNING_ENTANGLERS)} as entangling gates."
        )
        requirement = f"have a gate with a weight on {num_qubits} qubits, as there is nothing to train without"
        raise argument_error("ansatz.rotations", requirement, [one.model_dump() for one in config.rotations], advice)
    return ansatz


def _resolve_rotations(name: str, rotations: tuple[RotationConfig, ...], num_qubits: int) -> tuple[Rotation, ...]:
    groups = {
        "first": [0],
        "middle": range(1, num_qubits - 1),
        "last": [num_qubits - 1],
        "all": range(num_qubits),
    }
    resolved = []
    for rotation in rotations:
        group = groups[rotation.qubits] if isinstance(rotation.qubits, str) else rotation.qubits
        qubits = [_resolve_qubit(qubit, num_qubits) for qubit in group]
        if isinstance(rotation.qubits, tuple) and (not qubits or len(set(qubits)) < len(qubits)):
            advice = "The same gate again on a qubit stands in a line of its own, after others."
            requirement = f"name at least one of the {num_qubits} qubits, each once"
            raise argument_error(f"ansatz.{name}", requirement, list(rotation.qubits), advice)
        resolved += [Rotation(rotation.gate, qubit) for qubit in qubits]
    return tuple(resolved)


def _resolve_path(path: tuple[QubitIndex, ...], num_qubits: int) -> list[tuple[int, int]]:
    """Returns the pairs along a path such as (1, "...", -1, 0): 1→2, …, n−2→n−1, n−1→0."""
    qubits: list[int] = []
    for position, stop in enumerate(path):
        if stop == "...":
            if not 0 < position < len(path) - 1 or "..." in (path[position - 1], path[position + 1]):
                raise argument_error("ansatz.entangling", "have a qubit on both sides of each '...'", list(path))
            start, end = qubits[-1], _resolve_qubit(path[position + 1], num_qubits)
            step = 1 if end >= start else -1
            qubits.extend(range(start + step, end, step))
            continue
        qubit = _resolve_qubit(stop, num_qubits)
        if not qubits or qubits[-1] != qubit:
            qubits.append(qubit)
        elif path[position - 1] != "...":  # "1, ..., −1" is a single stop when the last qubit is qubit 1
            advice = "A gate needs a control and a target."
            requirement = f"name two different of the {num_qubits} qubits one after the other"
            raise argument_error("ansatz.entangling", requirement, list(path), advice)
    if len(path) < 2:
        raise argument_error("ansatz.entangling", "name at least two qubits in each path", list(path))
    return list(itertools.pairwise(qubits))


def _resolve_qubit(index: QubitIndex, num_qubits: int) -> int:
    if not isinstance(index, int) or not -num_qubits <= index < num_qubits:
        raise argument_error("ansatz", f"name qubits between 0 and {num_qubits - 1} (or −1 for the last, −2, …)", index)
    return index % num_qubits
