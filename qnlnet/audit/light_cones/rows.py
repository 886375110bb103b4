"""One row for each circuit: what can reach its output, as computed from the gates and as seen in sampled gradients."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from qiskit.quantum_info import SparsePauliOp

from qnlnet.circuits import Circuit, build_qnl_circuit
from qnlnet.config import AnsatzConfig, QNLNetConfig, load_config, settings_of
from qnlnet.errors import check_at_least
from qnlnet.simulator import ExactSimulator, analyse_circuit

DRAWS, SEED = 20, 7  # of inputs and weights, uniform in [−π, π]
DEAD_BELOW = 1e-12  # far more than rounding leaves of a derivative that is zero
LIVE_ABOVE = 1e-6  # far less than the largest of 20 derivatives of a gate that acts


@dataclass(frozen=True, order=True)
class Shape:
    """What names a circuit; the fields are columns of the table."""

    ansatz: str
    r: int
    D: int
    num_qubits: int
    readout_qubit: int

    @property
    def stem(self) -> str:
        """The name of its files."""
        return f"ansatz{self.ansatz}_r{self.r}_D{self.D}_{self.num_qubits}qubits_readout{self.readout_qubit}_light_cone"


SHAPE_COLUMNS = tuple(field.name for field in fields(Shape))
GRADIENTS = ("largest_dead_gradient", "smallest_live_gradient")


def build_circuit(shape: Shape) -> Circuit:
    """Builds the circuit.

    Raises:
        ArgumentError: There is no such circuit.
    """
    check_at_least("r", shape.r, 1)
    check_at_least("D", shape.D, 1)
    return build_qnl_circuit(
        _load_ansatz(shape.ansatz),
        feature_map_reps=shape.r,
        ansatz_reps=shape.D,
        num_qubits=shape.num_qubits,
        readout_qubit=shape.readout_qubit,
    )


@cache
def _load_ansatz(name: str) -> AnsatzConfig:
    return settings_of(load_config(f"ansatz={name}"), QNLNetConfig).ansatz


def make_table(shapes: Iterable[Shape]) -> pd.DataFrame:
    """Returns the rows of the circuits, in order.

    Raises:
        ArgumentError: There is no such circuit.
    """
    circuits = [(shape, build_circuit(shape)) for shape in shapes]  # a mistake is found before the work
    return pd.DataFrame([_make_row(shape, qnl) for shape, qnl in circuits])


def read_shapes(rows: pd.DataFrame) -> list[Shape]:
    """Returns which circuits the rows are about.

    Raises:
        ValueError: A number is none.
    """
    columns = (rows[name].astype(int) for name in SHAPE_COLUMNS if name != "ansatz")
    return [Shape(str(ansatz), *map(int, numbers)) for ansatz, *numbers in zip(rows.ansatz, *columns, strict=True)]


def _make_row(shape: Shape, qnl: Circuit) -> dict[str, object]:
    reach = analyse_circuit(qnl)
    gradients = sample_gradients(qnl)
    is_live = np.array([reach.reaches(parameter) for parameter in (*qnl.input_params, *qnl.weight_params)])
    dead, live = gradients[~is_live], gradients[is_live]
    inputs, weights = qnl.input_names, qnl.weight_names
    live_inputs, dead_inputs = _split(inputs, is_live[: len(inputs)])
    live_weights, dead_weights = _split(weights, is_live[len(inputs) :])
    return {
        **{name: getattr(shape, name) for name in SHAPE_COLUMNS},
        **{"num_live_inputs": len(live_inputs), "num_inputs": len(inputs)},
        **{"num_live_weights": len(live_weights), "num_weights": len(weights)},
        **{"num_live_gates": len(reach.live_gates), "num_gates": len(reach.live_gates) + len(reach.dead_gates)},
        **{"live_inputs": " ".join(live_inputs), "dead_inputs": " ".join(dead_inputs)},
        **{"live_weights": " ".join(live_weights), "dead_weights": " ".join(dead_weights)},
        "constant": "yes" if reach.is_constant else "no",
        "largest_dead_gradient": f"{dead.max():.2g}" if dead.size else "",
        "smallest_live_gradient": f"{live.min():.3g}" if live.size else "",
        "agrees": "yes" if (dead < DEAD_BELOW).all() and (live > LIVE_ABOVE).all() else "no",
    }


def _split(names: Sequence[str], is_live: NDArray[np.bool_]) -> tuple[list[str], list[str]]:
    live = [name for name, lives in zip(names, is_live, strict=True) if lives]
    return live, [name for name in names if name not in live]


def sample_gradients(qnl: Circuit) -> NDArray[np.float64]:
    """Returns the largest |derivative| of the output for each input, then each weight, over random draws.

    Nothing is taken from an analysis of the circuit: a second observable keeps the simulator from dropping any gate.
    """
    parameters = [*qnl.input_params, *qnl.weight_params]
    num_qubits = qnl.circuit.num_qubits
    # X and Z of each qubit generate all Pauli strings, so no gate commutes with all of what becomes of them.
    everything = SparsePauliOp.from_sparse_list(
        [(letter, [qubit], 1.0) for qubit in range(num_qubits) for letter in "XZ"], num_qubits=num_qubits
    )
    draws = np.random.default_rng(SEED).uniform(-np.pi, np.pi, (DRAWS, len(parameters)))
    simulator = ExactSimulator(qnl.circuit, [qnl.observable, everything], parameters)
    largest: NDArray[np.float64] = np.abs(simulator.values_and_jacobian(draws)[1][:, 0]).max(axis=0)
    return largest
