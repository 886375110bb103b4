"""The circuits of Table 1 as formulas: with r = D = 1 and readout 3 each is a product of sines and cosines.

With x the inputs and w the weights in the order of `Circuit.weight_params`,

    ansatz 0: ⟨Z₃⟩ = sin w₁ cos 2x₁ · sin w₂ cos 2x₂ · sin w₃ sin 2x₃
    ansatz 1: ⟨Z₃⟩ = sin w₃ sin 2x₃
    ansatz 2: ⟨Z₃⟩ = −sin w₁ cos 2x₁ · sin w₃ sin 2x₃

after H and P the Bloch vector of qubit k is (cos 2x_k, sin 2x_k, 0), the rotations turn a component of it to the z
axis, and the CX gates multiply the Z of qubit 3 with those of other qubits.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from qnlnet.config import AnsatzConfig
from qnlnet.errors import argument_error

NUM_QUBITS, NUM_WEIGHTS = 4, 5


@dataclass(frozen=True)
class ClosedForm:
    """sign · Π sin w_j · Π cos 2x_i · Π sin 2x_i.

    Attributes:
        sign: 1 or −1.
        sine_weights: The weights j.
        cosine_inputs: The inputs i under a cosine.
        sine_inputs: The inputs i under a sine.
    """

    sign: int
    sine_weights: tuple[int, ...]
    cosine_inputs: tuple[int, ...]
    sine_inputs: tuple[int, ...]


CLOSED_FORMS: Mapping[str, ClosedForm] = {
    "0": ClosedForm(1, (1, 2, 3), (1, 2), (3,)),
    "1": ClosedForm(1, (3,), (), (3,)),
    "2": ClosedForm(-1, (1, 3), (1,), (3,)),
}


def find_closed_form(ansatz: AnsatzConfig) -> ClosedForm:
    """Returns the formula of the circuit that has the gates of `ansatz`, whatever its name is.

    Raises:
        ArgumentError: There is none for these gates.
    """
    name = ansatz.shipped_name
    if name is None or name not in CLOSED_FORMS:
        raise argument_error("ansatz", f"have the gates of one of {', '.join(CLOSED_FORMS)}", ansatz.name)
    return CLOSED_FORMS[name]
