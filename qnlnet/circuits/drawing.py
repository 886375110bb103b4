"""Drawings of the circuits that train, with short symbols and the measured qubit marked."""

import io
import re
from collections.abc import Collection, Iterator
from typing import Any, Literal

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from qiskit.circuit import ControlledGate, Gate, Operation, Parameter, QuantumCircuit

from qnlnet.circuits.qnl_circuit import Circuit

_INCHES_PER_GATE = 0.7  # Qiskit's own scale, at which its fonts fit its boxes
_COLUMNS = 30  # a longer circuit goes on below
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_READOUT = "readout"
_AMPLITUDES = "amplitudes"
_DEAD = "dead_"  # begins the names of gates that are drawn in grey
_GREY = ("#DADADA", "#666666")  # of the box and of its text
_CAPTION_GAP = 8  # points between the circuit and its caption
_COLOURS = {_READOUT: ("#D55E00", "#FFFFFF")}
_STYLE = {"name": "iqp", "displaycolor": _COLOURS}
_GATE_TEXT = re.compile(r"^R([XYZ])$")  # Qiskit writes the axis of a rotation lower
_MATPLOTLIB = {"svg.hashsalt": "qnlnet"}  # equal figures give equal files
_METADATA: dict[str, dict[str, None]] = {"png": {"Software": None}, "svg": {"Date": None}}


def draw_circuit(
    qnl: Circuit, title: str = "", *, dead_gates: Collection[int] = frozenset(), caption: str = ""
) -> Figure:
    """Draws `qnl`: inputs as x₀, x₁, …, weights as θ₀, θ₁, … in their order, the observable as boxes ⟨Z⟩ at the end.

    Args:
        qnl: The circuit and its observables.
        title: Text above the circuit.
        dead_gates: Positions in `qnl.circuit.data` of gates to draw in grey.
        caption: Text below the circuit.

    Returns:
        A figure outside pyplot, which nobody has to close.
    """
    labelled = label_circuit(qnl, dead_gates)
    with style.context(["default", _MATPLOTLIB]):
        width, height = _draw(labelled, Figure())  # Qiskit tells the size only by drawing
        figure = Figure(figsize=(width * _INCHES_PER_GATE, height * _INCHES_PER_GATE))
        _draw(labelled, figure)
        axes = figure.axes[0]
        axes.set_title(title, pad=2)
        if caption:
            _write_below(axes, caption)
    return figure


def render(figure: Figure, file_format: Literal["png", "svg"]) -> bytes:
    """Returns the content of an image file; equal figures give equal bytes."""
    buffer = io.BytesIO()
    with style.context(["default", _MATPLOTLIB]):
        figure.savefig(buffer, format=file_format, dpi=150, bbox_inches="tight", metadata=_METADATA[file_format])
    return buffer.getvalue()


def label_circuit(qnl: Circuit, dead_gates: Collection[int] = frozenset()) -> QuantumCircuit:
    """Returns the gates of `qnl` with short symbols, then a barrier and a box ⟨Z⟩ for each Pauli that is measured.

    A product of several has one box.

    A box |x⟩ comes first where inputs are the amplitudes of a state.

    Gates at the positions `dead_gates` are named `dead_…`, by which `draw_circuit` knows them.
    """
    labelled = qnl.circuit.assign_parameters(name_symbols(qnl))
    for position in dead_gates:
        instruction = labelled.data[position]
        labelled.data[position] = instruction.replace(operation=_rename(instruction.operation))
    if qnl.takes_amplitudes:
        state = QuantumCircuit(labelled.num_qubits)
        state.append(Gate(_AMPLITUDES, labelled.num_qubits, [], label="|x⟩"), range(labelled.num_qubits))
        labelled = state.compose(labelled)
    labelled.barrier()
    for label, qubits in dict.fromkeys(_list_readouts(qnl)):
        labelled.append(Gate(_READOUT, len(qubits), [], label=label), qubits)
    return labelled


def _list_readouts(qnl: Circuit) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yields what is read out of which qubits: Paulis, or P of each where sums of Zs are probabilities of outcomes."""
    for observable in qnl.observables:
        terms = observable.to_sparse_list()
        if len(terms) == 1:
            letters, qubits, _ = terms[0]
            yield f"⟨{' '.join(letters)}⟩", tuple(qubits)
            continue
        for letters, qubits, _ in terms:
            for letter, qubit in zip(letters, qubits, strict=True):
                yield ("P" if letter == "Z" else f"⟨{letter}⟩"), (qubit,)


def name_symbols(qnl: Circuit) -> dict[Parameter, Parameter]:
    """Returns the symbol of each parameter in drawings: x₀, x₁, … for inputs, θ₀, θ₁, … for weights.

    Inputs that are amplitudes are no parameters, and have none.
    """
    names = [*qnl.input_names[qnl.num_amplitudes :], *(f"θ{index}" for index in range(len(qnl.weight_params)))]
    parameters = (*qnl.input_params, *qnl.weight_params)
    return {
        parameter: Parameter(name.translate(_SUBSCRIPTS)) for parameter, name in zip(parameters, names, strict=True)
    }


def _rename(gate: Operation) -> Gate:
    """Returns a gate that is drawn like `gate` and has a name of its own, as Qiskit chooses colours by name."""
    name = _DEAD + gate.name
    if isinstance(gate, ControlledGate):
        return ControlledGate(
            name, gate.num_qubits, gate.params, num_ctrl_qubits=gate.num_ctrl_qubits, base_gate=gate.base_gate
        )
    return Gate(name, gate.num_qubits, gate.params)


def _style_for(circuit: QuantumCircuit) -> dict[str, object]:
    """Returns Qiskit's style with the colours here, and usual texts for the gates that are drawn in grey."""
    grey = {name for name in circuit.count_ops() if name.startswith(_DEAD)}
    if not grey:
        return dict(_STYLE)
    texts = {name: _GATE_TEXT.sub(r"R_\1", name.removeprefix(_DEAD).upper()) for name in grey}
    return {**_STYLE, "displaycolor": _COLOURS | dict.fromkeys(grey, _GREY), "displaytext": texts}


def _write_below(axes: Axes, text: str) -> None:
    place: dict[str, Any] = {"xy": (0.5, 0), "xycoords": "axes fraction", "ha": "center", "va": "top"}
    axes.annotate(text, xytext=(0, -_CAPTION_GAP), textcoords="offset points", annotation_clip=False, **place)


def _draw(circuit: QuantumCircuit, figure: Figure) -> tuple[float, float]:
    """Draws on the whole of `figure` and returns width and height of the drawing, in units of a gate."""
    axes = figure.add_axes((0, 0, 1, 1))
    circuit.draw("mpl", ax=axes, fold=_COLUMNS, style=_style_for(circuit))
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    return right - left, top - bottom
