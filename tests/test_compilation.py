"""Compiled code is cached, and never outlives the sources it was made of."""

import re
import shutil
from pathlib import Path
from typing import Any

import numba
import pytest
from numba.core.caching import IndexDataCacheFile

import qnlnet.compilation
from qnlnet import compilation
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


NEEDED = {
    IndexDataCacheFile: ("save", "_open_for_write", "_load_index", "_load_data", "_data_path"),
    numba.config: ("CACHE_DIR", "CPU_NAME"),
}


@pytest.mark.parametrize(("owner", "name"), [(owner, name) for owner, names in NEEDED.items() for name in names])
def test_numba_has_what_the_checked_cache_is_made_of(owner: Any, name: str) -> None:
    sentence = f"numba {numba.__version__} has no {owner.__name__}.{name}, which qnlnet/compilation.py depends on"
    assert hasattr(owner, name), sentence


def test_numba_keeps_files_where_the_checked_cache_takes_over() -> None:
    dispatcher: Any = numba.njit(cache=True)(lambda x: x)
    file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    sentence = f"with numba {numba.__version__} qnlnet/compilation.py must find the files of a function elsewhere"
    assert type(file) is IndexDataCacheFile, sentence
    assert hasattr(file, "_index_path"), sentence


def test_the_version_of_numba_that_is_tested_is_the_last_that_may_be_installed() -> None:
    (pin,) = re.findall(r"numba>=[\d.]+,<([\d.]+)", (PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    (tested,) = re.findall(r"^numba==0\.(\d+)", (PACKAGE.parent / "constraints.txt").read_text(encoding="utf-8"), re.M)
    assert pin == f"0.{int(tested) + 1}"


def test_damage_is_compiled_again_and_never_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(qnlnet.compilation, "_CACHE", tmp_path)

    def triple(x: int) -> int:
        return 3 * x

    def hits() -> int:
        dispatcher = qnlnet.compilation.cached_njit()(triple)
        assert dispatcher(2) == 6
        return sum(dispatcher.stats.cache_hits.values())

    assert [hits(), hits()] == [0, 1]
    (code,) = tmp_path.rglob("*.nbc")
    damaged = bytearray(code.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    code.write_bytes(damaged)
    assert [hits(), hits()] == [0, 1]


def test_other_users_of_numba_keep_their_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    assert cache_folder().parent == tmp_path
    qnlnet.compilation.cached_njit()(lambda x: x)
    assert str(tmp_path) == numba.config.CACHE_DIR


def test_a_first_compilation_is_announced(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    function = compilation.cached_njit()(lambda x: x)
    monkeypatch.setattr(compilation, "is_cached", lambda name: False)
    compilation.announce(function, 15)
    assert capsys.readouterr().err == "Compiling the simulator, once on this machine: about 15 s.\n"
    monkeypatch.setattr(compilation, "is_cached", lambda name: True)
    compilation.announce(function, 15)
    assert capsys.readouterr().err == ""


def test_what_is_cached_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compilation, "_CACHE", tmp_path)
    (tmp_path / "kernels.run_alone-133.py311.nbi").touch()
    assert compilation.is_cached()
    assert compilation.is_cached("run_alone")
    assert not compilation.is_cached("run_rows")
