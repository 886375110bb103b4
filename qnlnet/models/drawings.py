"""Drawings of the circuits that families have: one for each that a family's setting `circuit` can name."""

from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from qnlnet.circuits import Circuit
from qnlnet.circuits.drawing import draw_circuit, render
from qnlnet.config import RunConfig, load_config
from qnlnet.config.model.registry import section_of, shipped_names
from qnlnet.files import write_file
from qnlnet.models.registry import family_of
from qnlnet.simulator import analyse_circuit

_CHOICE = "circuit"  # the setting that names one of several circuits


def drawn_families() -> list[str]:
    """Returns the shipped families with circuits, but for those whose circuits follow from an ansatz."""
    names = [name for name in shipped_names() if "ansatz" not in section_of(name).model_fields]
    return [name for name in names if _has_circuits(name)]


def _has_circuits(name: str) -> bool:
    config = load_config(f"model={name}")
    return bool(family_of(config).circuits(config))


def list_drawn(names: Iterable[str]) -> list[RunConfig]:
    """Returns a cell for each circuit that some families can have, by their usual settings.

    Raises:
        ArgumentError: There is no such family.
    """
    return [load_config(f"model={name}", *words) for name in names for words in _choices(name)]


def _choices(name: str) -> list[list[str]]:
    field = section_of(name).model_fields.get(_CHOICE)
    return [[f"model.{_CHOICE}={choice}"] for choice in get_args(field.annotation)] if field else [[]]


def write_family_drawings(config: RunConfig, directory: Path) -> list[Path]:
    """Writes the circuits of a cell as PNG and SVG into `directory` and returns the paths.

    What cannot reach an output is grey.
    """
    choice = getattr(config.model, _CHOICE, None)
    stem = "_".join([config.model.name, *([choice] if choice else [])])
    circuits = family_of(config).circuits(config)
    names = [stem] if len(circuits) == 1 else [f"{stem}_{number}" for number in range(len(circuits))]
    paths = []
    for name, circuit in zip(names, circuits, strict=True):
        dead = analyse_circuit(circuit).dead_gates
        caption = "Grey gates cannot reach an output." if dead else ""
        title = _describe(config, choice, circuit, is_only=len(circuits) == 1)
        figure = draw_circuit(circuit, title, dead_gates=dead, caption=caption)
        paths += [write_file(directory / f"{name}.{ending}", render(figure, ending)) for ending in ("png", "svg")]
    return paths


def _describe(config: RunConfig, choice: str | None, circuit: Circuit, *, is_only: bool) -> str:
    title = type(config.model).title or config.model.name
    words = [title if is_only else circuit.circuit.name, *([f"{_CHOICE} {choice}"] if choice else [])]
    qubits, weights = circuit.circuit.num_qubits, len(circuit.weight_params)
    counts = [f"{qubits} qubit{'s'[: qubits > 1]}", f"{weights} weights"]
    if circuit.takes_amplitudes:
        counts.insert(1, f"{circuit.num_amplitudes} inputs as amplitudes |x⟩")
    return f"{', '.join(words)}: {', '.join(counts)}"
