"""Feature maps that kernels and variational classifiers put numbers into: ZZ, Z and CP.

Sources: ZZ and Z: Havlíček et al. 2019, arXiv 1804.11326, with gates and order of qubits as Qiskit has them; its phases
have the other sign than in the article, which makes the conjugate states and the same kernel. CP: the structure of the
CPMap of arXiv 2507.03689 as a public re-implementation has it; the authors' own circuit is not known.
"""

import math
from collections.abc import Sequence

from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.circuit.library import z_feature_map, zz_feature_map

from qnlnet.errors import argument_error

QUARTER = math.pi / 4  # with which XX, YY and ZZ together are a SWAP, but for a phase


def count_features(name: str, num_qubits: int) -> int:
    """Returns how many numbers a feature map takes: two for each qubit with ``cp``, else one."""
    return 2 * num_qubits if name == "cp" else num_qubits


def build_feature_map(
    name: str,
    num_qubits: int,
    reps: int,
    *,
    entanglement: str = "full",
    couplings: Sequence[float] = (QUARTER, QUARTER, QUARTER),
) -> QuantumCircuit:
    """Returns a feature map; its parameters, in Qiskit's order, are the features x.

    Args:
        name: ``zz``: H, and phases by 2·x_i and by 2·(π − x_i)(π − x_j) of entangled pairs; ``z``, without pairs;
            ``cp``, see `build_cp_map`.
        num_qubits: Qubits.
        reps: Repetitions.
        entanglement: Which pairs of ``zz``, as Qiskit calls them.
        couplings: Of ``cp``.

    Raises:
        ArgumentError: The map is not known, or ``cp`` has an odd number of qubits.

    Example:
        >>> build_feature_map("cp", 4, 1).num_parameters
        8
    """
    if name == "cp":
        return build_cp_map(num_qubits, reps, couplings)
    if name == "z":
        return z_feature_map(num_qubits, reps)
    if name == "zz":
        return zz_feature_map(num_qubits, reps, entanglement)
    raise argument_error("feature_map", "be zz, z or cp", name)


def build_cp_map(
    num_qubits: int, reps: int = 1, couplings: Sequence[float] = (QUARTER, QUARTER, QUARTER)
) -> QuantumCircuit:
    """Returns the CP map: pairs of qubits (0, 1), (2, 3), … that see four features each.

    Of the features a, b, c, d of a pair: H on both qubits, RY(2a) and RY(2b), exp(−i(α XX + β YY + γ ZZ)), RY(2c) and
    RY(2d). With α = β = γ = π/4 that exponential is a SWAP, but for a phase: nothing is entangled, and one repetition
    has the kernel ∏ cos²(a + d − a' − d') cos²(b + c − b' − c') over the pairs.

    Args:
        num_qubits: Qubits.
        reps: Repetitions.
        couplings: α, β, γ in radians.

    Raises:
        ArgumentError: The number of qubits is odd.
    """
    if num_qubits % 2:
        raise argument_error("num_qubits", "be even with feature_map=cp", num_qubits, "Its qubits come in pairs.")
    features = ParameterVector("x", 2 * num_qubits)
    circuit = QuantumCircuit(num_qubits, name="CP")
    for _ in range(reps):
        for first in range(0, num_qubits, 2):
            second = first + 1
            before, after = features[2 * first : 2 * first + 2], features[2 * first + 2 : 2 * first + 4]
            circuit.h([first, second])
            for qubit, feature in zip((first, second), before, strict=True):
                circuit.ry(2 * feature, qubit)
            for gate, coupling in zip(("rxx", "ryy", "rzz"), couplings, strict=True):
                getattr(circuit, gate)(2 * coupling, first, second)
            for qubit, feature in zip((first, second), after, strict=True):
                circuit.ry(2 * feature, qubit)
    return circuit
