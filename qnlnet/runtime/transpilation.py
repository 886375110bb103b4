"""From a QNL-Net circuit to instructions that a device executes, with the observable on the right qubit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp
from qiskit.transpiler import TranspilerError, generate_preset_pass_manager

from qnlnet.circuits import Circuit
from qnlnet.config import RuntimeConfig
from qnlnet.errors import ArgumentError, RequestRefusedError, argument_error
from qnlnet.runtime.calibration import always_fails
from qnlnet.runtime.devices import Device
from qnlnet.runtime.gatewise import GatewiseCircuit, build_gatewise_circuit

Pub = tuple[QuantumCircuit, SparsePauliOp, dict[tuple[str, ...], NDArray[np.float64]]]


@dataclass(frozen=True)
class DeviceCircuit:
    """A circuit in the instructions of a device.

    Attributes:
        circuit: The circuit on the qubits of the device; free parameters are `gatewise.names`.
        observable: What is measured, on the qubits of the device.
        layout: Where the qubits of the original circuit end up, in order, as numbers of qubits of the device.
        gatewise: The circuit before transpiling.
    """

    circuit: QuantumCircuit
    observable: SparsePauliOp
    layout: tuple[int, ...]
    gatewise: GatewiseCircuit

    @property
    def depth(self) -> int:
        """Layers of instructions."""
        return self.circuit.depth()

    @property
    def two_qubit_gates(self) -> int:
        """Gates on two qubits."""
        return self.circuit.num_nonlocal_gates()

    def pub(self, rows: NDArray[np.float64]) -> Pub:
        """Returns the PUB for values of the angles' parameters, shape (…, angles); parameters are bound by name."""
        return build_pub(self.circuit, self.observable, self.gatewise.names, rows)


def build_pub(
    circuit: QuantumCircuit, observable: SparsePauliOp, names: tuple[str, ...], rows: NDArray[np.float64]
) -> Pub:
    """Returns one PUB; by position, an estimator would sort the parameters by their names."""
    return circuit, observable, {tuple(names): rows}


def transpile_for_device(qnl: Circuit, device: Device, config: RuntimeConfig) -> DeviceCircuit:
    """Transpiles `qnl` and lays its observable out.

    Raises:
        ArgumentError: The layout of `config` does not fit the circuit or the device, or the device is too small.
        UnsupportedCircuitError: An angle belongs to a gate without the two-term shift rule.
        RequestRefusedError: The device does not execute what the transpiler has made.
    """
    gatewise = build_gatewise_circuit(qnl)
    num_qubits = gatewise.circuit.num_qubits
    if device.target.num_qubits < num_qubits:
        raise argument_error(
            "backend.name",
            f"name a device with at least {num_qubits} qubits",
            f"{device.name} ({device.target.num_qubits} qubits)",
        )
    initial = None if config.layout is None else _own_numbers(config.layout, device, num_qubits)
    passes = generate_preset_pass_manager(
        config.optimization_level,
        target=device.target,
        seed_transpiler=config.seed_transpiler,
        initial_layout=initial,
    )
    try:
        circuit = passes.run(gatewise.circuit)
    except TranspilerError as error:
        raise _explain(error, device, config) from error
    circuit.metadata = {}
    _check_executable(circuit, device)
    if circuit.layout is None:  # nothing to lay out: all qubits are connected
        observable, layout = qnl.observable, range(num_qubits)
    else:
        observable = qnl.observable.apply_layout(circuit.layout)
        layout = circuit.layout.final_index_layout(filter_ancillas=True)
    return DeviceCircuit(circuit, observable, tuple(device.qubits[index] for index in layout), gatewise)


def _explain(error: TranspilerError, device: Device, config: RuntimeConfig) -> ArgumentError:
    says = f"The transpiler says: {error.message}"
    if config.layout is not None:
        return argument_error("backend.layout", f"fit the couplings of {device.name}", config.layout, says)
    return argument_error(
        "backend.name",
        "name a device that Qiskit can transpile for",
        device.name,
        f"{says.rstrip('.')}. Choose another device, or another backend.optimization_level.",
    )


def _check_executable(circuit: QuantumCircuit, device: Device) -> None:
    """Raises a `RequestRefusedError` if the device does not execute an instruction: the new estimator does not look.

    An instruction that always fails by the device's calibration counts as one that is not executed.
    """
    for instruction in circuit.data:
        name, qubits = instruction.operation.name, tuple(circuit.find_bit(qubit).index for qubit in instruction.qubits)
        if name == "barrier":
            continue
        there = tuple(device.qubits[index] for index in qubits)
        if not device.target.instruction_supported(name, qubits):
            raise RequestRefusedError(f"{device.name} does not execute `{name}` on the qubits {there}.")
        error = getattr(device.target[name].get(qubits), "error", None)
        if always_fails(error, len(qubits)):
            raise RequestRefusedError(
                f"By the calibration of {device.name}, `{name}` on the qubits {there} always fails (error {error:g}), "
                "so that nothing could be learnt from its answer. Choose another layout or another device."
            )


def _own_numbers(layout: tuple[int, ...], device: Device, num_qubits: int) -> list[int]:
    """Returns the layout in the numbers of `device.target`, which for a slice are not those of the device."""
    if len(layout) != num_qubits:
        raise argument_error("backend.layout", f"name {num_qubits} physical qubits", list(layout))
    if unknown := set(layout) - set(device.qubits):
        allowed = ", ".join(map(str, device.qubits)) if len(device.qubits) <= 16 else f"0 to {len(device.qubits) - 1}"
        raise argument_error("backend.layout", f"name qubits of {device.name}: {allowed}", sorted(unknown))
    return [device.qubits.index(physical) for physical in layout]
