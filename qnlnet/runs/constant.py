"""Refuses circuits from which nothing can be learnt."""

from qnlnet.circuits import circuit_from_config
from qnlnet.config import RunConfig
from qnlnet.errors import ArgumentError
from qnlnet.simulator import analyse_qnl


def check_not_constant(config: RunConfig) -> None:
    """Raises an `ArgumentError` for a circuit whose output no parameter can change, unless the cell allows it."""
    if config.allow_constant or not analyse_qnl(circuit_from_config(config)).is_constant:
        return
    raise ArgumentError(
        f"Argument `readout_qubit` must be another qubit, but is {config.readout_qubit}: with ansatz="
        f"{config.ansatz.name}, r={config.feature_map_reps} and D={config.ansatz_reps} the expectation value of Z on "
        "that qubit is zero whatever the inputs and weights are, so there is nothing to learn. Use readout_qubit="
        f"{config.num_qubits - 1} as the released code does, r=2 or D=2, or allow_constant=true to train it anyway."
    )
