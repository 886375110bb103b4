#!/usr/bin/env python3
"""Show which inputs, weights and gates of the circuits can reach their output, and which are dead.

Writes light_cones.csv with one row for each circuit, light_cones.md to read, and drawings with everything in grey that
cannot reach the output. What is dead is computed from the gates, and confirmed by sampled gradients.
"""

import argparse
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qnlnet.errors import check_at_least
from qnlnet.files import choose_folder, write_file
from qnlnet.program import program, run

if TYPE_CHECKING:
    from qnlnet.audit.light_cones.rows import Shape

_RESULTS = Path("results/light_cones")
_DISAGREEMENT = 1


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=(
            "All combinations are made. Up to 12 circuits are all drawn, of more the best-known ones.\n"
            "Exit status: 0 if gates and gradients agree, 1 if they do not, 2 for a mistake."
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--ansatz",
        nargs="+",
        metavar="NAME",
        default=["0", "1", "2"],
        help="entangling layouts, files of configs/ansatz (default: 0 1 2)",
    )
    numbers: dict[str, Any] = {"nargs": "+", "type": int, "metavar": "N"}
    parser.add_argument("--r", **numbers, default=[1, 2, 3], help="repetitions of the encoder (default: 1 2 3)")
    parser.add_argument("--D", **numbers, default=[1, 2, 3], help="repetitions of the ansatz (default: 1 2 3)")
    parser.add_argument("--num-qubits", type=int, default=4, metavar="N", help="number of qubits (default: 4)")
    parser.add_argument(
        "--readout-qubit", **numbers, help="qubits whose Pauli Z is measured, each by itself (default: all)"
    )
    parser.add_argument(
        "--output-dir",
        type=Path,
        metavar="DIR",
        help=f"folder of table and drawings (default: {_RESULTS}, or outputs/light_cones for other circuits)",
    )
    return parser


@program()
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)
    shapes = choose_shapes(options)
    directory = choose_folder(options.output_dir, _RESULTS, is_usual=shapes == _usual_shapes())
    return _write(shapes, directory)


def choose_shapes(options: argparse.Namespace) -> list["Shape"]:
    """Returns the circuits that the options name.

    Raises:
        ArgumentError: There are no qubits.
    """
    from qnlnet.audit.light_cones.rows import Shape  # Qiskit and pandas: not needed for --help

    check_at_least("num_qubits", options.num_qubits, 2)
    readouts = range(options.num_qubits) if options.readout_qubit is None else options.readout_qubit
    choices = itertools.product(options.ansatz, options.r, options.D, [options.num_qubits], readouts)
    return list(dict.fromkeys(itertools.starmap(Shape, choices)))


def _usual_shapes() -> list["Shape"]:
    return choose_shapes(build_parser().parse_args([]))


def _write(shapes: list["Shape"], directory: Path) -> int:
    from qnlnet.audit.light_cones.drawings import choose_drawn, write_drawing
    from qnlnet.audit.light_cones.page import NAME, write_page
    from qnlnet.audit.light_cones.rows import make_table

    rows = make_table(shapes)
    print(write_file(directory / f"{NAME}.csv", rows.to_csv(index=False).encode()), flush=True)
    print(write_page(rows.astype(str), directory), flush=True)
    for shape in choose_drawn(shapes):
        for path in write_drawing(shape, directory):
            print(path, flush=True)
    wrong = rows[rows.agrees != "yes"]
    if len(wrong):
        print(
            f"Gates and gradients disagree for {len(wrong)} of {len(rows)} circuits: see {NAME}.csv.", file=sys.stderr
        )
    return _DISAGREEMENT if len(wrong) else 0


if __name__ == "__main__":
    run(main)
