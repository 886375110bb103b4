"""The plan of a submission: what was asked for, which makes its key, and what was found when it was planned."""

import hashlib
import itertools
import json
from typing import Annotated, Any

from pydantic import Field, ValidationError

from qnlnet.config import RuntimeConfig
from qnlnet.config.section import Section
from qnlnet.errors import LedgerError

_DIGITS = 12


class Request(Section):
    """What a person asked for. Equal requests are one submission, whatever the calibration of the device.

    Attributes:
        config_hash: The configuration of the run.
        seed: Its seed.
        weights_sha256: Checksum over the trained parameters.
        data_fingerprint: Of the images.
        image_indices: Positions in the test split.
        images_per_job: How many images go into one job; None leaves it to the number of executions.
        backend: The device as it was asked for and all options, without the budget.
    """

    config_hash: str
    seed: int
    weights_sha256: str
    data_fingerprint: str
    image_indices: tuple[int, ...]
    images_per_job: int | None
    backend: RuntimeConfig

    @property
    def key(self) -> str:
        """12 hexadecimal digits of a hash of all that."""
        text = json.dumps(self.model_dump(mode="json", exclude={"backend": {"budget_seconds"}}), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


class Circumstances(Section):
    """What was found when the submission was planned.

    Attributes:
        cell: Readable name of the run's cell.
        table_keys: What tables say about the cell: dataset, classes, reducer, ….
        device: Name of the device; for ``least-busy`` the one that was chosen.
        calibrated_at: When its errors were measured.
        layout: Physical qubits of the circuit's qubits, in order.
        parameter_names: The circuit's parameters.
        parameter_columns: For each of them, the column of `Inputs.rows` that it takes its value from.
        observable: Pauli letters, the qubits of the device they stand on, and coefficients.
        depth: Layers of instructions.
        two_qubit_gates: Gates on two qubits.
        executions: Executions of circuits.
        estimated_seconds: QPU seconds, by our estimate.
        rule_of_thumb_seconds: QPU seconds, by IBM's rule of thumb.
        max_seconds: QPU seconds after which IBM cancels one of the jobs.
        jobs: First image of each job, and the number of images at the end.
        simulator_seed: Seed of the shots on a fake device.
        data_official: Whether the images are those of the official release.
        planned_at: When, as ISO 8601.
        commit: Which code.
        versions: On which packages.
        inputs_sha256: Checksum of inputs.npz.
        circuit_sha256: Checksum of circuit.qpy.
    """

    cell: str
    table_keys: dict[str, Any]
    device: str
    calibrated_at: str | None
    layout: tuple[int, ...]
    parameter_names: tuple[str, ...]
    parameter_columns: tuple[int, ...]
    observable: tuple[tuple[str, tuple[int, ...], float], ...]
    depth: int
    two_qubit_gates: int
    executions: int
    estimated_seconds: float
    rule_of_thumb_seconds: float
    max_seconds: int | None
    jobs: Annotated[tuple[int, ...], Field(min_length=2)]
    simulator_seed: int
    data_official: bool
    planned_at: str
    commit: str
    versions: str
    inputs_sha256: str
    circuit_sha256: str


class Plan(Section):
    """What is written down before anything is submitted, and never changed.

    Attributes:
        request: What was asked for.
        circumstances: What was found.
    """

    request: Request
    circumstances: Circumstances

    @property
    def key(self) -> str:
        """The name of the submission."""
        return self.request.key

    @property
    def parts(self) -> list[slice]:
        """The images of each job."""
        edges = self.circumstances.jobs
        return [slice(start, stop) for start, stop in itertools.pairwise(edges)]

    @property
    def fingerprint(self) -> str:
        """A tag for what exactly is submitted: the inputs, the circuit in its layout, and the device."""
        found = self.circumstances
        text = f"{found.inputs_sha256} {found.circuit_sha256} {found.device}"
        return f"qnlnet-plan-{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"

    def tag(self, part: int) -> str:
        """The tag of a job, by which the service lists it."""
        return f"qnlnet-{self.key}-{part}"


def parse_plan(values: dict[str, Any], where: str) -> Plan:
    """Returns the plan in the values of a file.

    Raises:
        LedgerError: They are no plan of this version.
    """
    try:
        return Plan.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise LedgerError(
            f"The file {where} must hold a plan that this version of qnlnet reads, but "
            f"`{'.'.join(map(str, first['loc']))}` is not acceptable: {first['msg']}."
        ) from error
