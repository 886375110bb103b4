"""Circuits in pure Qiskit."""

from qnlnet.circuits.ansatz import Ansatz, Entangler, Rotation, resolve_ansatz
from qnlnet.circuits.circuit import Circuit
from qnlnet.circuits.closed_forms import CLOSED_FORMS, ClosedForm, find_closed_form
from qnlnet.circuits.cutting import WireCut, cut_wire
from qnlnet.circuits.feature_maps import build_cp_map, build_feature_map, count_features
from qnlnet.circuits.layers import (
    append_angles,
    append_basic_layer,
    append_random_layer,
    append_strong_layer,
    measure_each,
    measure_outcomes,
    project_on,
)
from qnlnet.circuits.qnl_circuit import build_qnl_circuit, circuit_from_config
from qnlnet.circuits.state_preparation import build_state_preparation, preparation_angles

__all__ = [
    "CLOSED_FORMS",
    "Ansatz",
    "Circuit",
    "ClosedForm",
    "Entangler",
    "Rotation",
    "WireCut",
    "append_angles",
    "append_basic_layer",
    "append_random_layer",
    "append_strong_layer",
    "build_cp_map",
    "build_feature_map",
    "build_qnl_circuit",
    "build_state_preparation",
    "circuit_from_config",
    "count_features",
    "cut_wire",
    "find_closed_form",
    "measure_each",
    "measure_outcomes",
    "preparation_angles",
    "project_on",
    "resolve_ansatz",
]
