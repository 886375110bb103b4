#!/usr/bin/env python3
"""Draw the circuits that train, as PNG and SVG, with the measured qubit marked.

Of QNL-Net each ansatz is drawn, of other families each circuit that their setting `circuit` can name.
Inputs are x₀, x₁, … and weights θ₀, θ₁, … in the order in which checkpoints store them.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from qnlnet.circuits import circuit_from_config
from qnlnet.circuits.drawing import draw_circuit, render
from qnlnet.config import QNLNetConfig, RunConfig, load_config, settings_of
from qnlnet.files import choose_folder, write_file
from qnlnet.program import program, run

_RESULTS = Path("results/circuits")


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Exit status: 0 if all circuits are drawn, 2 otherwise.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--ansatz",
        nargs="+",
        metavar="NAME",
        default=["0", "1", "2"],
        help="entangling layouts, files of configs/ansatz (default: 0 1 2)",
    )
    parser.add_argument(
        "--model",
        nargs="+",
        metavar="NAME",
        default=[],
        help="other families, whose circuits are drawn instead (default: all, where no circuit is described)",
    )
    parser.add_argument("--r", type=int, default=1, metavar="N", help="repetitions of the encoder (default: 1)")
    parser.add_argument("--D", type=int, default=1, metavar="N", help="repetitions of the ansatz (default: 1)")
    parser.add_argument("--num-qubits", type=int, default=4, metavar="N", help="number of qubits (default: 4)")
    parser.add_argument(
        "--readout-qubit",
        type=int,
        metavar="QUBIT",
        help="qubit whose Pauli Z is measured (default: the last, as in the released code; the slides say 0)",
    )
    parser.add_argument(
        "--output-dir",
        type=Path,
        metavar="DIR",
        help=f"folder of the images (default: {_RESULTS}, or outputs/circuits for other circuits)",
    )
    return parser


@program()
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)
    usual = build_parser().parse_args([])
    configs = load_configs(options)
    is_usual = not options.model and configs == load_configs(usual)
    if options.model and configs == load_configs(usual):  # nothing is said about ansätze
        configs = []
    from qnlnet.models.drawings import drawn_families, list_drawn  # torch: not needed for --help

    configs += list_drawn(drawn_families() if is_usual else options.model)
    directory = choose_folder(options.output_dir, _RESULTS, is_usual=is_usual)
    for config in configs:
        for path in write_drawing(config, directory):
            print(path, flush=True)
    return 0


def load_configs(options: argparse.Namespace) -> list[RunConfig]:
    """Returns the configuration of each circuit, so that a mistake is found before anything is drawn."""
    readout_qubit = options.num_qubits - 1 if options.readout_qubit is None else options.readout_qubit
    shape = {"r": options.r, "D": options.D, "num_qubits": options.num_qubits, "readout_qubit": readout_qubit}
    overrides = [f"{key}={value}" for key, value in shape.items()]
    return [load_config(f"ansatz={ansatz}", *overrides) for ansatz in dict.fromkeys(options.ansatz)]


def write_drawing(config: RunConfig, directory: Path) -> list[Path]:
    """Writes the circuits of `config` as PNG and SVG into `directory` and returns the paths."""
    if "ansatz" not in type(config.model).model_fields:
        from qnlnet.models.drawings import write_family_drawings

        return write_family_drawings(config, directory)
    model = settings_of(config, QNLNetConfig)
    reps = f"r{model.feature_map_reps}_D{model.ansatz_reps}"
    title = (
        f"Ansatz {model.ansatz.name}, r = {model.feature_map_reps}, D = {model.ansatz_reps}, "
        f"read out on qubit {model.readout_qubit}"
    )
    figure = draw_circuit(circuit_from_config(config), title)
    stem = f"ansatz{model.ansatz.name}_{reps}_{model.num_qubits}qubits_readout{model.readout_qubit}"
    return [write_file(directory / f"{stem}.{ending}", render(figure, ending)) for ending in ("png", "svg")]


if __name__ == "__main__":
    run(main)
