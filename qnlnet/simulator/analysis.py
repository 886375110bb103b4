"""Questions about a circuit that its gates alone answer."""

from collections.abc import Sequence

from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.simulator.gates import translate_circuit
from qnlnet.simulator.light_cone import find_light_cone
from qnlnet.simulator.program import read_observable


def is_constant(circuit: QuantumCircuit, observable: SparsePauliOp, parameters: Sequence[Parameter]) -> bool:
    """Returns whether the expectation value provably does not depend on any parameter.

    True is certain; False can be wrong where terms cancel by their coefficients, which is not looked at.

    Raises:
        UnsupportedCircuitError: A gate, an angle or the observable is not supported.
    """
    operations, wires = translate_circuit(circuit, {parameter: index for index, parameter in enumerate(parameters)})
    identity = (0, 0)
    strings = [string for _, string, _ in read_observable(0, observable, wires) if string != identity]
    cone = find_light_cone(operations, strings)
    angles = (operations[position].angle for position in cone.reaching)
    return cone.vanishes or all(angle is None or angle.parameter is None for angle in angles)
