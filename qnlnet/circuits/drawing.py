"""Drawings of the circuits that train, with short symbols and the measured qubit marked."""

import io
from typing import Literal

from matplotlib import style
from matplotlib.figure import Figure
from qiskit.circuit import Gate, Parameter, QuantumCircuit

from qnlnet.circuits.qnl_circuit import QNLCircuit

_INCHES_PER_GATE = 0.7  # Qiskit's own scale, at which its fonts fit its boxes
_COLUMNS = 30  # a longer circuit goes on below
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_READOUT = "readout"
_STYLE = {"name": "iqp", "displaycolor": {_READOUT: ("#D55E00", "#FFFFFF")}}
_MATPLOTLIB = {"svg.hashsalt": "qnlnet"}  # equal figures give equal files
_METADATA: dict[str, dict[str, None]] = {"png": {"Software": None}, "svg": {"Date": None}}


def draw_circuit(qnl: QNLCircuit, title: str = "") -> Figure:
    """Draws `qnl`: inputs as x₀, x₁, …, weights as θ₀, θ₁, … in their order, the observable as boxes ⟨Z⟩ at the end.

    Args:
        qnl: The circuit and its observable.
        title: Text above the circuit.

    Returns:
        A figure outside pyplot, which nobody has to close.
    """
    labelled = label_circuit(qnl)
    with style.context(["default", _MATPLOTLIB]):
        width, height = _draw(labelled, Figure())  # Qiskit tells the size only by drawing
        figure = Figure(figsize=(width * _INCHES_PER_GATE, height * _INCHES_PER_GATE))
        _draw(labelled, figure)
        figure.axes[0].set_title(title, pad=2)
    return figure


def render(figure: Figure, file_format: Literal["png", "svg"]) -> bytes:
    """Returns the content of an image file; equal figures give equal bytes."""
    buffer = io.BytesIO()
    with style.context(["default", _MATPLOTLIB]):
        figure.savefig(buffer, format=file_format, dpi=150, bbox_inches="tight", metadata=_METADATA[file_format])
    return buffer.getvalue()


def label_circuit(qnl: QNLCircuit) -> QuantumCircuit:
    """Returns the gates of `qnl` with short symbols, then a barrier and a box ⟨P⟩ for each Pauli P that is measured."""
    symbols = {parameter: _symbol("x", index) for index, parameter in enumerate(qnl.input_params)}
    symbols |= {parameter: _symbol("θ", index) for index, parameter in enumerate(qnl.weight_params)}
    labelled = qnl.circuit.assign_parameters(symbols)
    labelled.barrier()
    for letters, qubits, _ in qnl.observable.to_sparse_list():
        for letter, qubit in zip(letters, qubits, strict=True):
            labelled.append(Gate(_READOUT, 1, [], label=f"⟨{letter}⟩"), [qubit])
    return labelled


def _symbol(letter: str, index: int) -> Parameter:
    return Parameter(letter + str(index).translate(_SUBSCRIPTS))


def _draw(circuit: QuantumCircuit, figure: Figure) -> tuple[float, float]:
    """Draws on the whole of `figure` and returns width and height of the drawing, in units of a gate."""
    axes = figure.add_axes((0, 0, 1, 1))
    circuit.draw("mpl", ax=axes, fold=_COLUMNS, style=_STYLE)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    return right - left, top - bottom
