"""Which parameters reach the outputs: the facts about the paper's circuits, and what Qiskit's gradients say."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.backends import build_qnn
from qnlnet.circuits import Circuit
from qnlnet.config import BackendConfig
from qnlnet.errors import ArgumentError, UnsupportedCircuitError
from qnlnet.simulator import ExactSimulator, analyse, analyse_circuit, is_constant

BuildCircuit = Callable[..., Circuit]
X, Y = Parameter("x"), Parameter("y")
Z0 = SparsePauliOp("IZ")


def counts(qnl: Circuit) -> tuple[int, int]:
    """Returns how many inputs and how many weights can reach the output."""
    reach = analyse_circuit(qnl)
    return sum(map(reach.reaches, qnl.input_params)), sum(map(reach.reaches, qnl.weight_params))


@pytest.mark.parametrize(
    ("ansatz", "repetitions", "inputs", "weights"),
    [
        ("0", 1, "x[1] x[2] x[3]", "ry_q1_rep1 ry_q2_rep1 rx_q3_rep1"),
        ("1", 1, "x[3]", "rx_q3_rep1"),
        ("2", 1, "x[1] x[3]", "ry_q1_rep1 rx_q3_rep1"),
        # Backwards from Z₃, each repetition reaches one qubit further.
        ("1", 3, "x[1] x[2] x[3]", "ry_q1_rep1 ry_q2_rep1 rx_q3_rep1 ry_q2_rep2 rx_q3_rep2 rx_q3_rep3"),
    ],
)
def test_inputs_and_weights_of_the_paper_that_act(
    build_circuit: BuildCircuit, ansatz: str, repetitions: int, inputs: str, weights: str
) -> None:
    qnl = build_circuit(ansatz, r=repetitions, D=repetitions)
    reach = analyse_circuit(qnl)
    assert reach.live_names == (*inputs.split(), *weights.split())
    assert counts(qnl) == (len(inputs.split()), len(weights.split()))
    assert set(reach.live_parameters) | set(reach.dead_parameters) == {*qnl.input_params, *qnl.weight_params}
    assert not set(reach.live_names) & set(reach.dead_names)


@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_readout_of_the_slides_is_constant_and_only_one_gate_makes_it_so(
    build_circuit: BuildCircuit, ansatz: str
) -> None:
    qnl = build_circuit(ansatz, readout=0)
    reach = analyse_circuit(qnl)
    assert reach.is_constant
    assert is_constant(qnl.circuit, qnl.observable, reach.dead_parameters)
    assert reach.live_parameters == ()
    (position,) = reach.live_gates
    gate = qnl.circuit.data[position]
    assert (gate.name, qnl.circuit.find_bit(gate.qubits[0]).index) == ("h", 0)


@pytest.mark.slow
@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_the_last_gate_of_the_paper_never_acts(build_circuit: BuildCircuit, ansatz: str) -> None:
    for r, D, readout in itertools.product((1, 2), (1, 2, 3), range(4)):
        assert not analyse_circuit(build_circuit(ansatz, r=r, D=D, readout=readout)).reaches(f"rz_q0_rep{D}_closing")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ansatz", "r", "D", "readout"),
    [("0", 1, 1, 3), ("1", 1, 1, 3), ("2", 1, 1, 3), ("0", 1, 1, 0), ("1", 2, 2, 2), ("2", 1, 2, 0), ("2", 2, 2, 1)],
)
def test_the_gradients_of_the_stock_network_agree(
    build_circuit: BuildCircuit, ansatz: str, r: int, D: int, readout: int
) -> None:
    qnl = build_circuit(ansatz, r=r, D=D, readout=readout)
    reach = analyse_circuit(qnl)
    draws = np.random.default_rng(5).uniform(-np.pi, np.pi, (3, 4 + 5 * D))
    network = build_qnn(qnl, BackendConfig(name="statevector"))
    largest = np.zeros(4 + 5 * D)
    for row in draws:
        by_inputs, by_weights = network.backward(row[None, :4], row[4:])
        largest = np.maximum(largest, np.abs([*by_inputs[0, 0], *by_weights[0, 0]]))
    lives = np.array([reach.reaches(parameter) for parameter in (*qnl.input_params, *qnl.weight_params)])
    assert largest[~lives].max() < 1e-12  # rounding of the difference of two numbers up to 1
    assert (largest[lives] > 1e-6).all()


def test_a_parameter_reaches_if_one_of_its_gates_does() -> None:
    circuit = QuantumCircuit(2)
    circuit.rx(X, 1)
    circuit.rx(2 * X + 0.3, 0)
    circuit.ry(Y, 1)
    reach = analyse(circuit, [Z0])
    assert (reach.live_parameters, reach.dead_parameters) == ((X,), (Y,))
    assert (reach.live_gates, reach.dead_gates) == ((1,), (0, 2))
    assert (reach.live_names, reach.dead_names) == (("x",), ("y",))


def test_several_observables_reach_together_what_each_reaches() -> None:
    circuit = QuantumCircuit(2)
    circuit.rx(X, 0)
    circuit.rx(Y, 1)
    observables = [SparsePauliOp("IZ"), SparsePauliOp("ZI")]
    assert [analyse(circuit, [one]).live_parameters for one in observables] == [(X,), (Y,)]
    assert analyse(circuit, observables).live_parameters == (X, Y)
    assert analyse(circuit, [SparsePauliOp(["IZ", "ZI"])]).live_parameters == (X, Y)
    assert analyse(circuit, []).is_constant


def test_terms_that_cancel_are_none() -> None:
    circuit = QuantumCircuit(2)
    circuit.rx(X, 0)
    assert analyse(circuit, [SparsePauliOp(["IZ", "IZ"], [1.5, -1.5])]).is_constant
    assert analyse(circuit, [SparsePauliOp("IZ", 0.0)]).is_constant
    assert not analyse(circuit, [SparsePauliOp("IZ"), SparsePauliOp("IZ", -1.0)]).is_constant  # two outputs


def test_parameters_that_stand_in_no_gate_are_dead_and_the_order_is_kept() -> None:
    circuit = QuantumCircuit(2)
    circuit.rx(Y, 0)
    circuit.ry(0 * X, 0)
    assert analyse(circuit, [Z0], [Y, X]).dead_names == ("x",)
    vector = ParameterVector("w", 12)
    circuit = QuantumCircuit(2)
    for element in reversed(vector):
        circuit.rx(element, 0)
    assert analyse(circuit, [Z0], list(vector)).live_parameters == tuple(vector)


def test_cancellation_by_coefficients_is_an_over_estimate_as_the_docstring_says() -> None:
    circuit = QuantumCircuit(2)
    circuit.rx(X, 0)
    circuit.rx(-X, 0)
    assert analyse(circuit, [Z0]).reaches(X)
    _, jacobian = ExactSimulator(circuit, [Z0], [X]).values_and_jacobian([[0.4], [1.9]])
    assert np.abs(jacobian).max() < 1e-15


def test_mistakes_are_told() -> None:
    circuit = QuantumCircuit(2)
    circuit.rx(X, 0)
    with pytest.raises(UnsupportedCircuitError, match="must be all of the circuit, but x is left out"):
        analyse(circuit, [Z0], [Y])
    with pytest.raises(ArgumentError, match="`parameter` must be one of x, y, but is 'z'"):
        analyse(circuit, [Z0], [X, Y]).reaches("z")
    circuit.reset(1)
    with pytest.raises(UnsupportedCircuitError, match="`reset`"):
        analyse(circuit, [Z0])
    with pytest.raises(UnsupportedCircuitError, match="must act on the circuit's 2 qubits, but acts on 1"):
        analyse(circuit_without_gates(), [SparsePauliOp("Z")])


@pytest.mark.slow
def test_gates_that_qiskit_translates_are_judged_as_a_whole() -> None:
    circuit = QuantumCircuit(3)
    circuit.sx(0)
    circuit.crx(X, 0, 1)
    circuit.cp(Y, 1, 2)
    reach = analyse(circuit, [SparsePauliOp.from_sparse_list([("Z", [1], 1.0)], num_qubits=3)])
    assert (reach.live_names, reach.dead_names) == (("x",), ("y",))
    assert (reach.live_gates, reach.dead_gates) == ((0, 1), (2,))


def test_an_angle_of_several_parameters_carries_all_of_them() -> None:
    z = Parameter("z")
    circuit = QuantumCircuit(2)
    circuit.rx(X * Y + 1, 0)
    circuit.rx(z * z, 1)
    reach = analyse(circuit, [Z0])
    assert (reach.live_names, reach.dead_names) == (("x", "y"), ("z",))
    assert reach.live_gates == (0,)


def circuit_without_gates() -> QuantumCircuit:
    return QuantumCircuit(2)


def test_amplitudes_as_inputs_leave_alive_what_dies_behind_zeros() -> None:
    """RZ in front of |0⟩ does nothing, in front of any state it does; RZ before Z is dead in either case."""
    a, b, c = (Parameter(name) for name in "abc")
    circuit = QuantumCircuit(2)
    circuit.rz(a, 0)
    circuit.ry(b, 0)
    circuit.rz(c, 0)
    both = SparsePauliOp("IZ"), SparsePauliOp("ZI")
    assert analyse(circuit, both).dead_names == ("a", "c")
    reach = analyse(circuit, both, any_start=True)
    assert reach.dead_names == ("c",)
    assert not reach.is_constant
    fixed = QuantumCircuit(1)
    assert analyse(fixed, [SparsePauliOp("Z")]).is_constant
    assert not analyse(fixed, [SparsePauliOp("Z")], any_start=True).is_constant
    assert analyse(fixed, [SparsePauliOp("I")], any_start=True).is_constant
    assert not analyse_circuit(Circuit.of(fixed, takes_amplitudes=True)).is_constant
