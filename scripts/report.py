#!/usr/bin/env python3
"""Write one page with everything that is in results/: tables with verdicts, figures, circuits, commands, origins.

The page needs no network and no other file: open it from disk, print it, send it. It is made from the committed rows,
tables and figures alone, so equal files give an equal page, and scripts/check_results.py says when it is older than
they are. What it shows, and in which order, stands in qnlnet/evidence/page/manifest.py.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from qnlnet.errors import ArgumentError
from qnlnet.program import program, run

RESULTS = Path("results")


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Exit status: 0 if the page is written, 2 for a mistake or a damaged file.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="DIR", help="what to show (default: results)")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="the page (default: report/index.html in the folder of results)"
    )
    return parser


@program()
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)
    from qnlnet.files import write_file

    try:
        from qnlnet.evidence.page.render import FOLDER, PAGE, render_page
    except ModuleNotFoundError as error:
        raise ArgumentError(f"The package {error.name} must be installed: pip install 'qnlnet[report]'") from error
    output = options.output or options.results / FOLDER / PAGE
    page = render_page(options.results, output.parent).encode("utf-8")
    write_file(output, page)
    print(f"{output}: {len(page) / 1e6:.1f} MB, made from {options.results}")
    return 0


if __name__ == "__main__":
    run(main)
