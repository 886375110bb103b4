"""Refuses circuits from which nothing can be learnt."""

from qnlnet.circuits import circuit_from_config
from qnlnet.config import CIRCUIT_LAYERS, RunConfig
from qnlnet.errors import ArgumentError
from qnlnet.simulator import is_constant


def check_not_constant(config: RunConfig) -> None:
    """Raises an `ArgumentError` for a circuit whose output no parameter can change, unless the cell allows it."""
    if config.allow_constant or config.layer not in CIRCUIT_LAYERS:
        return
    qnl = circuit_from_config(config)
    parameters = qnl.input_params + qnl.weight_params
    if not all(is_constant(qnl.circuit, observable, parameters) for observable in qnl.observables):
        return
    raise ArgumentError(
        f"Argument `readout_qubit` must be another qubit, but is {config.readout_qubit}: with ansatz="
        f"{config.ansatz.name}, r={config.feature_map_reps} and D={config.ansatz_reps} the expectation value of Z on "
        "that qubit is zero whatever the inputs and weights are, so there is nothing to learn. Use readout_qubit="
        f"{config.num_qubits - 1} as the released code does, r=2 or D=2, or allow_constant=true to train it anyway."
    )
