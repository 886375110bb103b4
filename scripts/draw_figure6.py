#!/usr/bin/env python3
"""Draw Figure 6 of the paper, training loss and test accuracy by epoch, from the rows of Table 1. Trains nothing."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from qnlnet.errors import ResultsError
from qnlnet.files import choose_folder
from qnlnet.program import program, run

NAME, TABLE = "figure6", Path("results/table1")
_ADVICE = "Make the rows with `make reproduce-table1`, or say with --rows where they are."


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rows",
        type=Path,
        default=TABLE,
        metavar="DIR",
        help="folder with seeds.csv and epochs.csv.gz (default: results/table1)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help=f"default: results/{NAME}, or outputs/{NAME} for other rows than those of {TABLE}",
    )
    return parser


@program()
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)
    usual = options.rows.resolve() == TABLE.resolve()
    paths = draw(options.rows, choose_folder(options.output, Path(f"results/{NAME}"), is_usual=usual))
    print("Figure: " + ", ".join(map(str, paths)))
    return 0


def draw(rows: Path, output: Path) -> list[Path]:
    """Writes figure6.csv, figure6.png and figure6.svg and returns their paths. Equal rows give equal files.

    Args:
        rows: The folder of a table, with seeds.csv and epochs.csv.gz.
        output: Where the files go.

    Raises:
        ResultsError: Rows are missing or not acceptable, or the folder cannot be written.
    """
    for name in ("seeds.csv", "epochs.csv.gz"):
        if not (rows / name).is_file():
            raise ResultsError(f"Figure 6 is drawn from {rows / name}, which is not there. {_ADVICE}")
    from qnlnet.figures import build_curves, write_figure  # pandas and Matplotlib: not needed for --help
    from qnlnet.records import read_epoch_rows, read_seed_rows, write_table
    from qnlnet.tables import summarise_curves

    seeds, epochs = read_seed_rows(rows / "seeds.csv"), read_epoch_rows(rows / "epochs.csv.gz")
    curves = summarise_curves(seeds, epochs)
    return [
        write_table(curves, output / f"{NAME}.csv"),
        *write_figure(build_curves(seeds, epochs), output, NAME),
    ]


if __name__ == "__main__":
    run(main)
