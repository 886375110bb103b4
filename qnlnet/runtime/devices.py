"""What circuits run on: an IBM Quantum computer as far as transpiling needs it, or a fake device in this process."""

import difflib
import re
from dataclasses import dataclass
from typing import Any

from qiskit.circuit import Gate, Parameter
from qiskit.circuit.library import RZGate, SXGate, XGate
from qiskit.providers import BackendV2, Options
from qiskit.transpiler import InstructionProperties, Target

from qnlnet.errors import ArgumentError, argument_error
from qnlnet.runtime.best_qubits import choose_best_qubits
from qnlnet.runtime.calibration import always_fails

SIMULABLE_QUBITS = 10  # a density matrix of n qubits has 4ⁿ entries
_NOISELESS_GATES = ["rz", "sx", "x", "cz"]
_NEWER_GATES: dict[str, Gate] = {"u1": RZGate(Parameter("angle")), "u2": SXGate(), "u3": XGate()}
_SAMPLE_SECONDS = 1e-15  # for devices that do not say, as scheduling needs one: too short to round a duration
DEFAULT_REP_DELAY = 250e-6


@dataclass(frozen=True)
class Device:
    """A device as it was when it was asked.

    Attributes:
        name: Its name, such as ``ibm_fez`` or ``fake-fez``.
        target: Its qubits, gates, durations and errors.
        qubits: For a slice of a larger device, the numbers of its qubits there; else 0, 1, ….
        calibrated_at: When its errors were measured, as ISO 8601; None without a calibration.
        rep_delay_seconds: Pause before each execution.
        pending_jobs: Length of its queue.
        problem: Why it does not run jobs at present; None if it does.
    """

    name: str
    target: Target
    qubits: tuple[int, ...]
    calibrated_at: str | None = None
    rep_delay_seconds: float = DEFAULT_REP_DELAY
    pending_jobs: int = 0
    problem: str | None = None


class _SlicedBackend(BackendV2):
    """A few qubits of a device, which Aer can take the noise of."""

    def __init__(self, device: BackendV2, qubits: tuple[int, ...]) -> None:
        super().__init__(name=f"{device.name}[{','.join(map(str, qubits))}]")
        self._target = _slice_target(device.target, qubits)

    @property
    def target(self) -> Target:
        return self._target

    @property
    def max_circuits(self) -> None:
        return None

    @classmethod
    def _default_options(cls) -> Options:
        return Options()

    def run(self, *_: Any, **__: Any) -> Any:
        raise TypeError("A slice of a device only lends its noise to Aer.")


def load_local_device(name: str, num_qubits: int) -> tuple[Device, BackendV2]:
    """Returns a fake device, or Aer without noise, and the backend that simulates it.

    A fake device with more than ten qubits is cut down to its `num_qubits` best connected ones: no computer simulates
    the noise of 156 qubits, and the circuit touches no others. Gates of older devices are renamed, as
    the client-side estimator does not know them: u1 is rz, u2, one pulse of 90°, is sx, and u3, two of them, is x.

    Args:
        name: ``aer``, or ``fake-`` and a device of qiskit-ibm-runtime, such as ``fake-manila`` or ``fake-fez``.
        num_qubits: The number of qubits of the circuit.

    Raises:
        ArgumentError: There is no such device, or it has too few qubits that work.
    """
    from qiskit_aer import AerSimulator  # takes a second to import

    if name == "aer":
        target = Target.from_configuration(basis_gates=_NOISELESS_GATES, num_qubits=num_qubits)
        return Device(name, target, tuple(range(num_qubits))), AerSimulator()
    fake = load_fake_device(name)
    if fake.num_qubits < num_qubits:
        raise argument_error(
            "backend.name", f"name a device with at least {num_qubits} qubits", f"{name} ({fake.num_qubits} qubits)"
        )
    best = choose_best_qubits(fake.target, num_qubits)
    if not best:
        raise argument_error(
            "backend.name",
            f"name a device with {num_qubits} connected qubits whose gates work",
            name,
            "By its calibration, too many of its gates always fail. Choose another one.",
        )
    qubits = best if fake.num_qubits > SIMULABLE_QUBITS else tuple(range(fake.num_qubits))
    backend, target = fake, fake.target
    if fake.num_qubits > SIMULABLE_QUBITS or "u2" in target.operation_names:
        backend = AerSimulator.from_backend(_SlicedBackend(fake, qubits))
        target = _slice_target(fake.target, qubits)
    calibrated = fake.properties().last_update_date.isoformat()
    delay = getattr(fake.configuration(), "default_rep_delay", None) or DEFAULT_REP_DELAY
    return Device(name, target, qubits, calibrated, delay), backend


def load_fake_device(name: str, argument: str = "backend.name") -> BackendV2:
    """Returns a fake device of qiskit-ibm-runtime.

    Args:
        name: A class such as ``FakeManilaV2`` or ``FakeManila``, or a name such as ``fake_manila`` or ``fake-manila``.
        argument: What the person has named it by.

    Raises:
        ArgumentError: There is no such device; the message names those that are spelt alike.
    """
    from qiskit_ibm_runtime import fake_provider  # imports for seconds

    by_name = {
        _plain(class_name): class_name
        for class_name in dir(fake_provider)
        if class_name.startswith("Fake") and not class_name.startswith("FakeProvider")
    }
    class_name = by_name.get(_plain(name))
    if class_name is None:
        near = difflib.get_close_matches(_plain(name), by_name, n=3, cutoff=0.4) or ["fakemanila"]
        known = ", ".join(word.replace("fake", "fake-", 1) for word in near)
        raise ArgumentError(
            f"Argument `{argument}` must name a fake device of qiskit-ibm-runtime, but is {name!r}. Near it: {known}."
        )
    return getattr(fake_provider, class_name)()


def _plain(name: str) -> str:
    return re.sub(r"(backend)?(v2)?$|[^a-z0-9]", "", name.lower())


def _slice_target(target: Target, qubits: tuple[int, ...]) -> Target:
    position = {physical: index for index, physical in enumerate(qubits)}
    properties = target.qubit_properties
    sliced = Target(
        num_qubits=len(qubits),
        dt=target.dt or _SAMPLE_SECONDS,
        granularity=target.granularity,
        min_length=target.min_length,
        pulse_alignment=target.pulse_alignment,
        acquire_alignment=target.acquire_alignment,
        qubit_properties=[properties[physical] for physical in qubits] if properties else None,
    )
    for name in target.operation_names:
        if None in target[name]:  # control flow, which belongs to no qubits
            continue
        kept = {
            tuple(position[physical] for physical in pair): values
            for pair, values in target[name].items()
            if set(pair) <= set(qubits) and not always_fails(getattr(values, "error", None), len(pair))
        }
        if name == "measure":  # scheduling needs a duration, and no noise depends on it
            kept = {place: _with_duration(values) for place, values in kept.items()}
        gate = _NEWER_GATES.get(name, target.operation_from_name(name))
        if kept:
            sliced.add_instruction(gate, kept, name=gate.name if name in _NEWER_GATES else name)
    return sliced


def _with_duration(values: InstructionProperties | None) -> InstructionProperties | None:
    if values is None or values.duration is not None:
        return values
    return InstructionProperties(duration=0.0, error=values.error)
