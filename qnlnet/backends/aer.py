"""`backend=aer`: Qiskit Aer, exact, with shots, or with the noise of a device or a depolarizing one."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import CircuitInstruction, ParameterExpression, QuantumCircuit
from qiskit.primitives import BackendEstimatorV2
from qiskit.primitives.base import BaseEstimatorV2
from qiskit.transpiler import StagedPassManager, generate_preset_pass_manager
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel, depolarizing_error
from qiskit_aer.primitives import EstimatorV2 as AerEstimator
from qiskit_machine_learning.gradients import ParamShiftEstimatorGradient

from qnlnet.backends.checked import CheckedEstimatorQNN
from qnlnet.circuits import Circuit
from qnlnet.config import BackendConfig
from qnlnet.errors import argument_error
from qnlnet.runtime.devices import SIMULABLE_QUBITS, load_fake_device
from qnlnet.seeding import generator
from qnlnet.simulator import SUPPORTED_GATES
from qnlnet.simulator.unrolling import GateOnQubits, unroll

_CHUNK = 64  # rows per call: the time of Aer's estimator grows with the square of the rows in a call


class AerEstimatorQNN(CheckedEstimatorQNN):
    """An EstimatorQNN that passes its rows to Aer in small calls, each with a seed of its own."""

    def __init__(self, *, seed: int, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._shot_seeds = generator(seed, "shots")

    def _forward(self, input_data: NDArray[np.float64], weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
        parts = []
        for start in range(0, len(input_data), _CHUNK):
            self._draw_seed()
            parts.append(super()._forward(input_data[start : start + _CHUNK], weights))
        return np.concatenate(parts)

    def _backward(
        self, input_data: NDArray[np.float64], weights: NDArray[np.float64] | None
    ) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
        self._draw_seed()
        return super()._backward(input_data, weights)

    def stream_state(self) -> dict[str, Any]:
        """Returns where the stream of the shots' seeds is."""
        return dict(self._shot_seeds.bit_generator.state)

    def restore_stream_state(self, state: Mapping[str, Any]) -> None:
        """Continues from what `stream_state` returned."""
        self._shot_seeds.bit_generator.state = state

    def _draw_seed(self) -> None:
        if isinstance(self.estimator, BackendEstimatorV2):
            self.estimator.options.seed_simulator = int(self._shot_seeds.integers(2**31))


def build_aer_qnn(qnl: Circuit, config: BackendConfig, seed: int) -> AerEstimatorQNN:
    """Builds the EstimatorQNN of `backend=aer`.

    Args:
        qnl: The circuit and its observables.
        config: `shots` (None computes exact expectation values), `noise` (the name of a fake device, or None) and
            `depolarizing` (a probability, or None).
        seed: Seed of the shots.

    Raises:
        ArgumentError: There is no such fake device, or it is too large or too small.
    """
    circuit, observables = _with_gates_that_bind(qnl.circuit), qnl.observables
    # Threads cost far more than they save where a circuit takes microseconds.
    options: dict[str, Any] = {"max_parallel_threads": 1} if circuit.num_qubits <= SIMULABLE_QUBITS else {}
    device_gates: StagedPassManager | None = None
    if config.noise is not None:
        device = load_noisy_device(config.noise, circuit.num_qubits)
        options |= _with_noise(NoiseModel.from_backend(device))
        circuit = generate_preset_pass_manager(1, backend=device, seed_transpiler=0).run(circuit)
        observables = tuple(observable.apply_layout(circuit.layout) for observable in observables)
        # The shifted circuits of a gradient must consist of the gates that carry the noise, too.
        device_gates = generate_preset_pass_manager(0, basis_gates=device.operation_names, seed_transpiler=0)
    elif config.depolarizing is not None:
        options |= _with_noise(build_depolarizing_noise(circuit, config.depolarizing))
    # A hair more than 1/√shots: from that very number, rounded, Qiskit would make one shot too many now and then.
    precision = 0.0 if config.shots is None else config.shots**-0.5 * (1 + 1e-12)
    estimator = _build_estimator(options, precision)
    return AerEstimatorQNN(
        seed=seed,
        circuit=circuit,
        observables=observables,
        input_params=qnl.input_params,
        weight_params=qnl.weight_params,
        input_gradients=True,
        estimator=estimator,
        gradient=ParamShiftEstimatorGradient(estimator, pass_manager=device_gates),
        default_precision=precision,
    )


def _with_gates_that_bind(circuit: QuantumCircuit) -> QuantumCircuit:
    """Returns a circuit whose free angles all take effect.

    Aer 0.18 binds 0 to a parameter of a controlled rotation or phase, in its estimator, without an error. Such gates
    are translated into others; a circuit without them stays as it is.
    """
    if all(_binds(instruction) for instruction in circuit.data):
        return circuit
    translated = circuit.copy_empty_like()
    for instruction in circuit.data:
        qubits = tuple(circuit.find_bit(qubit).index for qubit in instruction.qubits)
        gate = GateOnQubits(instruction.operation, qubits)
        for part in (gate,) if _binds(instruction) else unroll(gate):
            translated.append(part.operation, part.qubits)
    return translated


def _binds(instruction: CircuitInstruction) -> bool:
    free = any(isinstance(value, ParameterExpression) and value.parameters for value in instruction.operation.params)
    return not free or (instruction.is_standard_gate() and instruction.operation.name in SUPPORTED_GATES)


def _with_noise(noise: NoiseModel) -> dict[str, Any]:
    noise.to_dict = cache(noise.to_dict)  # Aer asks at every call, and to answer takes as long as to simulate
    return {"noise_model": noise, "method": "density_matrix"}


def _build_estimator(options: dict[str, Any], precision: float) -> BaseEstimatorV2:
    if precision == 0.0:
        return AerEstimator(options={"backend_options": options, "default_precision": 0.0})
    # Aer's own estimator would add Gaussian noise to exact values; this one counts shots.
    return BackendEstimatorV2(backend=AerSimulator(**options), options={"default_precision": precision})


def build_depolarizing_noise(circuit: QuantumCircuit, probability: float) -> NoiseModel:
    """Returns noise after every gate of a circuit, as it is drawn: no gate is free, measuring is.

    The qubits of a two-qubit gate become random with `probability`, that of a one-qubit gate with a tenth of it. Such
    noise multiplies each Pauli operator on those qubits by one minus that.

    Args:
        circuit: Gates on one or two qubits; a gradient runs the same gates with other angles.
        probability: In [0, 1].
    """
    noise = NoiseModel()
    for num_qubits, share in ((1, probability / 10), (2, probability)):
        gates = _gate_names(circuit, num_qubits)
        if gates and share > 0:  # Aer warns of errors that never happen
            noise.add_all_qubit_quantum_error(depolarizing_error(share, num_qubits), gates)
    return noise


def _gate_names(circuit: QuantumCircuit, num_qubits: int) -> list[str]:
    names: Iterable[str] = {gate.operation.name for gate in circuit.data if len(gate.qubits) == num_qubits}
    return sorted(names)


def load_noisy_device(name: str, num_qubits: int, argument: str = "backend.noise") -> Any:
    """Returns a fake device whose noise Aer can simulate for circuits with `num_qubits` qubits.

    Raises:
        ArgumentError: There is no such device, or it is too large or too small; `argument` is what named it.
    """
    device = load_fake_device(name, argument)
    if not num_qubits <= device.num_qubits <= SIMULABLE_QUBITS:
        raise argument_error(
            argument,
            f"name a device with {num_qubits} to {SIMULABLE_QUBITS} qubits",
            f"{name} ({device.num_qubits} qubits)",
            "For example FakeManilaV2 (5) or FakeJakartaV2 (7).",
        )
    return device
