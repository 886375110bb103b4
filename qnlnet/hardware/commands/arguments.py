"""From the command line to what is asked for."""

import argparse
from pathlib import Path

from pydantic import ValidationError

from qnlnet.checkpoints import find_model, load_trained_model
from qnlnet.config import RunConfig, RuntimeConfig, explain_validation_error
from qnlnet.errors import RequestRefusedError, check_at_least
from qnlnet.hardware import Placement, Plan, Workload, load_workload
from qnlnet.hardware.workload import check_fits_a_device, hash_weights
from qnlnet.runtime import estimate_cost


def read_model(options: argparse.Namespace, run: Path) -> tuple[Path, RunConfig, str]:
    """Returns the file of the model that the command line asks for, its configuration, and the hash of its weights.

    Raises:
        ArgumentError: There is no such model, it fits no device, or a number on the command line is too small.
    """
    for name in ("images", "images_per_job"):
        if (number := getattr(options, name)) is not None:
            check_at_least(name, number, 1)
    path = find_model(run, options.seed)
    config, _, network = load_trained_model(path)
    check_fits_a_device(config)
    return path, config, hash_weights(network)


def read_workload(options: argparse.Namespace, model: Path) -> Workload:
    """Returns the model and the images that the command line asks for."""
    return load_workload(model, options.images, options.image_seed, options.data_root)


def read_backend(options: argparse.Namespace) -> RuntimeConfig:
    """Returns the device and the options that the command line asks for.

    Raises:
        ArgumentError: One of them is not acceptable.
    """
    try:
        return RuntimeConfig(
            name=options.backend,
            shots=options.shots,
            estimator=options.estimator,
            resilience_level=options.resilience,
            twirling=options.twirling,
            dynamical_decoupling=options.dynamical_decoupling,
            optimization_level=options.optimization_level,
            seed_transpiler=options.seed_transpiler,
            layout=options.layout,
            budget_seconds=getattr(options, "budget", None),
        )
    except ValidationError as error:
        raise explain_validation_error(error) from error


def check_budget(plan: Plan, budget: float | None = None) -> None:
    """Raises an error if the plan may cost more than `budget`, which for a plan made before may be another by now."""
    budget = plan.request.backend.budget_seconds if budget is None else budget
    seconds = max(plan.circumstances.estimated_seconds, plan.circumstances.rule_of_thumb_seconds)
    _refuse_above(budget, seconds, plan.request.backend)


def check_least_cost(placement: Placement, backend: RuntimeConfig, images: int | None) -> None:
    """Raises an error if the images cost more than the budget, as one job; of an unknown number there is one at least.

    It needs no image and no answer of the model, so it is checked before they are made.
    """
    cost = estimate_cost(placement.device, placement.circuit.circuit, backend, images or 1)
    _refuse_above(backend.budget_seconds, cost.upper_seconds, backend)


def _refuse_above(budget: float | None, seconds: float, backend: RuntimeConfig) -> None:
    if budget is not None and seconds > budget and not backend.is_local:
        raise RequestRefusedError(
            f"This may take {seconds:.0f} QPU seconds, more than --budget {budget:g}, so nothing "
            "was submitted. Take fewer images or shots, or raise the budget."
        )
