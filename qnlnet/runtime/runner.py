"""Runs one PUB after the other as jobs on disk, within a budget: what training and evaluation on a device need.

Each job lies in a folder named after what it computes, so a program that was killed and starts again gets the answers
it had, without paying twice, and goes on from there.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qnlnet.config import RuntimeConfig
from qnlnet.errors import LedgerError, RequestRefusedError
from qnlnet.runtime.cost import estimate_cost
from qnlnet.runtime.devices import Device
from qnlnet.runtime.gatewise import GatewiseCircuit
from qnlnet.runtime.job_record import JobRecord
from qnlnet.runtime.job_state import Patience, State
from qnlnet.runtime.polling import Waiting, poll
from qnlnet.runtime.service import JobRequest, Phase, Service
from qnlnet.runtime.transpilation import DeviceCircuit

DIRECTORY = Path("outputs/qpu")


class JobRunner:
    """Runs parameter sets of one circuit.

    Args:
        circuit: The circuit.
        device: Its device.
        config: How to run it; `budget_seconds` limits the sum of the estimated costs, None sets no limit.
        service: Where the device is.
        seed: Seed of the shots on a simulated device; the k-th job has this plus k.
        directory: Where the jobs lie.
        say: Gets a sentence when there is something to wait for.
    """

    def __init__(
        self,
        circuit: DeviceCircuit,
        device: Device,
        config: RuntimeConfig,
        service: Service,
        *,
        seed: int = 0,
        directory: Path = DIRECTORY,
        say: Callable[[str], None] = print,
    ) -> None:
        self.spent_seconds = 0.0
        self._circuit = circuit
        self._device = device
        self._config = config
        self._service = service
        self._seed = seed
        self._directory = directory
        self._say = say
        self._jobs_done = 0
        self._repetitions: Counter[str] = Counter()

    @property
    def gatewise(self) -> GatewiseCircuit:
        """The circuit before transpiling, which spreads rows over its angles."""
        return self._circuit.gatewise

    def run(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the expectation values of `rows`, shape (…, angles), as measured; shape (…).

        Raises:
            RequestRefusedError: The budget does not suffice, or the service refuses.
            LedgerError: The job failed, was cancelled or is gone, or its answer is not usable.
            ServiceError: The service cannot be asked; the same call goes on where this one stopped.
        """
        count = int(np.prod(rows.shape[:-1]))
        if count == 0:
            return np.empty(rows.shape[:-1])
        cost = estimate_cost(self._device, self._circuit.circuit, self._config, count).upper_seconds
        budget = self._config.budget_seconds
        if budget is not None and self.spent_seconds + cost > budget:
            raise RequestRefusedError(
                f"The next job may take {cost:.0f} QPU seconds, but of the budget of {budget:g} only "
                f"{budget - self.spent_seconds:.0f} are left. What was computed is kept: with a larger "
                "backend.budget_seconds the same command goes on from here."
            )
        name = self._name(rows)
        # How often the same was computed before belongs to the job: equal rows are measured anew each time.
        key = hashlib.sha256(f"{name} {self._repetitions[name] + 1}".encode()).hexdigest()[:12]
        record = JobRecord(self._directory / key, f"qnlnet-{key}", self._patience())
        request = JobRequest(
            device=self._device.name,
            pub=self._circuit.pub(rows),
            config=self._config,
            tag=record.tag,
            max_seconds=None if budget is None else max(1, int(budget - self.spent_seconds)),
            seed=(self._seed + self._jobs_done) % 2**31,
        )
        self._bring_home(record, request)
        self._jobs_done += 1
        self._repetitions[name] += 1
        self.spent_seconds += cost
        values, _ = record.values(rows.shape[:-1])
        return values

    def stream_state(self) -> dict[str, Any]:
        """Returns how many jobs were run and what they cost: the next one's name and seed depend on it."""
        return {
            "jobs_done": self._jobs_done,
            "repetitions": dict(self._repetitions),
            "spent_seconds": self.spent_seconds,
        }

    def restore_stream_state(self, state: Mapping[str, Any]) -> None:
        """Continues after the jobs that had been run when `stream_state` returned `state`."""
        self._jobs_done = state["jobs_done"]
        self._repetitions = Counter(state["repetitions"])
        self.spent_seconds = state["spent_seconds"]

    def _bring_home(self, record: JobRecord, request: JobRequest) -> None:
        if self._config.is_local and record.state is not State.RETRIEVED:
            record.forget()  # a simulated job ends with its process
        record.submit(self._service, request, self._say)

        def ask() -> str | None:
            phase = record.refresh(self._service)
            if phase is Phase.DONE:
                record.retrieve(self._service)
            return f"Job {record.record.job_id} is {phase}." if phase in (Phase.QUEUED, Phase.RUNNING) else None

        poll(ask, Waiting(), self._say)
        if record.state is not State.RETRIEVED:
            raise LedgerError(
                f"Job {record.record.job_id} is {record.state}: {record.record.note} Another "
                "backend.repetition runs it again."
            )

    def _name(self, rows: NDArray[np.float64]) -> str:
        """Returns the name of what is computed, the same in every process."""
        config = self._config.model_dump(mode="json", exclude={"budget_seconds"})
        content = json.dumps([config, self.gatewise.description, self._device.name, self._seed, list(rows.shape)])
        return hashlib.sha256(content.encode() + np.ascontiguousarray(rows, "<f8").tobytes()).hexdigest()

    def _patience(self) -> Patience:
        return Patience(settle_seconds=0.0) if self._config.is_local else Patience()
