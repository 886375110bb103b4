"""Kill runs, fill their disk, damage their files, and see that nothing is lost and all numbers stay the same.

It takes 13 minutes and writes results/robustness.csv and results/robustness.md. `make test` plays the same
scenarios fewer times. It needs Linux, and root or a system on which users may create namespaces (for small disks).
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from qnlnet.program import program, run

_RESULTS, _SEED = Path("results"), 0
_BROKEN = 1


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m robustness",
        description=__doc__,
        epilog="Exit status: 0 if nothing broke, 1 if something did, 2 for a mistake.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", default=[], help="play these scenarios only, and write nothing"
    )
    parser.add_argument("--quick", action="store_true", help="play as often as the tests do, and write nothing")
    parser.add_argument("--seed", type=int, default=_SEED, metavar="N", help="draws the moments (default: 0)")
    parser.add_argument("--redraw", action="store_true", help="play nothing: write the page again from its rows")
    parser.add_argument(
        "--output-dir",
        type=Path,
        metavar="DIR",
        help=f"folder of robustness.csv and robustness.md (default: {_RESULTS}, or outputs with another --seed)",
    )
    return parser


@program(stopped="\nStopped. Nothing is written.")
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)

    from qnlnet.errors import check_choice
    from qnlnet.files import choose_folder
    from robustness.scenarios import SCENARIOS

    for name in options.only:
        check_choice("--only", name, [scenario.name for scenario in SCENARIOS])
    writes = options.redraw or not (options.only or options.quick)
    is_usual = options.redraw or not writes or options.seed == _SEED
    directory = choose_folder(options.output_dir, _RESULTS, is_usual=is_usual)
    status = 0
    if not options.redraw:
        status = play(options.only, options.quick, options.seed, directory)
    if writes:
        draw(directory)
    return status


def play(only: Sequence[str], quick: bool, seed: int, directory: Path) -> int:
    """Plays scenarios and returns the exit status; the rows are written if all are played, as often as the page wants.

    Raises:
        ResultsError: The rows cannot be written.
    """
    import pandas as pd

    from qnlnet.files import check_writable
    from qnlnet.provenance import describe_code
    from qnlnet.records import write_table
    from robustness.disks import NoDiskError
    from robustness.finding import Broken, Finding
    from robustness.page import COLUMNS, row
    from robustness.processes import Starter
    from robustness.scenarios import SCENARIOS
    from robustness.watched import Bench

    check_writable(directory)
    origin = describe_code()
    rows, broken = [], 0
    with tempfile.TemporaryDirectory() as folder, Starter() as starter:
        bench = Bench(starter, Path(folder))
        for scenario in SCENARIOS:
            if only and scenario.name not in only:
                continue
            start = time.monotonic()
            try:
                finding = scenario.play(bench, seed, often=not quick)
            except (Broken, NoDiskError) as error:
                finding = Finding(0, 0, 0, False, f"BROKEN: {error}")
            broken += finding.rows_lost > 0 or not finding.equal
            print(f"{scenario.name}, {time.monotonic() - start:.0f} s: {finding}", flush=True)
            rows.append({**row(scenario, seed, finding), **origin})
    if not only and not quick:
        write_table(pd.DataFrame(rows, columns=list(COLUMNS)), directory / "robustness.csv")
    return _BROKEN if broken else 0


def draw(directory: Path) -> None:
    """Writes the page from the rows in `directory`.

    Raises:
        ResultsError: The rows are not there, or the page cannot be written.
    """
    import pandas as pd

    from qnlnet.errors import ResultsError
    from qnlnet.files import write_file
    from robustness.page import format_page

    path = directory / "robustness.csv"
    if not path.is_file():
        raise ResultsError(f"The rows {path} must be there to be drawn, but are not. Leave --redraw out to play.")
    page = write_file(directory / "robustness.md", format_page(pd.read_csv(path)).encode("utf-8"))
    print(f"Written: {path}, {page}")


if __name__ == "__main__":
    run(main)
