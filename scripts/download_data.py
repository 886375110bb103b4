#!/usr/bin/env python3
"""Download the official files of MNIST, Fashion-MNIST and CIFAR-10, or check those that are already there.

Files that are there are kept: they are checked against the official release, and only missing ones are downloaded
(MNIST 11 MB, Fashion-MNIST 29 MB, CIFAR-10 163 MB). CIFAR-100 (161 MB) and STL-10 (2.6 GB) come only when asked for:
--datasets cifar100 stl10. On a machine without internet, copy the files to the folders that this prints.
"""

import argparse
import logging
from collections.abc import Sequence

from qnlnet.data.load import READERS, RELEASES
from qnlnet.data.root import resolve_root
from qnlnet.errors import QNLNetError
from qnlnet.program import program, report_mistake, run

_USUAL = tuple(name for name, release in RELEASES.items() if release.on_request is None)


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Exit status: 0 if all files are there and accepted, 2 otherwise.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--root",
        metavar="DIR",
        help="folder of all datasets (default: $QNLNET_DATA, else the folder qnlnet in your user cache)",
    )
    parser.add_argument(
        "--datasets",
        nargs="+",
        choices=list(RELEASES),
        default=list(_USUAL),
        help=f"which datasets (default: {', '.join(_USUAL)})",
    )
    parser.add_argument(
        "--no-verify",
        action="store_true",
        help="accept files that differ from the official release; experiments need data.verify=false to use them",
    )
    return parser


@program()
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    root = resolve_root(options.root).absolute()
    status = 0
    for name in dict.fromkeys(options.datasets):
        release = RELEASES[name]
        try:
            splits = READERS[name](root, verify=not options.no_verify)
        except QNLNetError as error:
            status = report_mistake(error)
            continue
        verdict = "identical to the official release" if splits.official else "DIFFERENT from the official release"
        print(f"{release.title}: {root / release.folder} ({verdict})", flush=True)
    return status


if __name__ == "__main__":
    run(main)
