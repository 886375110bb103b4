"""The service: what it holds, and its life."""

import traceback
import uuid
from collections.abc import Mapping
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self

from loopback import errors, routes
from loopback.devices import Device
from loopback.faults import Action, Faults
from loopback.identity import Identity
from loopback.server import API, Request, Server
from loopback.simulation import compute_results, count_executions
from loopback.state import PENDING, Batch, Job, now

DEFAULT_DEVICES = {"ibm_manila": "FakeManilaV2"}
_POLL_SECONDS = 0.02  # how long closing waits at most for the thread that accepts connections


class LoopbackService:
    """A stand-in of the service; a context manager.

    Args:
        backends: For each device its name and the class in `qiskit_ibm_runtime.fake_provider` that it is made of.
        plan: The plan of the account's instance, such as ``open`` or ``premium``.
        noise_free: Whether results come without the noise of the devices.
        seed: Seed of the simulation; each job has its own, by its place in the order of creation.

    Attributes:
        token: The API key of the account.
        crn: Cloud resource name of its instance.
        devices: The devices by name.
        jobs: All jobs in order of creation.
        batches: All batches and sessions in order of creation.
        auto_complete: Whether a queued job is computed as soon as its status is asked for.
        page_size: The largest page of a list of jobs.
        usage: The answer to a question for the usage of the instance. Jobs do not add to it.
        failures: Tracebacks of mistakes in this package; leaving the context raises them.
    """

    def __init__(
        self,
        backends: Mapping[str, str] = DEFAULT_DEVICES,
        plan: str = "open",
        *,
        noise_free: bool = False,
        seed: int = 0,
    ) -> None:
        self.token = f"secret-token-{uuid.uuid4().hex}"
        account = uuid.uuid4().hex
        self.crn = f"crn:v1:bluemix:public:quantum-computing:us-east:a/{account}:{uuid.uuid4()}::"
        self.identity = Identity(self.token, self.crn, plan)
        self.devices = {name: Device(name, fake_class) for name, fake_class in backends.items()}
        self.noise_free = noise_free
        self.seed = seed
        self.jobs: list[Job] = []
        self.batches: list[Batch] = []
        self.auto_complete = True
        self.page_size = 20
        self.usage: dict[str, Any] = {
            "usage_consumed_seconds": 0,
            "usage_limit_seconds": 600,
            "usage_limit_reached": False,
        }
        self.failures: list[str] = []
        self._faults = Faults()
        self._requests: list[tuple[str, str]] = []
        self._state_lock, self._simulation_lock = Lock(), Lock()
        self._server = Server(lambda request: routes.answer(self, request), self._choose_fault, self.failures.append)
        self._thread = Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if self.failures and error is None:
            raise RuntimeError("The stand-in of the service failed.\n" + "\n".join(self.failures))

    def close(self) -> None:
        """Ends the service, hanging requests included; a second call does nothing."""
        if not self._server.closing.is_set():
            self._server.closing.set()
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that lead a client here."""
        return {
            "IAM_URL": self.url,
            "GLOBAL_SEARCH_URL": self.url,
            "GLOBAL_CATALOG_URL": self.url,
            "QISKIT_IBM_URL": self.url + API,
            "QISKIT_IBM_TOKEN": self.token,
            "QISKIT_IBM_INSTANCE": self.crn,
            "QISKIT_IBM_CHANNEL": "ibm_quantum_platform",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    @property
    def requests(self) -> list[tuple[str, str]]:
        """Method and path of all requests so far, faulty ones included; paths without query and API prefix."""
        with self._state_lock:
            return list(self._requests)

    def add_fault(self, method: str, path_pattern: str, action: Action, times: int | None = 1) -> None:
        """Lets requests go wrong.

        Args:
            method: The HTTP method of the requests.
            path_pattern: A regular expression that their whole path matches, as `requests` writes it: ``/jobs`` fits
                submissions and lists, but not ``/jobs/1/results``.
            action: What happens to them.
            times: To how many of them; None for all that follow.
        """
        self._faults.add(method, path_pattern, action, times)

    def clear_faults(self) -> None:
        self._faults.clear()

    def complete(self, job: Job) -> None:
        """Computes the results of a job that waits or runs; a final one stays as it is.

        A job that cannot be computed fails, with the error as its reason.
        """
        with self._simulation_lock:
            if job.status not in PENDING:
                return
            job.status, job.running = "Running", now()
            simulator = self.devices[job.backend].simulator(noise_free=self.noise_free)
            try:
                job.results = compute_results(job.program_id, job.params, simulator, job.seed)
                outcome = "Completed"
            except Exception:  # noqa: BLE001 - whatever the program raised is the reason of the failure
                job.reason, job.reason_code, outcome = traceback.format_exc(), 1517, "Failed"
            with self._state_lock:
                if job.status == "Running":  # else it was cancelled meanwhile
                    job.status, job.finished = outcome, now()
                    if outcome == "Completed" and job.usage_seconds is None:
                        job.usage_seconds = job.estimated_seconds

    def create_job(
        self,
        program_id: str,
        backend: str,
        params: dict[str, Any],
        *,
        tags: list[str],
        session_id: str | None,
        private: bool,
        max_seconds: int | None,
    ) -> Job:
        """Takes a job in; it waits."""
        self.device(backend)
        if session_id is not None and not self.batch(session_id).open:
            raise errors.session_closed(session_id)
        executions = count_executions(program_id, params)
        with self._state_lock:
            job = Job(
                id=uuid.uuid4().hex[:20],
                program_id=program_id,
                backend=backend,
                params=params,
                tags=tags,
                session_id=session_id,
                created=now(),
                executions=executions,
                seed=self.seed + len(self.jobs),
                private=private,
                max_seconds=max_seconds,
            )
            self.jobs.append(job)
        return job

    def open_batch(self, mode: str, backend: str, max_time: int | None) -> Batch:
        self.device(backend)
        with self._state_lock:
            batch = Batch(id=str(uuid.uuid4()), mode=mode, backend=backend, created=now(), max_time=max_time)
            self.batches.append(batch)
        return batch

    def device(self, name: str) -> Device:
        if name not in self.devices:
            raise errors.backend_not_found(name)
        return self.devices[name]

    def job(self, job_id: str) -> Job:
        found = [job for job in self.jobs if job.id == job_id]
        if not found:
            raise errors.job_not_found(job_id)
        return found[0]

    def batch(self, batch_id: str) -> Batch:
        found = [batch for batch in self.batches if batch.id == batch_id]
        if not found:
            raise errors.session_not_found(batch_id)
        return found[0]

    def _choose_fault(self, request: Request) -> Action | None:
        with self._state_lock:
            self._requests.append((request.method, request.path))
        return self._faults.take(request.method, request.path)
