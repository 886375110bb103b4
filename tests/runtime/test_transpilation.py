"""Circuits on a device: the observable follows the layout, parameters go by name, layouts that do not fit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from qiskit.primitives import StatevectorEstimator
from qiskit.quantum_info import Statevector
from qiskit.transpiler import CouplingMap, Target

from qnlnet.backends import build_qnn
from qnlnet.circuits import Circuit
from qnlnet.config import RuntimeConfig
from qnlnet.errors import ArgumentError
from qnlnet.runtime import Device, DeviceCircuit, build_pub, transpile_for_device

BuildCircuit = Callable[..., Circuit]

INPUTS = np.random.default_rng(1).uniform(-3, 3, (1, 4))
CONFIG = RuntimeConfig(name="fake-manila")
# The transpiler multiplies a few dozen matrices of doubles; its approximation of gates is off by default.
ROUNDING = 1e-10


@pytest.fixture(params=["manila", "fez"])
def device(request: pytest.FixtureRequest) -> Device:
    return request.getfixturevalue(request.param)


def draw_weights(qnl: Circuit) -> np.ndarray:
    return np.random.default_rng(2).uniform(-3, 3, len(qnl.weight_params))


def noiseless_value(circuit: DeviceCircuit, row: np.ndarray) -> float:
    values = dict(zip(circuit.gatewise.names, circuit.gatewise.spread(row), strict=True))
    bound = circuit.circuit.assign_parameters(values)
    return Statevector(bound).expectation_value(circuit.observable).real


@pytest.mark.slow
@pytest.mark.parametrize("ansatz", "012")
def test_observable_follows_the_layout(build_circuit: BuildCircuit, device: Device, ansatz: str) -> None:
    moved = 0
    for readout in range(4):
        qnl = build_circuit(ansatz, r=2, D=2, readout=readout)
        exact, weights = build_qnn(qnl), draw_weights(qnl)
        found = transpile_for_device(qnl, device, CONFIG)
        ((letters, (qubit,), coefficient),) = found.observable.to_sparse_list()
        assert (letters, coefficient) == ("Z", 1)
        assert device.qubits[qubit] == found.layout[readout]
        moved += qubit != readout
        value = noiseless_value(found, exact.join(INPUTS, weights)[0])
        assert value == pytest.approx(exact.forward(INPUTS, weights)[0, 0], abs=ROUNDING)
    assert moved > 0  # else the layout would be trivial and this test blind


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_every_level_of_optimization_computes_the_same(build_circuit: BuildCircuit, manila: Device, level: int) -> None:
    qnl = build_circuit("2", r=2)
    exact, weights = build_qnn(qnl), draw_weights(qnl)
    found = transpile_for_device(qnl, manila, CONFIG.model_copy(update={"optimization_level": level}))
    value = noiseless_value(found, exact.join(INPUTS, weights)[0])
    assert value == pytest.approx(exact.forward(INPUTS, weights)[0, 0], abs=ROUNDING)


def test_only_instructions_of_the_device(build_circuit: BuildCircuit, device: Device) -> None:
    found = transpile_for_device(build_circuit("0", r=2), device, CONFIG)
    for instruction in found.circuit.data:
        place = tuple(found.circuit.find_bit(qubit).index for qubit in instruction.qubits)
        assert device.target.instruction_supported(instruction.operation.name, place)
    assert {parameter.name for parameter in found.circuit.parameters} == set(found.gatewise.names)
    assert found.depth == found.circuit.depth() > 0
    pairs = [instruction for instruction in found.circuit.data if len(instruction.qubits) == 2]
    assert found.two_qubit_gates == len(pairs) > 0
    assert found.circuit.metadata == {}


def test_a_device_without_couplings_needs_no_layout(build_circuit: BuildCircuit) -> None:
    device = Device("aer", Target.from_configuration(["rz", "sx", "x", "cz"], num_qubits=4), (0, 1, 2, 3))
    for readout in range(4):
        qnl = build_circuit("1", r=2, readout=readout)
        exact, weights = build_qnn(qnl), draw_weights(qnl)
        found = transpile_for_device(qnl, device, CONFIG)
        assert found.layout == (0, 1, 2, 3)
        value = noiseless_value(found, exact.join(INPUTS, weights)[0])
        assert value == pytest.approx(exact.forward(INPUTS, weights)[0, 0], abs=ROUNDING)


def test_same_seed_same_circuit(build_circuit: BuildCircuit, manila: Device) -> None:
    first, again = (transpile_for_device(build_circuit("2"), manila, CONFIG) for _ in range(2))
    values = dict.fromkeys(first.gatewise.names, 0.25)  # the parameters themselves are new each time
    assert first.circuit.assign_parameters(values) == again.circuit.assign_parameters(values)
    assert first.layout == again.layout


def test_parameters_are_bound_by_name(build_circuit: BuildCircuit, manila: Device) -> None:
    qnl = build_circuit("0", r=2, D=2)
    exact, weights = build_qnn(qnl), draw_weights(qnl)
    found = transpile_for_device(qnl, manila, CONFIG)
    names = found.gatewise.names
    assert list(names) != sorted(names)  # by position, the values would go to other angles
    rows = found.gatewise.spread(exact.join(np.repeat(INPUTS, 2, axis=0), weights))
    order = np.random.default_rng(3).permutation(len(names))
    permuted = build_pub(found.circuit, found.observable, tuple(names[k] for k in order), rows[:, order])
    estimator = StatevectorEstimator(default_precision=0.0)
    plain, mixed = (result.data.evs for result in estimator.run([found.pub(rows), permuted]).result())
    np.testing.assert_array_equal(plain, mixed)
    np.testing.assert_allclose(plain, exact.forward(INPUTS, weights)[0, 0], rtol=0, atol=ROUNDING)


@pytest.mark.parametrize(("layout", "routed"), [((3, 2, 1, 0), False), ((4, 3, 2, 1), False), ((4, 0, 3, 1), True)])
def test_an_explicit_layout_is_respected(
    build_circuit: BuildCircuit, manila: Device, layout: tuple[int, ...], routed: bool
) -> None:
    qnl = build_circuit("1", r=1)
    exact, weights = build_qnn(qnl), draw_weights(qnl)
    found = transpile_for_device(qnl, manila, CONFIG.model_copy(update={"layout": layout}))
    assert tuple(found.circuit.layout.initial_index_layout(filter_ancillas=True)) == layout
    assert (found.layout != layout) == routed  # where it must route, qubits end up elsewhere
    value = noiseless_value(found, exact.join(INPUTS, weights)[0])
    assert value == pytest.approx(exact.forward(INPUTS, weights)[0, 0], abs=ROUNDING)


def test_layouts_of_a_slice_are_in_the_numbers_of_the_device(build_circuit: BuildCircuit, fez: Device) -> None:
    layout = fez.qubits[::-1]
    found = transpile_for_device(build_circuit("0"), fez, RuntimeConfig(name="fake-fez", layout=layout))
    assert found.circuit.layout.initial_index_layout(filter_ancillas=True) == [3, 2, 1, 0]
    assert set(found.layout) == set(fez.qubits)


def refuse(qnl: Circuit, device: Device, **options: Any) -> str:
    with pytest.raises(ArgumentError) as caught:
        transpile_for_device(qnl, device, RuntimeConfig(name=device.name, **options))
    return str(caught.value)


def test_layouts_that_do_not_fit(build_circuit: BuildCircuit, manila: Device, fez: Device) -> None:
    qnl = build_circuit("0")
    assert refuse(qnl, manila, layout=(0, 1, 2)) == (
        "Argument `backend.layout` must name 4 physical qubits, but is [0, 1, 2]."
    )
    assert refuse(qnl, manila, layout=(0, 1, 7, 9)) == (
        "Argument `backend.layout` must name qubits of fake-manila: 0, 1, 2, 3, 4, but is [7, 9]."
    )
    numbers = ", ".join(map(str, fez.qubits))
    assert refuse(qnl, fez, layout=(0, 1, 2, 3)) == (
        f"Argument `backend.layout` must name qubits of fake-fez: {numbers}, but is [0, 1, 2, 3]."
    )


def test_long_lists_of_qubits_are_shortened(build_circuit: BuildCircuit) -> None:
    device = Device("ibm_large", Target.from_configuration(["rz", "sx", "cz"], num_qubits=20), tuple(range(20)))
    assert "must name qubits of ibm_large: 0 to 19, but is [20]." in refuse(
        build_circuit("0"), device, layout=(0, 1, 2, 20)
    )


def test_a_layout_on_islands_is_refused(build_circuit: BuildCircuit) -> None:
    islands = CouplingMap([[0, 1], [1, 0], [2, 3], [3, 2]])
    target = Target.from_configuration(["rz", "sx", "cz"], num_qubits=4, coupling_map=islands)
    message = refuse(build_circuit("1"), Device("ibm_islands", target, (0, 1, 2, 3)), layout=(0, 1, 2, 3))
    assert message.startswith(
        "Argument `backend.layout` must fit the couplings of ibm_islands, but is (0, 1, 2, 3). The transpiler says: "
    )


def test_a_device_that_is_too_small(build_circuit: BuildCircuit) -> None:
    device = Device("ibm_small", Target.from_configuration(["rz", "sx", "cz"], num_qubits=3), (0, 1, 2))
    assert refuse(build_circuit("0"), device) == (
        "Argument `backend.name` must name a device with at least 4 qubits, but is 'ibm_small (3 qubits)'."
    )
