"""Which folders are to be checked, and which check is theirs."""

import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from qnlnet.cores import available_cores
from qnlnet.errors import ArgumentError, argument_error
from qnlnet.evidence.checking.benchmarks import NAMES, check_benchmarks
from qnlnet.evidence.checking.drawings import check_drawings
from qnlnet.evidence.checking.figure6 import FIGURE_6, check_figure6
from qnlnet.evidence.checking.finding import Finding
from qnlnet.evidence.checking.seed_tables import EPOCHS, SEEDS, check_seed_table

Check = Callable[[Path, Finding], None]


def find_folders(paths: Iterable[Path]) -> list[Path]:
    """Returns the folders that the paths name: a folder of a table, a file in it, or a folder of such folders.

    Raises:
        ArgumentError: A path is not there, or holds nothing.
    """
    folders: list[Path] = []
    for path in paths:
        if not path.exists():
            raise argument_error("path", "be there", str(path))
        folder = path if path.is_dir() else path.parent
        inside = [folder] if _find_check(folder) else [one for one in sorted(folder.iterdir()) if _is_shown(one)]
        if not inside:
            raise ArgumentError(f"The folder {folder} must hold tables, but holds none.")
        folders += inside
    return list(dict.fromkeys(folders))


def _is_shown(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith((".", "__"))


def check_folders(folders: Mapping[str, Path]) -> Iterator[Finding]:
    """Checks folders side by side, and yields what was found in their order.

    Args:
        folders: By their names, see `check_folder`.
    """
    processes = min(len(folders), available_cores())
    if processes == 1:
        yield from map(check_folder, folders.values(), folders)
        return
    context = get_context("spawn")  # a forked copy of a threaded process may hang
    with ProcessPoolExecutor(processes, context, initializer=_die_of_ctrl_c) as pool:
        yield from pool.map(check_folder, folders.values(), folders)


def _die_of_ctrl_c() -> None:
    """Lets Ctrl-C, which reaches all processes, end this one at once and without a trace of where it was."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def check_folder(folder: Path, name: str) -> Finding:
    """Returns what the check of one folder has found."""
    finding = Finding(name)
    check = _find_check(folder)
    if check is None:
        finding.problems.append(f"The folder must hold {SEEDS} or another table that is known here, but holds none.")
    else:
        check(folder, finding)
    return finding


def _find_check(folder: Path) -> Check | None:
    names = {path.name for path in folder.iterdir()}
    if "index.html" in names:
        return _check_report
    if names & {SEEDS, EPOCHS}:
        return check_seed_table
    if "hardware.csv" in names or any(folder.glob("*/plan.json")):
        return _check_hardware
    if names & {f"{name}.csv" for name in NAMES}:
        return check_benchmarks
    if "light_cones.csv" in names:
        return _check_light_cones
    if "concentration.csv" in names:
        return _check_concentration
    if "attacks.csv" in names:
        return _check_attacks
    if f"{FIGURE_6}.csv" in names:
        return check_figure6
    if "noise.csv" in names:
        return _check_noise
    if "claims.csv" in names:
        return _check_claims
    images = {name for name in names if name.endswith((".svg", ".png"))}
    return check_drawings if images and images == {name for name in names if not name.startswith(".")} else None


def _check_report(folder: Path, finding: Finding) -> None:
    from qnlnet.evidence.checking.report import check_report  # Jinja2: only where there is a page

    check_report(folder, finding)


def _check_noise(folder: Path, finding: Finding) -> None:
    from qnlnet.evidence.checking.noise import check_noise_table  # Qiskit and torch: only where there is a table

    check_noise_table(folder, finding)


def _check_claims(folder: Path, finding: Finding) -> None:
    from qnlnet.evidence.checking.claims import check_claims  # torch: only where there is a table

    check_claims(folder, finding)


def _check_hardware(folder: Path, finding: Finding) -> None:
    from qnlnet.evidence.checking.hardware import check_hardware  # Qiskit and torch: only where there is a ledger

    check_hardware(folder, finding)


def _check_light_cones(folder: Path, finding: Finding) -> None:
    from qnlnet.evidence.checking.light_cones import check_light_cones  # Qiskit and torch: only where circuits are

    check_light_cones(folder, finding)


def _check_attacks(folder: Path, finding: Finding) -> None:
    from qnlnet.evidence.checking.attacks import check_attacks  # Qiskit and torch: only where a table is

    check_attacks(folder, finding)


def _check_concentration(folder: Path, finding: Finding) -> None:
    from qnlnet.evidence.checking.concentration import check_concentration  # Qiskit and torch: only where a table is

    check_concentration(folder, finding)
