"""The circuit of one neuron for given signs, which its formula in `neurons` holds for."""

import math
from collections.abc import Sequence

from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.circuit.library import DiagonalGate

from qnlnet.circuits import Circuit, append_angles, measure_outcomes
from qnlnet.errors import argument_error


def build_overlap_circuit(signs: Sequence[int]) -> Circuit:
    """Returns a neuron of the U-layer: amplitudes, a sign for each, H on all qubits, and the probability of 0…0.

    Args:
        signs: 1 or −1 for each of 2^qubits amplitudes, bit k of whose number is qubit k.

    Raises:
        ArgumentError: They are not a power of two, or but one.
    """
    count = _count_qubits(signs)
    circuit = QuantumCircuit(count, name="U neuron")
    circuit.append(DiagonalGate(list(signs)), range(count))
    circuit.h(range(count))
    return Circuit(circuit, (), (), measure_outcomes(count)[:1], takes_amplitudes=True)


def build_bits_circuit(signs: Sequence[int]) -> Circuit:
    """Returns a neuron of the P-layer: a qubit for each input, others that count them, and their probability of 0…0.

    Inputs are angles of RY, 2 arcsin √p, so that qubit i is |1⟩ with probability p_i; X flips those of a sign −1. The
    counting qubits, the last ones, are in all their states at once; where they say i the phase turns if qubit i is
    |1⟩. H on each of them adds up the signs.

    Args:
        signs: 1 or −1 for each input, of which there are a power of two.

    Raises:
        ArgumentError: They are not a power of two, or but one.
    """
    inputs = len(signs)
    counting = list(range(inputs, inputs + _count_qubits(signs)))
    angles = ParameterVector("x", inputs)
    circuit = QuantumCircuit(inputs + len(counting), name="P neuron")
    append_angles(circuit, list(angles), "ry")
    circuit.h(counting)
    for number, sign in enumerate(signs):
        if sign < 0:
            circuit.x(number)
        zeros = [qubit for bit, qubit in enumerate(counting) if not number >> bit & 1]
        if zeros:
            circuit.x(zeros)
        circuit.mcp(math.pi, counting, number)
        if zeros:
            circuit.x(zeros)
    circuit.h(counting)
    observables = measure_outcomes(circuit.num_qubits, counting)[:1]
    return Circuit(circuit, tuple(angles), (), observables)


def _count_qubits(signs: Sequence[int]) -> int:
    if len(signs) < 2 or len(signs).bit_count() != 1:
        raise argument_error("signs", "be a power of two of them, two or more", len(signs))
    return (len(signs) - 1).bit_length()
