"""What training on a device would cost, and the refusal to start where that is more than the budget."""

import math

from qnlnet.config import BackendConfig, RunConfig, RuntimeConfig
from qnlnet.errors import RequestRefusedError, argument_error
from qnlnet.models import Features, build_model, family_of
from qnlnet.runtime import LocalService, RemoteService, Service, estimate_cost, transpile_for_device
from qnlnet.training.agreement import count_rows
from qnlnet.training.scoring import EVALUATION_BATCH


def check_budget(config: RunConfig, features: Features, replicas: int) -> None:
    """Raises an error unless the backend costs nothing or the budget suffices for all replicas.

    Args:
        config: The cell.
        features: Its images.
        replicas: How many are to be trained.

    Raises:
        ArgumentError: `backend.budget_seconds` is missing, or devices cannot train such a model.
        RequestRefusedError: It does not suffice.
        ServiceError: IBM Quantum cannot be asked.
    """
    backend = config.backend
    if not isinstance(backend, RuntimeConfig):
        return
    on_exact = config.model_copy(update={"backend": BackendConfig()})
    circuits = len(family_of(config).circuits(config))
    if circuits != 1 or count_rows(build_model(on_exact, seed=0), features.train[:1]) != 1:
        advice = "Train with backend=exact."
        requirement = "be a simulator with a model that does not run one circuit once for each image"
        raise argument_error("backend", requirement, backend.name, advice)
    if backend.budget_seconds is None:
        raise argument_error(
            "backend.budget_seconds",
            "say how many QPU seconds the training may cost",
            None,
            "Add backend.budget_seconds=600, for example. Simulated devices cost nothing, but are held to it as well.",
        )
    seconds = replicas * estimate_training_seconds(config, backend, len(features.train), len(features.test))
    if seconds > backend.budget_seconds:
        raise RequestRefusedError(
            f"Training {replicas} replicas on {backend.name} may take {seconds:,.0f} QPU seconds, more than "
            f"backend.budget_seconds={backend.budget_seconds:g}, so nothing was started. Take fewer seeds, epochs "
            "or shots, larger batches, or train with backend=exact and submit the trained model: docs/hardware.md."
        )


def estimate_training_seconds(config: RunConfig, backend: RuntimeConfig, train_images: int, test_images: int) -> float:
    """Returns the QPU seconds of one replica: one job per step, and the evaluations after each epoch."""
    service: Service = LocalService() if backend.is_local else RemoteService()
    try:
        (unbound,) = family_of(config).circuits(config)  # what `check_budget` makes sure of
        device = service.device(backend.name, unbound.circuit.num_qubits)
        circuit = transpile_for_device(unbound, device, backend)
    finally:
        service.close()

    def cost(images: int, batch: int, executions_per_image: int) -> float:
        full, rest = divmod(images, batch)
        rows = [batch] * bool(full) + [rest] * bool(rest)
        jobs = [full] * bool(full) + [1] * bool(rest)
        return math.fsum(
            count * estimate_cost(device, circuit.circuit, backend, size * executions_per_image).upper_seconds
            for count, size in zip(jobs, rows, strict=True)
        )

    shifts = 2 * len(circuit.gatewise.names) + 1
    epoch = cost(train_images, config.train.batch_size, shifts) + cost(test_images, EVALUATION_BATCH, 1)
    return (config.train.epochs + config.train.starts - 1) * epoch  # each first weight is tried for an epoch
