"""Submissions on disk: one folder for each, named after its key.

plan.json      what was asked for and found; written once, with a checksum
inputs.npz     angles, labels, exact values
circuit.qpy    the circuit in the device's instructions
jobs/N/        state and answer of each job
values.npz     expectation values and standard errors (NaN where there are none), once all answers are there
"""

import hashlib
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from qiskit import qpy
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.errors import LedgerError
from qnlnet.files import check_writable, write_file
from qnlnet.hardware.plan import parse_plan
from qnlnet.hardware.proposal import Proposal
from qnlnet.hardware.workload import Inputs
from qnlnet.records.configurations import add_configuration
from qnlnet.runtime import (
    FINAL,
    JobRecord,
    JobRequest,
    Patience,
    State,
    build_pub,
    read_sealed,
    states_shot_errors,
    write_sealed,
)

COLLECTED = "collected"


class Submission:
    """One submission.

    Args:
        directory: Its folder.
        patience: How long to wait for the service.

    Raises:
        LedgerError: A file is missing or damaged.
    """

    def __init__(self, directory: Path, patience: Patience | None = None) -> None:
        self.directory = directory
        path = directory / "plan.json"
        self.plan = parse_plan(read_sealed(path), str(path))
        if self.key != directory.name:
            raise LedgerError(f"The folder {directory} must hold the plan {directory.name}, but holds {self.key}.")
        self.jobs = [
            JobRecord(directory / "jobs" / str(part), self.plan.tag(part), patience, fingerprint=self.plan.fingerprint)
            for part in range(len(self.plan.parts))
        ]

    @property
    def key(self) -> str:
        """Its name."""
        return self.plan.key

    @property
    def is_local(self) -> bool:
        """Whether it runs on a simulated device."""
        return self.plan.request.backend.is_local

    @property
    def state(self) -> str:
        """Where it is, as far as its folder knows: the state of the job that needs attention first."""
        states = {job.state for job in self.jobs}
        if states == {State.RETRIEVED}:
            return COLLECTED if self.values_path.exists() else str(State.RETRIEVED)
        attention = (State.FAILED, State.GONE, State.CANCELLED, State.SUBMITTING, State.PLANNED, State.SUBMITTED)
        return str(next(state for state in attention if state in states))

    @property
    def is_final(self) -> bool:
        """Whether nothing more is to come from the service."""
        return all(job.state in FINAL for job in self.jobs)

    @property
    def expects_results(self) -> bool:
        """Whether `collect` has something to do: IBM Quantum may hold an answer, or all answers are here."""
        states = {job.state for job in self.jobs}
        return bool(states & {State.SUBMITTING, State.SUBMITTED}) or states == {State.RETRIEVED}

    @property
    def values_path(self) -> Path:
        """Where the values go."""
        return self.directory / "values.npz"

    def inputs(self) -> Inputs:
        """Returns the content of inputs.npz.

        Raises:
            LedgerError: It is missing or damaged.
        """
        return Inputs.from_bytes(self._read("inputs.npz", self.plan.circumstances.inputs_sha256))

    def request(self, part: int, batch: str | None = None) -> JobRequest:
        """Returns what is submitted as the job with that number.

        Raises:
            LedgerError: The inputs or the circuit are missing or damaged.
        """
        found = self.plan.circumstances
        circuit = self._circuit()
        observable = SparsePauliOp.from_sparse_list(found.observable, num_qubits=circuit.num_qubits)
        rows = self.inputs().rows[self.plan.parts[part]][:, list(found.parameter_columns)]
        return JobRequest(
            device=found.device,
            pub=build_pub(circuit, observable, found.parameter_names, rows),
            config=self.plan.request.backend,
            tag=self.plan.tag(part),
            fingerprint=self.plan.fingerprint,
            batch=batch,
            max_seconds=found.max_seconds,
            seed=found.simulator_seed + part,
        )

    def answers(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns expectation values of all images and their standard errors from the shots.

        Extrapolation to zero noise has none, and the errors are NaN: what an estimator states beside its values says
        how well a curve fits three points, and is infinite or next to nothing by chance.

        Raises:
            LedgerError: An answer is damaged, has the wrong shape or is not finite.
        """
        parts = [job.values((part.stop - part.start,)) for job, part in zip(self.jobs, self.plan.parts, strict=True)]
        values, errors = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return values, errors if states_shot_errors(self.plan.request.backend) else np.full_like(errors, np.nan)

    def values_are_current(self) -> bool:
        """Returns whether values.npz holds what the answers give.

        Raises:
            LedgerError: It is missing or damaged, or an answer is.
        """
        pairs = zip(self.read_values(), self.answers(), strict=True)
        return all(np.array_equal(stored, given, equal_nan=True) for stored, given in pairs)

    def write_values(self) -> None:
        """Writes values.npz from the answers.

        Raises:
            LedgerError: An answer is damaged, has the wrong shape or is not finite.
        """
        values, errors = self.answers()
        buffer = io.BytesIO()
        np.savez_compressed(buffer, values=values, errors=errors)
        write_file(self.values_path, buffer.getvalue())

    def read_values(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns the content of values.npz, which is that of `answers`.

        Raises:
            LedgerError: It is missing or damaged.
        """
        try:
            with self.values_path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                return arrays["values"], arrays["errors"]
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise LedgerError(
                f"The file {self.values_path} is missing or damaged. Collect {self.key} again: the answers are kept."
            ) from error

    def restart_local_jobs(self) -> None:
        """Plans those jobs again that ran on a simulated device in a process that has ended before they were read."""
        for job in self.jobs if self.is_local else ():
            if job.state not in (State.PLANNED, *FINAL):
                job.forget()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Holds the submission, so that no two programs act on it at once; ends with the process at the latest.

        Raises:
            LedgerError: Another program holds it.
        """
        try:
            with FileLock(self.directory / ".lock", timeout=0):
                # What another program has written since this object was made counts.
                for job in self.jobs:
                    job.reload()
                yield
        except Timeout as error:
            raise LedgerError(
                f"Another program works on the submission {self.key}. Try again when it is done."
            ) from error

    def _circuit(self) -> QuantumCircuit:
        (circuit,) = qpy.load(io.BytesIO(self._read("circuit.qpy", self.plan.circumstances.circuit_sha256)))
        return circuit

    def _read(self, name: str, sha256: str) -> bytes:
        path = self.directory / name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise LedgerError(f"The file {path} cannot be read: {error.strerror}.") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise LedgerError(
                f"The file {path} is not what the plan describes. Restore it from a copy; nothing is submitted or "
                "collected on the strength of it."
            )
        return data


def create_submission(root: Path, proposal: Proposal, patience: Patience | None = None) -> Submission:
    """Writes a proposal down, the plan last, so that a folder with a plan is complete.

    Raises:
        ResultsError: The folder cannot be written.
    """
    directory = root / proposal.plan.key
    check_writable(root)
    with FileLock(root / ".lock"):
        if not submission_exists(root, proposal.plan.key):
            shutil.rmtree(directory, ignore_errors=True)  # what an interrupted attempt has left
            add_configuration(root, proposal.workload.config)
            write_file(directory / "inputs.npz", proposal.workload.inputs.to_bytes())
            write_file(directory / "circuit.qpy", proposal.circuit_file)
            write_sealed(directory / "plan.json", proposal.plan.model_dump(mode="json"))
    return Submission(directory, patience)


def submission_exists(root: Path, key: str) -> bool:
    """Returns whether there is a submission with that key, if only a damaged one: jobs come after the plan."""
    return (root / key / "plan.json").exists() or (root / key / "jobs").exists()


def list_keys(root: Path) -> list[str]:
    """Returns the keys of all submissions in order."""
    return sorted(path.name for path in root.glob("*") if submission_exists(root, path.name))


def find_submission(root: Path, key: str, patience: Patience | None = None) -> Submission:
    """Returns the submission whose key is, or starts with, `key`.

    Raises:
        LedgerError: There is none, there are several, or it is damaged.
    """
    matching = [one for one in list_keys(root) if key and one.startswith(key)]
    if len(matching) != 1:
        there = f"Several start like that: {', '.join(matching)}." if matching else f"Look at the list of {root}."
        raise LedgerError(f"Argument `key` must name a submission, but is {key!r}. {there}")
    return Submission(root / matching[0], patience)
