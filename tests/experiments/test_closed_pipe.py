"""`program | head`: the program ends quietly when nobody reads its output any more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = (
    "experiments/train.py --help",
    "experiments/train.py --hash",
    "experiments/table.py --help",
    "scripts/light_cones.py --ansatz 1 --r 1 --D 1 --readout-qubit 3 --output-dir cones",
)


@pytest.mark.slow
@pytest.mark.parametrize("words", PROGRAMS)
def test_a_program_whose_reader_has_gone_ends_quietly(words: str, tmp_path: Path) -> None:
    program, *arguments = words.split()
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, str(ROOT / program), *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")
