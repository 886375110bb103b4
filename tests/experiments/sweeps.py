"""What a sweep prints, as data; and when to interrupt one."""

import re
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.records import read_seed_rows
from robustness.processes import Running


def read_table(text: str) -> dict[str, list[str]]:
    """Returns the columns behind the label for each line of the table, by the label."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("Cell "))
    widths = [len(rule) for rule in lines[start + 1].split()]
    rows = {}
    for line in lines[start + 2 :]:
        if not line:
            break
        columns, rest = [], line
        for width in widths:
            columns.append(rest[:width].strip())
            rest = rest[width + 2 :]
        assert columns[0] not in rows
        rows[columns[0]] = columns[1:]
    return rows


def statuses(text: str) -> dict[str, str]:
    return {label: columns[0] for label, columns in read_table(text).items()}


def read_hints(text: str) -> list[list[str]]:
    """Returns the arguments of the commands that run single failed cells."""
    commands = [shlex.split(line) for line in text.splitlines() if re.match(r"  python \S*train\.py ", line)]
    assert all(command[0] == "python" for command in commands)
    return [command[2:] for command in commands]


def read_outputs(folder: Path) -> dict[str, pd.DataFrame]:
    """Returns the rows of all cells below outputs/ by the name of the folder, without times."""
    return {
        path.parent.name: read_seed_rows(path).drop(columns="train_seconds")
        for path in sorted((folder / "outputs").glob("*/seeds.csv"))
    }


def same_rows(ours: dict[str, pd.DataFrame], theirs: dict[str, pd.DataFrame]) -> bool:
    return ours.keys() == theirs.keys() and all(ours[name].equals(theirs[name]) for name in ours)


def check_one_sentence(outcome: Any, expected: str) -> None:
    """Status 2 and one line on standard error that holds `expected`."""
    assert outcome.status == 2, outcome.err
    assert outcome.err.startswith("error: ")
    assert outcome.err.count("\n") == 1, outcome.err
    assert expected in outcome.err
    assert "Traceback" not in outcome.out


def wait_until(process: Running, is_time: Callable[[], bool]) -> None:
    """Waits, as long as the process runs and a minute at most."""
    deadline = time.monotonic() + 60
    while not is_time():
        assert not process.has_ended
        assert time.monotonic() < deadline, process.err
        time.sleep(0.01)
