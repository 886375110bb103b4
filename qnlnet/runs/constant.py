"""Refuses circuits from which nothing can be learnt."""

from qnlnet.circuits import circuit_from_config
from qnlnet.config import CIRCUIT_LAYERS, RunConfig
from qnlnet.errors import ArgumentError
from qnlnet.simulator import analyse_qnl


def check_not_constant(config: RunConfig) -> None:
    """Raises an `ArgumentError` for a circuit whose output no parameter can change, unless the cell allows it."""
    if config.allow_constant or config.layer not in CIRCUIT_LAYERS:
        return
    if not analyse_qnl(circuit_from_config(config)).is_constant:
        return
    key, value = "readout_qubit", str(config.readout_qubit)
    if config.readout_qubits is not None:
        key, value = "readout_qubits", str(list(config.readout_qubits))
    raise ArgumentError(
        f"Argument `{key}` must be another qubit, but is {value}: with ansatz={config.ansatz.name}, "
        f"r={config.feature_map_reps} and D={config.ansatz_reps} the expectation value of Z there is zero whatever the "
        f"inputs and weights are, so there is nothing to learn. Use readout_qubit={config.num_qubits - 1} as the "
        "released code does, r=2 or D=2, or allow_constant=true to train it anyway."
    )
