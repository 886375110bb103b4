"""Says when a training begins which inputs and weights of its circuit cannot reach the output."""

import threading
from collections.abc import Sequence

from qnlnet.circuits import Circuit
from qnlnet.config import RunConfig
from qnlnet.models import family_of
from qnlnet.simulator import analyse_circuit

_SHOWN = 5  # names; of deep circuits the others are only counted


class DeadParameters:
    """The sentences about dead parameters of many cells, one for each circuit; threads may ask at the same time."""

    def __init__(self) -> None:
        self._said: set[object] = set()
        self._lock = threading.Lock()

    def sentence(self, config: RunConfig) -> str:
        """Returns what there is to say about the circuits of a cell; '' if nothing is dead, or it was said before."""
        sentences = []
        for circuit in family_of(config).circuits(config):
            with self._lock:
                if (key := _identify(circuit)) in self._said:
                    continue
                self._said.add(key)
            sentences.append(_describe(circuit))
        return "; ".join(filter(None, sentences))


def _identify(qnl: Circuit) -> object:
    """Returns what is equal for equal circuits, although each is built with parameters of its own."""
    gates = tuple(
        (gate.name, tuple(qnl.circuit.find_bit(qubit).index for qubit in gate.qubits), tuple(map(str, gate.params)))
        for gate in qnl.circuit.data
    )
    return gates, str(qnl.observables)


def _describe(qnl: Circuit) -> str:
    dead = set(analyse_circuit(qnl).dead_parameters)
    weights = [parameter.name for parameter in qnl.weight_params if parameter in dead]
    angles = zip(qnl.input_names[qnl.num_amplitudes :], qnl.input_params, strict=True)
    inputs = [name for name, parameter in angles if parameter in dead]
    parts = [
        *([f"{len(weights)} of {len(qnl.weight_params)} weights of the circuit ({_list(weights)})"] if weights else []),
        *([f"{len(inputs)} of {qnl.num_inputs} inputs ({_list(inputs)})"] if inputs else []),
    ]
    if not parts:
        return ""
    return f"{' and '.join(parts)} cannot reach the output; scripts/light_cones.py shows which gates"


def _list(names: Sequence[str]) -> str:
    more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    return ", ".join((*names[:_SHOWN], *more))
