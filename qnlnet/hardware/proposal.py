"""From a trained model to what would be submitted and what it would cost."""

import hashlib
import io
import itertools
import math
from dataclasses import dataclass
from datetime import UTC, datetime

from qiskit import qpy

from qnlnet.circuits import circuit_from_config
from qnlnet.config import RunConfig, RuntimeConfig, cell_name, config_hash
from qnlnet.errors import check_at_least
from qnlnet.hardware.plan import Circumstances, Plan, Request
from qnlnet.hardware.workload import Workload
from qnlnet.provenance import describe_code
from qnlnet.records.hardware import hardware_cell_keys
from qnlnet.runtime import Cost, Device, DeviceCircuit, Service, count_executions, estimate_cost, transpile_for_device
from qnlnet.seeding import integer_seed

CLIENT_PACKAGES = ("qiskit-ibm-runtime", "qiskit-mitigation", "samplomatic")
_EXECUTIONS_PER_JOB = 2_000_000  # ten minutes of a QPU and 50 MB of results; IBM's own limit is five times as high


@dataclass(frozen=True)
class Proposal:
    """What would be submitted.

    Attributes:
        workload: The model and its images.
        device: The device.
        circuit: The circuit in the device's instructions.
        cost: Of all jobs.
        remaining_seconds: QPU seconds that the account may still use; None without a limit.
        plan: What would be written down.
        circuit_file: Content of circuit.qpy.
    """

    workload: Workload
    device: Device
    circuit: DeviceCircuit
    cost: Cost
    remaining_seconds: float | None
    plan: Plan
    circuit_file: bytes


@dataclass(frozen=True)
class Placement:
    """Where a circuit would run, which is known before any image is.

    Attributes:
        device: The device.
        circuit: The circuit in the device's instructions.
    """

    device: Device
    circuit: DeviceCircuit


def place(config: RunConfig, backend: RuntimeConfig, service: Service) -> Placement:
    """Looks for the device and transpiles the circuit of a cell for it.

    Raises:
        ArgumentError: There is no such device, or an option does not fit it.
        ServiceError: The service cannot be asked.
    """
    qnl = circuit_from_config(config)
    device = service.device(backend.name, qnl.circuit.num_qubits)
    return Placement(device, transpile_for_device(qnl, device, backend))


def build_request(workload: Workload, backend: RuntimeConfig, images_per_job: int | None = None) -> Request:
    """Returns what is asked for, which needs no service and makes the key.

    Args:
        workload: The model and its images.
        backend: The device and all options.
        images_per_job: How many images go into one job; None takes as many as two million executions allow.

    Raises:
        ArgumentError: There is less than one image in a job.
    """
    if images_per_job is not None:
        check_at_least("images_per_job", images_per_job, 1)
    return Request(
        config_hash=config_hash(workload.config),
        seed=workload.seed,
        weights_sha256=workload.weights_sha256,
        data_fingerprint=workload.data_fingerprint,
        image_indices=workload.image_indices,
        images_per_job=images_per_job,
        backend=backend,
    )


def propose(workload: Workload, request: Request, service: Service, placement: Placement | None = None) -> Proposal:
    """Transpiles for the device and estimates; submits nothing.

    Args:
        workload: The model and its images.
        request: What `build_request` has made of them.
        service: Where the device is.
        placement: What `place` has found for the workload's cell; None lets it find that now.

    Raises:
        ArgumentError: There is no such device, or an option does not fit it.
        ServiceError: The service cannot be asked.
    """
    images, backend = len(workload.image_indices), request.backend
    placement = placement or place(workload.config, backend, service)
    device, circuit = placement.device, placement.circuit
    per_job = request.images_per_job or max(1, _EXECUTIONS_PER_JOB // count_executions(backend, 1))
    edges = [*range(0, images, min(per_job, images)), images]
    costs = [estimate_cost(device, circuit.circuit, backend, stop - start) for start, stop in itertools.pairwise(edges)]
    cost = sum(costs[1:], costs[0])
    circuit_file = _to_qpy(circuit)
    max_seconds = None
    if backend.budget_seconds is not None:
        share = max(one.upper_seconds for one in costs) / cost.upper_seconds
        max_seconds = max(1, math.floor(backend.budget_seconds * share))
    circumstances = Circumstances(
        cell=cell_name(workload.config),
        table_keys=hardware_cell_keys(workload.config),
        device=device.name,
        calibrated_at=device.calibrated_at,
        layout=circuit.layout,
        parameter_names=circuit.gatewise.names,
        parameter_columns=tuple(int(column) for column in circuit.gatewise.sources),
        observable=tuple(
            (letters, tuple(qubits), float(value.real))
            for letters, qubits, value in circuit.observable.to_sparse_list()
        ),
        depth=circuit.depth,
        two_qubit_gates=circuit.two_qubit_gates,
        executions=cost.executions,
        estimated_seconds=round(cost.seconds, 2),
        rule_of_thumb_seconds=round(cost.rule_of_thumb_seconds, 2),
        max_seconds=max_seconds,
        jobs=tuple(edges),
        simulator_seed=integer_seed(workload.seed, "shots") % 2**31,
        data_official=workload.data_official,
        planned_at=datetime.now(UTC).isoformat(timespec="seconds"),
        **describe_code(*CLIENT_PACKAGES),
        inputs_sha256=hashlib.sha256(workload.inputs.to_bytes()).hexdigest(),
        circuit_sha256=hashlib.sha256(circuit_file).hexdigest(),
    )
    plan = Plan(request=request, circumstances=circumstances)
    return Proposal(workload, device, circuit, cost, service.remaining_seconds(), plan, circuit_file)


def _to_qpy(circuit: DeviceCircuit) -> bytes:
    buffer = io.BytesIO()
    qpy.dump(circuit.circuit, buffer)
    return buffer.getvalue()
