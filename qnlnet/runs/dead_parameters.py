"""Says before a training which inputs and weights of its circuit can not reach the output."""

from collections.abc import Iterable, Sequence

from qnlnet.circuits import circuit_from_config
from qnlnet.config import RunConfig
from qnlnet.simulator import analyse_qnl

_SHOWN = 5  # names; of deep circuits the others are only counted


def describe_dead_parameters(configs: Iterable[RunConfig]) -> list[str]:
    """Returns one sentence for each circuit of the cells that has dead parameters, however many cells share it."""
    return list(dict.fromkeys(line for config in configs if (line := _describe(config))))


def _describe(config: RunConfig) -> str:
    qnl = circuit_from_config(config)
    dead = set(analyse_qnl(qnl).dead_parameters)
    weights = [parameter.name for parameter in qnl.weight_params if parameter in dead]
    inputs = [f"x{index}" for index, parameter in enumerate(qnl.input_params) if parameter in dead]
    parts = [
        *([f"{len(weights)} of {len(qnl.weight_params)} weights ({_list(weights)})"] if weights else []),
        *([f"{len(inputs)} of {len(qnl.input_params)} inputs ({_list(inputs)})"] if inputs else []),
    ]
    if not parts:
        return ""
    return (
        f"Circuit of ansatz {config.ansatz.name}, r={config.feature_map_reps}, D={config.ansatz_reps}, "
        f"readout_qubit={config.readout_qubit}: {' and '.join(parts)} can not reach the output; "
        "scripts/light_cones.py shows which gates can."
    )


def _list(names: Sequence[str]) -> str:
    more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    return ", ".join((*names[:_SHOWN], *more))
