"""scripts/download_data.py: what it says about files that are there; downloads are tested elsewhere."""

import importlib.util
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from qnlnet.data.load import RELEASES

SCRIPT = Path(__file__).parents[2] / "scripts" / "download_data.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """Returns the script as a module."""
    spec = importlib.util.spec_from_file_location("download_data", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_help_explains_the_options() -> None:
    finished = subprocess.run([sys.executable, SCRIPT, "--help"], capture_output=True, text=True, check=True)
    for part in ("--root", "--datasets", "--no-verify", "QNLNET_DATA", "Exit status"):
        assert part in finished.stdout


def test_large_files_that_few_need_come_only_when_asked_for(script: ModuleType) -> None:
    assert script.build_parser().parse_args([]).datasets == ["mnist", "fashion_mnist", "cifar10"]
    for name, release in RELEASES.items():
        if release.on_request:
            words = shlex.split(release.command)
            assert words[:2] == ["make", "data"]
            asked = script.build_parser().parse_args(words[2].removeprefix("ARGS=").split()).datasets
            assert [RELEASES[other].md5 for other in asked] == [RELEASES[name].md5]


@pytest.mark.parametrize(
    ("name", "title", "folder"), [("mnist", "MNIST", "mnist"), ("fashion_mnist", "Fashion-MNIST", "fashion-mnist")]
)
def test_real_files_are_reported_as_official(
    name: str, title: str, folder: str, script: ModuleType, real_data_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main(["--root", str(real_data_root), "--datasets", name]) == 0
    expected = f"{title}: {real_data_root.absolute() / folder} (identical to the official release)\n"
    assert capsys.readouterr() == (expected, "")


@pytest.mark.slow
def test_real_cifar10_is_accepted_only_if_official_or_on_purpose(
    script: ModuleType, real_data_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--root", str(real_data_root), "--datasets", "cifar10"]
    assert script.main([*arguments, "--no-verify"]) == 0
    is_official = "(identical" in capsys.readouterr().out
    assert script.main(arguments) == (0 if is_official else 2)
    if not is_official:
        assert capsys.readouterr().err.startswith("error: The files of CIFAR-10 in ")


def test_unusable_root_is_an_error_for_each_dataset(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert script.main(["--root", str(tmp_path / "file")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("error: Folder ") == 3
