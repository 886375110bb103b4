"""Refuses circuits from which nothing can be learnt."""

from qnlnet.config import RunConfig
from qnlnet.errors import ArgumentError
from qnlnet.models import family_of
from qnlnet.simulator import analyse_circuit


def check_not_constant(config: RunConfig) -> None:
    """Raises an `ArgumentError` for a circuit whose outputs no parameter can change, unless the cell allows it."""
    if config.allow_constant:
        return
    if any(analyse_circuit(circuit).is_constant for circuit in family_of(config).circuits(config)):
        raise ArgumentError(config.model.explain_constant())
