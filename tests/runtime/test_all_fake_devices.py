"""Every fake device that Qiskit has rehearses a circuit, or says in a sentence why not."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from qiskit.circuit import Measure, Parameter, QuantumCircuit
from qiskit.circuit.library import CZGate, RZGate, SXGate, U1Gate, U2Gate, U3Gate
from qiskit.quantum_info import Pauli
from qiskit.transpiler import InstructionProperties, QubitProperties, Target
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel
from qiskit_ibm_runtime import fake_provider

from qnlnet.circuits import Circuit
from qnlnet.config import RuntimeConfig
from qnlnet.errors import ArgumentError, RequestRefusedError
from qnlnet.runtime import Device, JobRequest, LocalService, load_fake_device, transpile_for_device
from qnlnet.runtime.best_qubits import choose_best_qubits
from qnlnet.runtime.calibration import always_fails
from qnlnet.runtime.devices import load_local_device
from qnlnet.runtime.estimators import decode_answer

BuildCircuit = Callable[..., Circuit]

_NAMES = {name.removesuffix("V2") for name in dir(fake_provider) if name.startswith("Fake")}
NAMES = sorted(_NAMES - {"FakeProviderForBackend"})
REFUSED = {
    "FakeArmonk": "name a device with at least 4 qubits, but is 'fake-armonk (1 qubits)'.",
    "FakeKyoto": "name a device with 4 connected qubits whose gates work, but is 'fake-kyoto'. By its calibration",
}
OLDER = [
    *("almaden", "boeblingen", "burlington", "cambridge", "essex", "johannesburg", "london", "poughkeepsie"),
    *("rochester", "singapore"),
]
# Ansatz 1 outputs sin(g) sin(2 x₃): here 1, so that noise can only lower it.
ONE = np.array([[*[np.pi / 4] * 4, 0.0, 0.0, 0.0, np.pi / 2, 0.0]])


def spell(class_name: str) -> str:
    return f"fake-{class_name.removeprefix('Fake').lower()}"


def measure(qnl: Circuit, name: str, estimator: str = "executor") -> float:
    service = LocalService()
    config = RuntimeConfig(name=name, shots=1000, resilience_level=0, estimator=estimator)
    circuit = transpile_for_device(qnl, service.device(name, 4), config)
    job = service.submit(JobRequest(name, circuit.pub(circuit.gatewise.spread(ONE)), config, "tag", seed=1))
    return float(decode_answer(*service.fetch(job))[0][0])


def test_there_are_as_many_as_ever() -> None:
    assert len(NAMES) >= 60
    assert set(REFUSED) | {f"Fake{name.title()}" for name in OLDER} <= set(NAMES)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Properties of fake_nighthawk are not intended:UserWarning")
@pytest.mark.parametrize("class_name", NAMES)
def test_a_circuit_of_working_gates_or_a_sentence(class_name: str, build_circuit: BuildCircuit) -> None:
    name = spell(class_name)
    if class_name in REFUSED:
        with pytest.raises(ArgumentError) as caught:
            load_local_device(name, 4)
        assert str(caught.value).startswith(f"Argument `backend.name` must {REFUSED[class_name]}")
        return
    device, _ = load_local_device(name, 4)
    assert not {"u1", "u2", "u3"} & set(device.target.operation_names)
    for ansatz in "12":
        found = transpile_for_device(build_circuit(ansatz), device, RuntimeConfig(name=name))
        for instruction in found.circuit.data:
            if (operation := instruction.operation.name) != "barrier":
                there = tuple(found.circuit.find_bit(qubit).index for qubit in instruction.qubits)
                assert not always_fails(device.target[operation][there].error, len(there))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fake-burlington", "fake-rochester", "fake-cairo", "fake-kingston", "fake-aachen"])
@pytest.mark.parametrize("estimator", ["executor", "legacy"])
def test_unusual_devices_are_rehearsed(name: str, estimator: str, build_circuit: BuildCircuit) -> None:
    assert 0.75 < measure(build_circuit("1"), name, estimator) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", [f"fake-{word}" for word in OLDER])
def test_renamed_gates_have_the_noise_of_the_older_ones(name: str, build_circuit: BuildCircuit) -> None:
    whole = load_fake_device(name)
    device, backend = load_local_device(name, 4)
    ours = transpile_for_device(build_circuit("2"), device, RuntimeConfig(name=name)).circuit
    ours = ours.assign_parameters(np.random.default_rng(1).uniform(-3, 3, ours.num_parameters))
    theirs = QuantumCircuit(whole.num_qubits)
    for instruction in ours.data:
        gate = instruction.operation
        older = (
            {"rz": U1Gate(*gate.params)}
            if gate.name == "rz"
            else {"sx": U2Gate(-np.pi / 2, np.pi / 2), "x": U3Gate(np.pi, 0, np.pi)}
        )
        theirs.append(older.get(gate.name, gate), [device.qubits[ours.find_bit(q).index] for q in instruction.qubits])
    paulis = ("IIIZ", "IIZI", "IZII", "ZIII", "IIZZ", "ZZII", "ZZZZ")

    def values(circuit: QuantumCircuit, simulator: AerSimulator, places: Sequence[int]) -> list[float]:
        for letters in paulis:
            circuit.save_expectation_value(Pauli(letters), list(places), label=letters)
        data = simulator.run(circuit).result().data()
        return [data[letters] for letters in paulis]

    exact = values(ours.copy(), AerSimulator(), range(4))
    noisy = values(ours, backend, range(4))
    older_noise = AerSimulator(noise_model=NoiseModel.from_backend(whole), method="density_matrix")
    np.testing.assert_allclose(noisy, values(theirs, older_noise, device.qubits[:4]), rtol=0, atol=1e-6)
    assert np.abs(np.subtract(noisy, exact)).max() > 1e-2


def build_line(errors: dict[tuple[int, int], float], *, silent: tuple[int, ...] = ()) -> Target:
    """Returns five qubits in a row; `silent` ones have no T1."""
    lives = [QubitProperties(t1=None if qubit in silent else 1e-4, t2=1e-4) for qubit in range(5)]
    target = Target(num_qubits=5, qubit_properties=lives)
    good = {(qubit,): InstructionProperties(error=1e-3, duration=1e-8) for qubit in range(5)}
    for gate in (RZGate(Parameter("angle")), SXGate(), Measure()):
        target.add_instruction(gate, dict(good))
    pairs = {(q, q + 1): InstructionProperties(error=errors.get((q, q + 1), 1e-2), duration=1e-7) for q in range(4)}
    target.add_instruction(CZGate(), pairs)
    return target


def test_what_always_fails_is_left_out() -> None:
    assert choose_best_qubits(build_line({}), 3) == (0, 1, 2)
    assert choose_best_qubits(build_line({(0, 1): 1.0}), 3) == (1, 2, 3)
    assert choose_best_qubits(build_line({(0, 1): 0.75, (1, 2): 0.75}), 3) == (2, 3, 4)
    assert choose_best_qubits(build_line({(1, 2): 0.74, (2, 3): 1.0}), 3) == (0, 1, 2)
    assert choose_best_qubits(build_line({}, silent=(1,)), 3) == (2, 3, 4)
    assert choose_best_qubits(build_line({(1, 2): 1.0, (2, 3): float("nan")}), 3) == ()
    assert choose_best_qubits(build_line({}, silent=(2,)), 3) == ()


def test_a_circuit_on_gates_that_always_fail_is_refused(build_circuit: BuildCircuit) -> None:
    target = build_line({(1, 2): 1.0})
    device = Device("ibm_x", target, tuple(range(5)))
    with pytest.raises(RequestRefusedError) as caught:
        transpile_for_device(build_circuit("1"), device, RuntimeConfig(name="ibm_x", layout=(0, 1, 2, 3)))
    assert "By the calibration of ibm_x, `cz` on the qubits (1, 2) always fails (error 1), so that" in str(caught.value)


def test_what_the_transpiler_cannot_do_is_not_blamed_on_a_layout(build_circuit: BuildCircuit) -> None:
    device = Device("ibm_x", Target.from_configuration(["rz", "sx"], num_qubits=4), (0, 1, 2, 3))
    with pytest.raises(ArgumentError) as caught:
        transpile_for_device(build_circuit("1"), device, RuntimeConfig(name="ibm_x"))
    assert str(caught.value).startswith(
        "Argument `backend.name` must name a device that Qiskit can transpile for, but is 'ibm_x'. The transpiler "
    )
    assert "layout" not in str(caught.value)
