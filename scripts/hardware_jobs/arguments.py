"""From the command line to what is asked for."""

import argparse
from pathlib import Path

from pydantic import ValidationError

from qnlnet.checkpoints import find_model
from qnlnet.config import RuntimeConfig, explain_validation_error
from qnlnet.errors import RequestRefusedError
from qnlnet.hardware import Plan, Workload, load_workload


def read_workload(options: argparse.Namespace, run: Path) -> Workload:
    """Returns the model and the images that the command line asks for."""
    model = find_model(run, options.seed)
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
    if budget is not None and seconds > budget and not plan.request.backend.is_local:
        raise RequestRefusedError(
            f"This may take {seconds:.0f} QPU seconds, more than --budget {budget:g}, so nothing "
            "was submitted. Take fewer images or shots, or raise the budget."
        )
