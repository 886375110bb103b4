"""Where the YAML files are: beside the package in a clone, inside it where it is installed."""

from pathlib import Path

_BESIDE_PACKAGE = Path(__file__).resolve().parents[2] / "configs"
_INSIDE_PACKAGE = Path(__file__).resolve().parents[1] / "configs"
CONFIG_DIR = _BESIDE_PACKAGE if _BESIDE_PACKAGE.is_dir() else _INSIDE_PACKAGE
