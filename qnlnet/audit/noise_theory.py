"""What noise does by calculation: counted shots exactly, depolarizing noise where it only scales the output."""

from collections.abc import Iterator

import numpy as np
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.hardware import Inputs

_FIXED = {"rz": (0, 1), "p": (0, 1), "rx": (1, 0), "ry": (1, 1)}  # the operator that a rotation leaves alone
_KNOWN = {*_FIXED, "h", "cx"}
_MOST_STRINGS = 4**6  # Pauli strings to follow; more qubits in reach are left to the simulation

# A Pauli operator is a pair of bits on each qubit: X is (1, 0), Z is (0, 1), Y is (1, 1), none is (0, 0).
_String = tuple[tuple[int, int], ...]
_Counts = tuple[int, int]  # noisy gates on one and on two qubits that have acted on a string


def expected_counted_accuracy(inputs: Inputs, shots: int) -> tuple[float, float]:
    """Returns the accuracy to expect where each expectation value is the mean of `shots` outcomes ±1, and its spread.

    The number of outcomes −1 is binomial, and each such number has a label, so nothing is approximated; the normal
    distribution of `hardware.expected_accuracy` is some percent off at 16 shots, where a mean has 17 values.

    Args:
        inputs: The images.
        shots: Outcomes per image.

    Returns:
        The mean and the standard deviation over draws of the shots, in percent.
    """
    from scipy.stats import binom  # takes a second to import

    outcomes = np.arange(shots + 1)  # how many are −1
    is_zero = inputs.predict(1 - 2 * outcomes / shots) == 0
    down = np.clip((1 - inputs.exact_values) / 2, 0.0, 1.0)
    number = int(is_zero.sum())
    # Labels change once as the mean grows: those that give 0 come first, or last.
    zero = binom.cdf(number - 1, shots, down) if is_zero[0] else binom.sf(shots - number, shots, down)
    right = np.where(inputs.labels == 0, zero, 1 - zero)
    return 100 * float(right.mean()), 100 * float(np.sqrt((right * (1 - right)).sum())) / len(right)


def depolarizing_factor(circuit: QuantumCircuit, observable: SparsePauliOp, probability: float) -> float | None:
    """Returns what depolarizing noise of all gates multiplies an expectation value by, if it does nothing else.

    The observable is followed backwards through the circuit as a sum of Pauli strings (Heisenberg's picture). A noisy
    gate multiplies each string that has an operator on its qubits by 1 − p, and by 1 − p/10 if it is a one-qubit gate.
    Where all strings that the initial state |0…0⟩ can see have met equally many noisy gates, that product is the same
    for all inputs and weights, as in the circuits of Table 1.

    Args:
        circuit: The circuit; gates other than H, P, RX, RY, RZ and CX are left to the simulation.
        observable: One Pauli string.
        probability: p, of two-qubit gates.

    Returns:
        The factor; None where strings have met different numbers of noisy gates, or the circuit is too large to tell.
    """
    x, z = observable.paulis.x, observable.paulis.z
    if len(x) != 1 or any(gate.operation.name not in _KNOWN for gate in circuit.data):
        return None
    start: _String = tuple(zip(x[0].astype(int).tolist(), z[0].astype(int).tolist(), strict=True))
    strings: dict[_String, set[_Counts]] = {start: {(0, 0)}}
    for gate in reversed(circuit.data):
        qubits = [circuit.find_bit(qubit).index for qubit in gate.qubits]
        following: dict[_String, set[_Counts]] = {}
        for string, counts in strings.items():
            if any(string[qubit] != (0, 0) for qubit in qubits):
                counts = {(one + (len(qubits) == 1), two + (len(qubits) == 2)) for one, two in counts}
            for before in _before(gate.operation.name, string, qubits):
                following.setdefault(before, set()).update(counts)
        strings = following
        if len(strings) > _MOST_STRINGS:
            return None
    seen = {count for string, counts in strings.items() if not any(x for x, _ in string) for count in counts}
    if len(seen) != 1:
        return None if seen else 1.0  # nothing reaches the observable: it is 0 with noise and without
    ((one, two),) = seen
    return (1 - probability / 10) ** one * (1 - probability) ** two


def _before(name: str, string: _String, qubits: list[int]) -> Iterator[_String]:
    """Yields the Pauli strings that a gate, whatever its angle, can turn into `string`."""
    changed = list(string)
    if name == "cx":
        control, target = qubits
        (x_control, z_control), (x_target, z_target) = string[control], string[target]
        changed[control], changed[target] = (x_control, z_control ^ z_target), (x_target ^ x_control, z_target)
        yield tuple(changed)
        return
    (qubit,) = qubits
    x, z = string[qubit]
    if name == "h":
        changed[qubit] = (z, x)
        yield tuple(changed)
    elif (x, z) in ((0, 0), _FIXED[name]):
        yield string
    else:  # a rotation mixes the two operators across its axis
        for operator in {(1, 0), (0, 1), (1, 1)} - {_FIXED[name]}:
            changed[qubit] = operator
            yield tuple(changed)
