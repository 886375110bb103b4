#!/usr/bin/env python3
"""Show how the off-diagonal entries of quantum kernels crowd together as qubits are added, on principal components.

Writes concentration.csv with a row for each feature map, kernel, bandwidth, number of qubits and draw of training
images, concentration.md to read, and a figure. Trains nothing; with the usual settings it takes about a minute.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qnlnet.errors import argument_error, check_at_least
from qnlnet.files import check_writable, write_file
from qnlnet.program import program, run

if TYPE_CHECKING:
    from qnlnet.audit.concentration.rows import Setting

_OWN = Path("outputs/kernel_concentration")
_MOST_QUBITS = 12


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", default="mnist", metavar="NAME", help="images, a file of configs/data (default: mnist)"
    )
    parser.add_argument(
        "--classes", nargs="+", default=["0", "1"], metavar="CLASS", help="their classes (default: 0 1)"
    )
    numbers: dict[str, Any] = {"nargs": "+", "metavar": "N"}
    parser.add_argument(
        "--qubits", **numbers, type=int, default=[2, 4, 6, 8, 10, 12], help="even numbers (default: 2 4 6 8 10 12)"
    )
    parser.add_argument(
        "--bandwidth", **numbers, type=float, default=[1.0, 0.1], help="factors of the components (default: 1 0.1)"
    )
    parser.add_argument("--gamma", type=float, default=1.0, metavar="N", help="of projected kernels (default: 1)")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="draws of images (default: 5)")
    parser.add_argument("--images", type=int, default=100, metavar="N", help="images of a draw (default: 100)")
    parser.add_argument("--output-dir", type=Path, default=_OWN, metavar="DIR", help=f"default: {_OWN}")
    return parser


@program()
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)
    setting = read_setting(options)
    check_writable(options.output_dir)
    from qnlnet.audit.concentration.page import write_all  # Qiskit, torch, Matplotlib: not needed for --help
    from qnlnet.audit.concentration.rows import NAME, measure
    from qnlnet.config import load_config

    data = load_config(f"data={options.data}", f"data.classes=[{','.join(options.classes)}]").data
    rows = measure(data, setting)
    csv = write_file(options.output_dir / f"{NAME}.csv", rows.to_csv(index=False).encode())
    for path in (csv, *write_all(rows, options.output_dir)):
        print(path, flush=True)
    return 0


def read_setting(options: argparse.Namespace) -> "Setting":
    """Returns what the options ask for.

    Raises:
        ArgumentError: A number is not acceptable.
    """
    from qnlnet.audit.concentration.rows import Setting

    for count in options.qubits:
        if count % 2 or not 2 <= count <= _MOST_QUBITS:
            raise argument_error("--qubits", f"be even, from 2 to {_MOST_QUBITS}", count)
    for name, values in (("--bandwidth", options.bandwidth), ("--gamma", [options.gamma])):
        for value in values:
            if not 0 < value <= 1e6:
                raise argument_error(name, "be above 0 and at most 1000000", value)
    check_at_least("--seeds", options.seeds, 1)
    check_at_least("--images", options.images, 3)
    qubits, bandwidths = tuple(sorted({*options.qubits})), tuple(dict.fromkeys(options.bandwidth))
    return Setting(qubits, bandwidths, options.gamma, options.seeds, options.images)


if __name__ == "__main__":
    run(main)
