"""Which gates can be taken out of a circuit, all at once, without changing its outputs, from the circuit alone.

In the Heisenberg picture the observable is carried backwards through the gates. A rotation by θ about a generator that
anticommutes with a Pauli string P turns it into cos θ P + sin θ P′; a Clifford gate turns it into another string. An
output is thus a sum over paths of strings, of which only those count that end without X and Y, as ⟨0…0|P|0…0⟩ is zero
for the others. A string from which no path ends so is called lost. For a gate and the strings behind it there are two
cases in which the output is the same without it:

* the string is not lost, and the gate leaves it as it is;
* the string is lost, and would also be lost if the gate were not there.

Where one of these holds for all strings, the gate is taken out, and the next one is judged in what remains. That a gate
can be taken out is certain. That it cannot is not: paths may cancel by their coefficients, such as those of RZ(x) and
RZ(−x), which are not looked at.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from qnlnet.simulator.clifford import conjugate
from qnlnet.simulator.gates import ROTATION, Operation, Pauli
from qnlnet.simulator.light_cone import MAX_STRINGS, commute

Gate = tuple[Operation, ...]  # one operation; three CX for a SWAP; none for a barrier


def find_dead_gates(gates: Sequence[Gate], strings: Iterable[Pauli], *, any_start: bool = False) -> frozenset[int]:
    """Returns the positions of gates without which the expectation values of all `strings` are the same.

    Where more than `MAX_STRINGS` strings occur, everything earlier counts as alive; gates are then looked at as late as
    those behind them on their qubits allow, as few strings occur there.

    Args:
        gates: The circuit.
        strings: The Pauli strings of its observables.
        any_start: Whether the outputs must stay the same from every state that it may start from, not from |0…0⟩ alone.
    """
    return _find_once(tuple(gates), frozenset(strings), any_start)


@lru_cache(maxsize=64)  # the cells of a table share circuits, and a thousand gates take seconds
def _find_once(gates: tuple[Gate, ...], strings: frozenset[Pauli], any_start: bool) -> frozenset[int]:
    dead, is_whole = _find_dead_gates(gates, strings, any_start)
    if is_whole:
        return frozenset(dead)
    order = _order_late(gates)
    dead, _ = _find_dead_gates([gates[position] for position in order], strings, any_start)
    return frozenset(order[place] for place in dead)


def _find_dead_gates(gates: Sequence[Gate], strings: Collection[Pauli], any_start: bool) -> tuple[list[int], bool]:
    """Returns the positions of dead gates, and whether all gates could be looked at."""
    layers = _carry_back(gates, strings)
    first = len(gates) - len(layers)
    kept = _KeptGates(is_start=first == 0 and not any_start)
    dead = []
    for position, layer in enumerate(layers, start=first):
        gate = gates[position]
        images = {string: _images(gate, string) for string in layer}
        found = kept.not_lost({*layer, *(image for some in images.values() for image in some)})
        if all(
            _leaves_alone(gate, string) if found.intersection(images[string]) else string not in found
            for string in layer
        ):
            dead.append(position)
        else:
            kept.append(gate)
    return dead, first == 0


def _order_late(gates: Sequence[Gate]) -> list[int]:
    """Returns the positions of gates in an order of the same circuit in which each stands as late as it can."""
    behind: dict[int, int] = {}  # the most gates one behind the other that follow on a qubit
    counts = [0] * len(gates)
    for position in range(len(gates) - 1, -1, -1):
        qubits = {qubit for operation in gates[position] for qubit in _qubits_of(operation)}
        counts[position] = 1 + max((behind.get(qubit, 0) for qubit in qubits), default=-1)
        behind |= dict.fromkeys(qubits, counts[position])
    return sorted(range(len(gates)), key=lambda position: -counts[position])


def _qubits_of(operation: Operation) -> Iterable[int]:
    if operation.kind != ROTATION:
        return operation.qubits
    mask = operation.x_mask | operation.z_mask
    return (qubit for qubit in range(mask.bit_length()) if mask >> qubit & 1)


def turns_by(operation: Operation) -> int | None:
    """Returns the parameter by which a rotation turns; None for a constant angle, and for other operations."""
    angle = operation.angle
    return None if angle is None or angle.scale == 0 else angle.parameter


class _KeptGates:
    """The beginning of a circuit, without what has been taken out.

    Args:
        is_start: Whether it begins with |0…0⟩; nothing is lost in a state of which nothing is known.
    """

    def __init__(self, is_start: bool) -> None:
        self._is_start = is_start
        self._gates: list[Gate] = []
        self._known: list[dict[Pauli, bool]] = [{}]  # behind so many gates: whether a string is not lost

    def append(self, gate: Gate) -> None:
        self._gates.append(gate)
        self._known.append({})

    def not_lost(self, strings: Collection[Pauli]) -> set[Pauli]:
        """Returns those of the strings, measured behind all gates, from which a path ends without X and Y."""
        wanted, unknown = set(strings), []
        for depth in range(len(self._gates), -1, -1):
            asked = wanted - self._known[depth].keys()
            unknown.append((depth, asked))
            if len(asked) > MAX_STRINGS:
                self._known[depth] |= dict.fromkeys(asked, True)
            if depth == 0 or not asked or len(asked) > MAX_STRINGS:
                break
            wanted = {image for string in asked for image in _images(self._gates[depth - 1], string)}
        for depth, asked in reversed(unknown):
            known = self._known[depth]
            for string in asked - known.keys():
                known[string] = self._survives(depth, string)
        return {string for string in strings if self._known[-1][string]}

    def _survives(self, depth: int, string: Pauli) -> bool:
        if depth == 0:
            return string[0] == 0 or not self._is_start
        return any(self._known[depth - 1][image] for image in _images(self._gates[depth - 1], string))


def _carry_back(gates: Sequence[Gate], strings: Collection[Pauli]) -> list[set[Pauli]]:
    """Returns the strings that can occur behind each of the last gates, as many as can be followed, in order."""
    layers, strings = [], set(strings)
    for gate in reversed(gates):
        if len(strings) > MAX_STRINGS:
            break
        layers.append(strings)
        strings = {image for string in strings for image in _images(gate, string)}
    return layers[::-1]


def _images(gate: Gate, string: Pauli) -> set[Pauli]:
    """Returns the strings that can occur in U† P U, without their coefficients."""
    images = {string}
    for operation in reversed(gate):
        images = {image for one in images for image in _images_of_operation(operation, one)}
    return images


def _images_of_operation(operation: Operation, string: Pauli) -> tuple[Pauli, ...]:
    if operation.kind != ROTATION:
        return (conjugate(operation, string)[1],)
    if commute((operation.x_mask, operation.z_mask), string):
        return (string,)
    turned = string[0] ^ operation.x_mask, string[1] ^ operation.z_mask
    quarters = _quarter_turns(operation)
    if quarters is None:
        return string, turned
    return (turned if quarters % 2 else string,)


def _leaves_alone(gate: Gate, string: Pauli) -> bool:
    """Returns whether U† P U = P, with its sign."""
    image, is_flipped = string, False
    for operation in reversed(gate):
        if operation.kind != ROTATION:
            flips, image = conjugate(operation, image)
            is_flipped ^= flips
        elif not commute((operation.x_mask, operation.z_mask), image) and _quarter_turns(operation) != 0:
            return False
    return image == string and not is_flipped


def _quarter_turns(operation: Operation) -> int | None:
    """Returns how many quarter turns, modulo 4, a rotation by a constant angle is; None if it is something else.

    The floating-point number next to a multiple of π/2 counts as that multiple.
    """
    if operation.angle is None or turns_by(operation) is not None:
        return None
    quarters = operation.angle.offset / (math.pi / 2)
    return int(quarters) % 4 if quarters.is_integer() else None
