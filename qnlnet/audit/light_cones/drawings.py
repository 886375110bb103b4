"""Circuits with everything in grey that cannot reach the output."""

from collections.abc import Sequence
from pathlib import Path

from qnlnet.audit.light_cones.rows import Shape, build_circuit
from qnlnet.circuits import Circuit
from qnlnet.circuits.drawing import draw_circuit, name_symbols, render
from qnlnet.files import write_file
from qnlnet.simulator import Reach, analyse_circuit

_FEW = 12


def choose_drawn(shapes: Sequence[Shape]) -> list[Shape]:
    """Returns which circuits are drawn: all of a few; of many, those of r = D = 1 and 3 that the text is about."""
    return list(shapes) if len(shapes) <= _FEW else [shape for shape in shapes if _is_shown(shape)]


def _is_shown(shape: Shape) -> bool:
    last = shape.num_qubits - 1
    return (shape.r, shape.D, shape.readout_qubit) in ((1, 1, 0), (1, 1, last), (3, 3, last))


def write_drawing(shape: Shape, directory: Path) -> list[Path]:
    """Writes a circuit as PNG and SVG into `directory` and returns the paths."""
    qnl = build_circuit(shape)
    reach = analyse_circuit(qnl)
    figure = draw_circuit(
        qnl,
        f"Ansatz {shape.ansatz}, r = {shape.r}, D = {shape.D}, read out on qubit {shape.readout_qubit}",
        dead_gates=reach.dead_gates,
        caption=_explain(qnl, reach),
    )
    return [write_file(directory / f"{shape.stem}.{ending}", render(figure, ending)) for ending in ("png", "svg")]


def _explain(qnl: Circuit, reach: Reach) -> str:
    """Returns what grey means and which parameters are dead, in the drawing's symbols."""
    if not reach.dead_gates:
        return "All gates can reach the output."
    grey = "Grey gates cannot reach the output: it is the same without them, whatever the inputs and weights are."
    if reach.is_constant:
        return f"{grey}\nNo input and no weight is left: the output is constant."
    if not reach.dead_parameters:
        return f"{grey}\nAll inputs and weights can reach it."
    symbols = name_symbols(qnl)
    return f"{grey}\nDead: {', '.join(symbols[parameter].name for parameter in reach.dead_parameters)}."
