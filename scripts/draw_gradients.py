#!/usr/bin/env python3
"""Draw how large the gradients of each part of a model are, epoch by epoch, and write a table of them. Trains nothing.

The rows are those of a table whose cells were trained with train.gradient_norms=true.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from qnlnet.errors import ResultsError
from qnlnet.program import program, run

_OWN = Path("outputs/gradients")
_ADVICE = "Train with train.gradient_norms=true."


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of a table, with seeds.csv and gradients.csv.gz")
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="KEY=VALUE",
        default=[],
        help="which cells to draw, such as dataset=mnist classes=3/6 head=blocks layer=conv "
        "(default: of the first dataset, the settings with most cells)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help=f"default: beside the rows, where the checks look for them; {_OWN} for cells that --only names",
    )
    return parser


@program()
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)
    output = options.output or (_OWN if options.only else options.folder)
    print("Written: " + ", ".join(map(str, draw(options.folder, output, options.only))))
    return 0


def draw(folder: Path, output: Path, only: Sequence[str] = ()) -> list[Path]:
    """Writes gradients.md, gradients.png and gradients.svg and returns their paths. Equal rows give equal files.

    Args:
        folder: The folder of a table.
        output: Where the files go.
        only: Which cells to draw, see `build_gradients`; the table has all of them.

    Raises:
        ArgumentError: No cell has what `only` asks for.
        ResultsError: Rows are missing or not acceptable, or the folder cannot be written.
    """
    paths = {}
    for name in ("seeds.csv", "gradients.csv"):
        found = next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)
        if found is None:
            raise ResultsError(
                f"Gradients are drawn from {name} or {name}.gz in {folder}, which is not there. {_ADVICE}"
            )
        paths[name] = found
    from qnlnet.figures import build_gradients, write_figure  # pandas and Matplotlib: not needed for --help
    from qnlnet.records import read_gradient_rows, read_seed_rows
    from qnlnet.tables import write_gradients

    seeds, gradients = (
        read(paths[name]) for read, name in zip((read_seed_rows, read_gradient_rows), paths, strict=True)
    )
    figure = build_gradients(seeds, gradients, only)
    return [*write_gradients(seeds, gradients, output), *write_figure(figure, output, "gradients")]


if __name__ == "__main__":
    run(main)
