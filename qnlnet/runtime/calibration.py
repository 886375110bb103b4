"""What errors say about an instruction of a device."""


def always_fails(error: float | None, num_qubits: int) -> bool:
    """Returns whether an instruction leaves nothing of a state.

    A gate that replaces n qubits by random ones has the average infidelity 1 − 2⁻ⁿ, a measurement that flips a coin the
    error ½. Calibrations say 1 of gates that could not be measured. An error that is not known is none.

    Args:
        error: The average infidelity of a gate, or the probability of a wrong outcome; None if it is not known.
        num_qubits: How many qubits the instruction acts on.
    """
    return error is not None and not error < 1 - 0.5**num_qubits
