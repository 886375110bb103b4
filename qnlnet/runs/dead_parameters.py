"""Says when a training begins which inputs and weights of its circuit cannot reach the output."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qnlnet.circuits import QNLCircuit, circuit_from_config
from qnlnet.config import CIRCUIT_LAYERS, RunConfig
from qnlnet.runs.keeper import ReplicaKeeper
from qnlnet.runs.run_folder import Run
from qnlnet.simulator import analyse_qnl

_SHOWN = 5  # names; of deep circuits the others are only counted


class DeadParameters:
    """The sentences about dead parameters of many cells, one for each circuit; threads may ask at the same time."""

    def __init__(self) -> None:
        self._said: set[object] = set()
        self._lock = threading.Lock()

    def sentence(self, config: RunConfig) -> str:
        """Returns the sentence about the circuit of a cell; '' if nothing is dead, or if it was asked for before."""
        qnl = circuit_from_config(config)
        with self._lock:
            if (key := _identify(qnl)) in self._said:
                return ""
            self._said.add(key)
        return _describe(qnl)


class TellingKeeper(ReplicaKeeper):
    """A keeper that reports dead parameters once a replica is built, so that mistakes are reported before them.

    Args:
        run: The cell.
        seed: Which replica.
        dead_parameters: Knows which circuits have been reported.
    """

    def __init__(self, run: Run, seed: int, dead_parameters: DeadParameters) -> None:
        super().__init__(run, seed)
        self._dead_parameters = dead_parameters

    def load(self, say: Callable[[str], None]) -> Mapping[str, Any] | None:
        has_circuit = self.run.config.layer in CIRCUIT_LAYERS
        if has_circuit and (sentence := self._dead_parameters.sentence(self.run.config)):
            say(sentence)
        return super().load(say)


def _identify(qnl: QNLCircuit) -> object:
    """Returns what is equal for equal circuits, although each is built with parameters of its own."""
    gates = tuple(
        (gate.name, tuple(qnl.circuit.find_bit(qubit).index for qubit in gate.qubits), tuple(map(str, gate.params)))
        for gate in qnl.circuit.data
    )
    return gates, str(qnl.observables)


def _describe(qnl: QNLCircuit) -> str:
    dead = set(analyse_qnl(qnl).dead_parameters)
    weights = [parameter.name for parameter in qnl.weight_params if parameter in dead]
    inputs = [name for name, parameter in zip(qnl.input_names, qnl.input_params, strict=True) if parameter in dead]
    parts = [
        *([f"{len(weights)} of {len(qnl.weight_params)} weights of the circuit ({_list(weights)})"] if weights else []),
        *([f"{len(inputs)} of {len(qnl.input_params)} inputs ({_list(inputs)})"] if inputs else []),
    ]
    if not parts:
        return ""
    return f"{' and '.join(parts)} cannot reach the output; scripts/light_cones.py shows which gates"


def _list(names: Sequence[str]) -> str:
    more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    return ", ".join((*names[:_SHOWN], *more))
