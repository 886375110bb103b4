"""Compiled code is cached, and never outlives the sources it was made of."""

import shutil
from pathlib import Path

import numba
import pytest

import qnlnet.compilation
from qnlnet.compilation import cache_folder
from qnlnet.simulator.kernels import run_row, run_rows
from qnlnet.training.compiled.layers import convolve
from qnlnet.training.compiled.steps import train_epoch

PACKAGE = Path(qnlnet.compilation.__file__).parent


@pytest.mark.parametrize("function", [run_row, run_rows, convolve, train_epoch])
def test_every_kernel_is_cached_in_the_folder_of_the_present_sources(
    function: numba.core.dispatcher.Dispatcher,
) -> None:
    assert Path(function.stats.cache_path).parent == cache_folder()


@pytest.mark.parametrize(("function", "fast"), [(run_row, False), (run_rows, False), (convolve, True)])
def test_fast_math_is_not_inherited_from_a_caller(function: numba.core.dispatcher.Dispatcher, fast: bool) -> None:
    # Numba hands a caller's setting down to callees that have none; a kernel would depend on who called it first.
    assert bool(function.targetoptions["fastmath"]) == fast
    assert "forceinline" in function.targetoptions


@pytest.mark.parametrize(
    "changed", ["simulator/kernels.py", "training/compiled/layers.py", "training/compiled/steps.py", None]
)
def test_an_edit_of_any_source_takes_another_folder(changed: str | None, tmp_path: Path) -> None:
    for part in ("models", "simulator", "training"):
        shutil.copytree(PACKAGE / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    before = cache_folder(tmp_path)
    if changed is not None:
        with (tmp_path / changed).open("a", encoding="utf-8") as file:
            file.write("# an edit")
    assert (cache_folder(tmp_path) == before) == (changed is None)


def test_other_users_of_numba_keep_their_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    assert cache_folder().parent == tmp_path
    qnlnet.compilation.cached_njit()(lambda x: x)
    assert str(tmp_path) == numba.config.CACHE_DIR
